//! Writes the text of pages of manuals as the product reads them, for `score.py` to compare with the
//! facts of `layout/truth.json`: the part of `scripts/bench layout` that runs in Rust.
//!
//! ```text
//! bench_layout DATA_DIR OUT_DIR
//! ```
//!
//! Page 3 of `pdf/pump.pdf` becomes `OUT_DIR/pump.p3.txt`. What a text layer leaves out is read by
//! Tesseract, as at ingest.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use std::{env, fs};

use documents::Page;
use documents::pdf::{Limits, PdfWorker};
use foundation::config::DocumentsConfig;
use images::reading::Tesseract;
use images::recognition;
use serde::Deserialize;

type Failure = Box<dyn std::error::Error>;

/// Time that Tesseract may take for a page.
const PAGE_TIME: Duration = Duration::from_mins(2);

#[derive(Deserialize)]
struct Truth {
    pages: Vec<Known>,
}

/// A page of which facts are known.
#[derive(Deserialize)]
struct Known {
    doc: String,
    page: u32,
}

fn main() -> ExitCode {
    foundation::worker::run("bench_layout", &[documents::pdf::WORKER], write)
}

#[tokio::main]
async fn write() -> Result<(), Failure> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let (Some(data), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("usage: bench_layout DATA_DIR OUT_DIR".into());
    };
    let truth: Truth = serde_json::from_slice(&fs::read(data.join("layout/truth.json"))?)?;
    let mut wanted: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for Known { doc, page } in truth.pages {
        wanted.entry(doc).or_default().insert(page);
    }
    fs::create_dir_all(&out)?;
    let worker = PdfWorker::current_exe(DocumentsConfig::default_pdfium(), Limits::default())?;
    for (name, numbers) in wanted {
        let path = data.join("pdf").join(format!("{name}.pdf"));
        let mut pages = worker.extract_all(&path, |_| {}).await.map_err(|error| format!("{name}: {error}"))?;
        pages.retain(|page| numbers.contains(&page.number));
        if pages.len() < numbers.len() {
            return Err(format!("{name}: {} of the pages are missing", numbers.len() - pages.len()).into());
        }
        for page in recognised(&worker, &path, pages).await? {
            fs::write(out.join(format!("{name}.p{}.txt", page.number)), page.text())?;
        }
    }
    Ok(())
}

/// The same pages with what is recognised on them, as the ingest does it.
async fn recognised(worker: &PdfWorker, path: &Path, pages: Vec<Page>) -> Result<Vec<Page>, Failure> {
    let reader = Tesseract::new("eng", PAGE_TIME);
    let (wanted, mut read): (Vec<Page>, Vec<Page>) = pages.into_iter().partition(recognition::wanted);
    let mut images = worker.render(path, wanted.iter().map(|page| page.number));
    for page in wanted {
        let (_, image) = images.next().await.ok_or("a page was not rendered")?;
        read.push(recognition::read(&reader, page, image?).await?);
    }
    Ok(read)
}
