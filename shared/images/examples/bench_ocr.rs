//! Reads pictures with PP-OCR and Tesseract, and compares what they read with what is written there: the part of
//! `scripts/bench ocr` that runs in Rust. PP-OCR is looked for where `MODELS_DIR` says.
//!
//! ```text
//! bench_ocr PICTURE ...
//! ```
//!
//! The truth of `plate.png` is `plate.truth.txt` beside it; without, only the time is shown.

use std::{
    env,
    io::{Write, stdout},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use images::reading::{Paddle, Tesseract};
use images::{Picture, PictureLimits, TextReader};

type Failure = Box<dyn std::error::Error>;

const LIMITS: PictureLimits = PictureLimits { most_pixels: 64_000_000 };
const TIMEOUT: Duration = Duration::from_mins(2);

fn main() -> ExitCode {
    // Tesseract is started through this executable.
    foundation::worker::run("bench_ocr", &[], measure)
}

#[tokio::main]
async fn measure() -> Result<(), Failure> {
    let models = PathBuf::from(env::var_os("MODELS_DIR").unwrap_or_else(|| "models".into()));
    let paddle = Paddle::new(&models.join("pp-ocr-v6-small"), TIMEOUT);
    let readers: [(&str, &dyn TextReader); 2] = [("PP-OCR", &paddle), ("Tesseract", &Tesseract::new("eng", TIMEOUT))];
    let mut out = stdout();
    writeln!(
        out,
        "{:<42} {:>11} {:<10} {:>8} {:>11} {:>7}",
        "picture", "pixels", "reader", "seconds", "characters", "CER"
    )?;
    for path in env::args().skip(1) {
        let path = Path::new(&path);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let picture = match Picture::decode(&std::fs::read(path)?, LIMITS) {
            Ok(picture) => Arc::new(picture),
            Err(error) => {
                writeln!(out, "{name:<42} {error}")?;
                continue;
            }
        };
        let (width, height) = picture.size();
        for (reader_name, reader) in readers {
            let started = Instant::now();
            let read = reader.read(picture.clone()).await?;
            let seconds = started.elapsed().as_secs_f32();
            let characters = read.text.chars().count();
            let rate = std::fs::read_to_string(path.with_extension("truth.txt"));
            let rate = rate.map_or_else(|_| "-".to_owned(), |truth| format!("{:.3}", error_rate(&truth, &read.text)));
            let size = format!("{width}x{height}");
            writeln!(out, "{name:<42} {size:>11} {reader_name:<10} {seconds:>8.2} {characters:>11} {rate:>7}")?;
            if env::var_os("SHOW_TEXT").is_some() {
                writeln!(out, "{}\n", read.text)?;
            }
        }
    }
    Ok(())
}

/// Characters to be inserted, deleted or replaced (Levenshtein), for each character of the truth; how
/// lines are broken does not count.
fn error_rate(truth: &str, read: &str) -> f64 {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect::<Vec<char>>();
    let (truth, read) = (plain(truth), plain(read));
    let mut distances: Vec<usize> = (0..=read.len()).collect();
    for (row, wanted) in (1..).zip(&truth) {
        let mut diagonal = std::mem::replace(distances.first_mut().unwrap_or(&mut 0), row);
        let mut left = row;
        for (distance, found) in distances.iter_mut().skip(1).zip(&read) {
            let replaced = diagonal + usize::from(wanted != found);
            diagonal = *distance;
            *distance = replaced.min(diagonal + 1).min(left + 1);
            left = *distance;
        }
    }
    let errors = distances.last().copied().unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "characters of a page")]
    let rate = errors as f64 / truth.len().max(1) as f64;
    rate
}
