//! Times the ingest of a manual, part by part, and prints the figures and the chunks' texts as JSON:
//! the part of `scripts/bench ingest` that runs in Rust.
//!
//! ```text
//! bench_ingest MODEL_DIR MANUAL.pdf
//! ```

use std::{
    env,
    io::{Write, stdout},
    path::PathBuf,
    process::ExitCode,
    time::Instant,
};

use documents::chunking::{Chunk, ChunkOptions, chunk};
use documents::outline::outline;
use documents::pdf::{Limits, PdfWorker};
use foundation::config::DocumentsConfig;
use search::embeddings::{Embedder, Embedding, ModelConfig};
use search::retrieval::{Segment, SegmentSource};
use serde_json::json;

type Failure = Box<dyn std::error::Error>;

/// Texts that are given to the model at once, as `ingest` does.
const BATCH: usize = 16;

fn main() -> ExitCode {
    foundation::worker::run("bench_ingest", &[documents::pdf::WORKER], measure)
}

#[tokio::main]
async fn measure() -> Result<(), Failure> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let (Some(dir), Some(manual)) = (arguments.next(), arguments.next()) else {
        return Err("usage: bench_ingest MODEL_DIR MANUAL.pdf".into());
    };
    let embedder = Embedder::load(&ModelConfig { dir, threads: 1, queue: 4 })?;

    let start = Instant::now();
    let pages = PdfWorker::current_exe(DocumentsConfig::default_pdfium(), Limits::default())?
        .extract_all(&manual, |_| {})
        .await?;
    let read = start.elapsed();

    let start = Instant::now();
    let counter = embedder.token_counter();
    let chunks = chunk(&pages, &outline(&pages), ChunkOptions::default(), |text| counter.count(text));
    let texts: Vec<String> = chunks.iter().map(Chunk::embedding_text).collect();
    let cut = start.elapsed();

    let start = Instant::now();
    let mut embeddings = Vec::new();
    for batch in texts.chunks(BATCH) {
        embeddings.extend(embedder.embed(batch.to_vec()).await?.into_iter().map(Embedding::into_vec));
    }
    let embed = start.elapsed();

    let start = Instant::now();
    let source = SegmentSource {
        document_id: "manual".to_owned(),
        file_name: "manual.pdf".to_owned(),
        model: embedder.model_name().to_owned(),
        pages: &pages,
        chunks,
        embeddings,
    };
    let segment = Segment::build(source)?.to_bytes()?;
    let built = start.elapsed();

    let report = json!({
        "pages": pages.len(),
        "read": read.as_secs_f64(),
        "embed": embed.as_secs_f64(),
        "other": (cut + built).as_secs_f64(),
        "segmentBytes": segment.len(),
        "texts": texts,
    });
    writeln!(stdout(), "{report}")?;
    Ok(())
}
