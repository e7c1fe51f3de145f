//! Times the embedding model on given texts and prints the figures as JSON: the part
//! of `scripts/bench embedding` that runs in Rust.
//!
//! ```text
//! bench_embedding MODEL_DIR CASES.json
//! ```
//!
//! `CASES.json` is `[{"name", "texts", "repeats"}]`. A case of one text is embedded
//! `repeats` times, as questions are; a case of several once, as a document is.

use std::{
    env, fs,
    io::{Write, stdout},
    path::PathBuf,
    time::Instant,
};

use search::embeddings::{Embedder, ModelConfig};
use serde::Deserialize;
use serde_json::json;

type Failure = Box<dyn std::error::Error>;

#[derive(Deserialize)]
struct Case {
    name: String,
    texts: Vec<String>,
    repeats: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let (Some(dir), Some(cases)) = (arguments.next(), arguments.next()) else {
        return Err("usage: bench_embedding MODEL_DIR CASES.json".into());
    };
    let cases: Vec<Case> = serde_json::from_str(&fs::read_to_string(cases)?)?;

    let start = Instant::now();
    let embedder = Embedder::load(&ModelConfig { dir, threads: 1, queue: 1 })?;
    let load = milliseconds(start);

    let mut measured = Vec::new();
    for case in &cases {
        measured.push(measure(&embedder, case).await?);
    }
    let report = json!({
        "model": embedder.model_name(),
        "loadMilliseconds": load,
        "cases": measured,
    });
    writeln!(stdout(), "{report}")?;
    Ok(())
}

async fn measure(embedder: &Embedder, case: &Case) -> Result<serde_json::Value, Failure> {
    let repeats = if case.texts.len() == 1 { case.repeats.max(1) } else { 1 };
    let warm: Vec<String> = case.texts.iter().take(1).cloned().collect();
    embedder.embed(warm).await?;
    let mut times = Vec::new();
    let mut embeddings = Vec::new();
    for _ in 0..repeats {
        let texts = case.texts.clone();
        let start = Instant::now();
        embeddings = embedder.embed(texts).await?;
        times.push(milliseconds(start));
    }
    times.sort_by(f64::total_cmp);
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "a handful of texts")]
    let texts = case.texts.len().max(1) as f64;
    Ok(json!({
        "name": case.name,
        "millisecondsPerText": median / texts,
        "embeddings": embeddings,
    }))
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}
