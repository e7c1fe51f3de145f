//! Measures the quality of retrieval: the part of `scripts/bench retrieval` that runs in Rust.
//!
//! ```text
//! bench_retrieval MODEL_DIR DATA_DIR CACHE_DIR [SET...]
//! ```
//!
//! Without sets, all are measured: `scifact`, `faa_index_pages`, and the two manuals with a printed index. With
//! `quick`, manuals are not read again but taken as the last run read them.
//!
//! Everything goes the way of a real upload: text or PDF, pages, chunks, embeddings, segment,
//! search; all pages are searched.

mod embeddings;
mod sets;

use std::{
    env,
    io::{Write, stdout},
    path::PathBuf,
    process::ExitCode,
};

use answers::library::Findings;
use embeddings::Embeddings;
use search::retrieval::{Hit, Query, Weights, search, search_for, words_of};
use sets::{Case, Names, Set};

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    foundation::worker::run("bench_retrieval", &[documents::pdf::WORKER], measure)
}

#[tokio::main]
async fn measure() -> Result<(), Failure> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let (Some(model), Some(data), Some(cache)) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("usage: bench_retrieval MODEL_DIR DATA_DIR CACHE_DIR".into());
    };
    let (options, names): (Vec<String>, Vec<String>) = env::args().skip(4).partition(|word| word == "quick");
    let wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    let mut embeddings = Embeddings::open(model, &cache, !options.is_empty())?;
    let mut out = stdout();
    writeln!(out, "{:<28} {:<10} {:>8} {:>8} {:>8}", "set (queries)", "measure", "BM25", "vectors", "hybrid")?;
    for name in ["scifact", "faa_index_pages"].into_iter().filter(|name| wanted(name)) {
        let set = sets::passages(&data.join("ir").join(name), &mut embeddings).await?;
        report(&mut out, name, &set)?;
    }
    for name in ["tm-9-2815-237-34", "tb-9-2510-251-13"].into_iter().filter(|name| wanted(name)) {
        let set = sets::manual(&data, name, &mut embeddings).await?;
        report(&mut out, name, &set)?;
    }
    Ok(())
}

/// Turns the ranks of a set into one figure.
type Measure = fn(&[Vec<bool>], &Set) -> f64;

fn report(out: &mut impl Write, name: &str, set: &Set) -> Result<(), Failure> {
    let vectors = Weights { lexical: 0.0, semantic: 1.0, ..Weights::default() };
    let runs = [
        ranks(set, |query| search(&set.segments, &Query { embedding: None, ..query })),
        ranks(set, |query| search_for(&set.segments, &query, &words_of(&set.segments, &query), &vectors)),
        ranks(set, |query| {
            let found = Findings::of(&set.segments, query);
            found.passages.into_iter().map(|passage| passage.hit).collect()
        }),
    ];
    let measures: &[(&str, Measure)] = if set.names == Names::Documents {
        &[("nDCG@10", |runs, set| {
            mean(runs.iter().zip(&set.queries).map(|(found, case)| ndcg(found, case.relevant.len())))
        })]
    } else {
        &[
            ("hit@1", |runs, _| share(runs, |found| found.iter().take(1).any(|hit| *hit))),
            ("hit@5", |runs, _| share(runs, |found| found.iter().take(5).any(|hit| *hit))),
            ("hit@8", |runs, _| share(runs, |found| found.iter().take(8).any(|hit| *hit))),
            ("MRR@10", |runs, _| mean(runs.iter().map(|found| reciprocal(found)))),
        ]
    };
    for (label, measure) in measures {
        let title = format!("{name} ({})", set.queries.len());
        write!(out, "{title:<28} {label:<10}")?;
        for run in &runs {
            write!(out, " {:>8.4}", measure(run, set))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// For each query, which of its ten hits are relevant.
fn ranks(set: &Set, search: impl Fn(Query) -> Vec<Hit>) -> Vec<Vec<bool>> {
    let run = |case: &Case| {
        let embedding = Some(case.embedding.clone());
        let hits = search(Query { text: case.text.clone(), embedding, top_k: 10, ..Query::default() });
        let name = |hit: &Hit| match set.names {
            Names::Documents => hit.document_id.clone(),
            Names::Pages => hit.page.to_string(),
        };
        hits.iter().map(|hit| case.relevant.contains(&name(hit))).collect()
    };
    set.queries.iter().map(run).collect()
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "hundreds of queries")]
    let count = values.len().max(1) as f64;
    values.sum::<f64>() / count
}

fn share(runs: &[Vec<bool>], test: fn(&Vec<bool>) -> bool) -> f64 {
    mean(runs.iter().map(|found| if test(found) { 1.0 } else { 0.0 }))
}

fn reciprocal(found: &[bool]) -> f64 {
    (1_u32..).zip(found).find(|(_, hit)| **hit).map_or(0.0, |(rank, _)| 1.0 / f64::from(rank))
}

fn ndcg(found: &[bool], relevant: usize) -> f64 {
    let gain = |rank: u32| 1.0 / f64::from(rank + 1).log2();
    let gained: f64 = (1_u32..).zip(found).filter(|(_, hit)| **hit).map(|(rank, _)| gain(rank)).sum();
    let ideal: f64 = (1_u32..=10).take(relevant).map(gain).sum();
    if ideal > 0.0 { gained / ideal } else { 0.0 }
}
