//! Measures the quality of retrieval: the part of `scripts/bench retrieval` that runs in Rust.
//!
//! ```text
//! bench_retrieval MODEL_DIR DATA_DIR CACHE_DIR
//! ```
//!
//! Everything goes the way of a real upload: text or PDF, pages, chunks, embeddings, segment,
//! search; all pages are searched.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    env, fs,
    io::{Write, stdout},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use serde::Deserialize;
use shared::{
    config::DocumentsConfig,
    documents::{
        Page, PageSource,
        chunking::{Chunk, ChunkOptions, chunk},
        outline::outline,
        pdf::{Limits, PdfWorker, WORKER_ARGUMENT, worker_main},
    },
    inference::{Embedder, ModelConfig},
    retrieval::{Library, Query, Segment, SegmentSource, Weights},
};

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    if env::args_os().nth(1).is_some_and(|argument| argument == WORKER_ARGUMENT) {
        return worker_main();
    }
    let measured =
        tokio::runtime::Runtime::new().map_err(Failure::from).and_then(|runtime| runtime.block_on(measure()));
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(std::io::stderr(), "bench: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn measure() -> Result<(), Failure> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let (Some(model), Some(data), Some(cache)) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("usage: bench_retrieval MODEL_DIR DATA_DIR CACHE_DIR".into());
    };
    let mut embeddings = Embeddings::open(model, &cache)?;
    let mut out = stdout();
    writeln!(out, "{:<28} {:<10} {:>8} {:>8} {:>8}", "set (queries)", "measure", "BM25", "vectors", "hybrid")?;
    for name in ["scifact", "faa_index_pages"] {
        let set = passages(&data.join("ir").join(name), &mut embeddings).await?;
        report(&mut out, name, &set)?;
    }
    for name in ["tm-9-2815-237-34", "tb-9-2510-251-13"] {
        let set = manual(&data, name, &mut embeddings).await?;
        report(&mut out, name, &set)?;
    }
    Ok(())
}

/// A library and what should be found in it.
struct Set {
    library: Library,
    queries: Vec<Case>,
    by_page: bool,
}

struct Case {
    text: String,
    embedding: Vec<f32>,
    /// Documents, or pages of the only document.
    relevant: HashSet<String>,
}

/// Turns the ranks of a set into one figure.
type Measure = fn(&[Vec<bool>], &Set) -> f64;

fn report(out: &mut impl Write, name: &str, set: &Set) -> Result<(), Failure> {
    let vectors = Weights { lexical: 0.0, semantic: 1.0, ..Weights::default() };
    let runs = [
        ranks(set, &set.library, false),
        ranks(set, &set.library.clone().with_weights(vectors), true),
        ranks(set, &set.library, true),
    ];
    let measures: &[(&str, Measure)] = if set.by_page {
        &[
            ("hit@1", |runs, _| share(runs, |found| found.iter().take(1).any(|hit| *hit))),
            ("hit@5", |runs, _| share(runs, |found| found.iter().take(5).any(|hit| *hit))),
            ("MRR@10", |runs, _| mean(runs.iter().map(|found| reciprocal(found)))),
        ]
    } else {
        &[("nDCG@10", |runs, set| {
            mean(runs.iter().zip(&set.queries).map(|(found, case)| ndcg(found, case.relevant.len())))
        })]
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
fn ranks(set: &Set, library: &Library, embed: bool) -> Vec<Vec<bool>> {
    let run = |case: &Case| {
        let hits = library.search(&Query {
            text: case.text.clone(),
            embedding: embed.then(|| case.embedding.clone()),
            top_k: 10,
            ..Query::default()
        });
        let name = |hit: &shared::retrieval::Hit| {
            if set.by_page { hit.page.to_string() } else { hit.document_id.clone() }
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

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "_id")]
    id: String,
    #[serde(default)]
    title: String,
    text: String,
}

/// A set of passages in the format of BEIR, each passage a document of its own.
async fn passages(dir: &Path, embeddings: &mut Embeddings) -> Result<Set, Failure> {
    let mut documents = Vec::new();
    for record in lines::<Record>(&dir.join("corpus.jsonl"))? {
        let text = format!("{}\n{}", record.title, record.text);
        documents.push((record.id, [Page::from_text(1, &text, PageSource::TextLayer)]));
    }
    // All texts at once, for the model to work on several.
    let all: Vec<String> = documents.iter().flat_map(|(_, pages)| texts(&embeddings.chunks(pages))).collect();
    embeddings.all(&all).await?;
    let mut segments = Vec::new();
    for (id, pages) in &documents {
        segments.push(Arc::new(embeddings.segment(id, pages).await?));
    }
    let mut relevant: BTreeMap<String, HashSet<String>> = BTreeMap::new();
    for line in fs::read_to_string(dir.join("qrels/test.tsv"))?.lines().skip(1) {
        let mut fields = line.split('\t');
        let (Some(query), Some(document), Some(score)) = (fields.next(), fields.next(), fields.next()) else {
            return Err(format!("not a judgement: {line}").into());
        };
        if score != "0" {
            relevant.entry(query.to_owned()).or_default().insert(document.to_owned());
        }
    }
    let mut texts: HashMap<String, String> = HashMap::new();
    for record in lines::<Record>(&dir.join("queries.jsonl"))? {
        texts.insert(record.id, record.text);
    }
    let mut queries = Vec::new();
    for (id, relevant) in relevant {
        let text = texts.remove(&id).ok_or("a judged query has no text")?;
        let embedding = embeddings.of(&text).await?;
        queries.push(Case { text, embedding, relevant });
    }
    embeddings.save()?;
    Ok(Set { library: Library::new(segments), queries, by_page: false })
}

#[derive(Deserialize)]
struct Entry {
    query: String,
    pdf_pages: Vec<u32>,
}

/// A manual and the entries of its printed index.
async fn manual(data: &Path, name: &str, embeddings: &mut Embeddings) -> Result<Set, Failure> {
    let worker = PdfWorker::current_exe(DocumentsConfig::default_pdfium(), Limits::default())?;
    let pages = worker.extract(&data.join("pdf").join(format!("{name}.pdf")), |_| {}).await?;
    let segment = embeddings.segment(name, &pages).await?;
    let mut queries = Vec::new();
    for entry in lines::<Entry>(&data.join("ir/manual_index").join(format!("{name}.jsonl")))? {
        queries.push(Case {
            embedding: embeddings.of(&entry.query).await?,
            text: entry.query,
            relevant: entry.pdf_pages.iter().map(u32::to_string).collect(),
        });
    }
    embeddings.save()?;
    Ok(Set { library: Library::new(vec![Arc::new(segment)]), queries, by_page: true })
}

fn texts(chunks: &[Chunk]) -> Vec<String> {
    chunks.iter().map(Chunk::embedding_text).collect()
}

fn lines<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Vec<T>, Failure> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

/// The model, and every embedding it ever made, kept in a file.
struct Embeddings {
    embedder: Embedder,
    file: PathBuf,
    known: HashMap<String, Vec<f32>>,
    /// How many were not saved yet.
    added: usize,
}

/// Embeddings after which the file is written again, so that an interrupted run loses little.
const SAVE_AFTER: usize = 2000;

impl Embeddings {
    fn open(model: PathBuf, cache: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(cache)?;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let embedder = Embedder::load(&ModelConfig { dir: model, threads, queue: 4 })?;
        let name = embedder.model_name().replace(|c: char| !c.is_alphanumeric(), "-");
        let file = cache.join(format!("{name}.postcard"));
        let known = fs::read(&file).ok().and_then(|bytes| postcard::from_bytes(&bytes).ok()).unwrap_or_default();
        Ok(Self { embedder, file, known, added: 0 })
    }

    fn chunks(&self, pages: &[Page]) -> Vec<Chunk> {
        let counter = self.embedder.token_counter();
        chunk(pages, &outline(pages), ChunkOptions::default(), |text| counter.count(text))
    }

    async fn segment(&mut self, id: &str, pages: &[Page]) -> Result<Segment, Failure> {
        let chunks = self.chunks(pages);
        let embeddings = self.all(&texts(&chunks)).await?;
        Ok(Segment::build(SegmentSource {
            document_id: id.to_owned(),
            file_name: id.to_owned(),
            model: self.embedder.model_name().to_owned(),
            pages,
            chunks,
            embeddings,
        })?)
    }

    async fn of(&mut self, text: &str) -> Result<Vec<f32>, Failure> {
        let mut vectors = self.all(&[text.to_owned()]).await?;
        vectors.pop().ok_or_else(|| "no embedding".into())
    }

    async fn all(&mut self, texts: &[String]) -> Result<Vec<Vec<f32>>, Failure> {
        let new: Vec<String> = texts.iter().filter(|text| !self.known.contains_key(*text)).cloned().collect();
        for batch in new.chunks(64) {
            let vectors = self.embedder.embed(batch.to_vec()).await?;
            let vectors = vectors.into_iter().map(shared::inference::Embedding::into_vec);
            self.known.extend(batch.iter().cloned().zip(vectors));
            self.added += batch.len();
            if self.added >= SAVE_AFTER {
                self.save()?;
            }
        }
        let known = |text: &String| self.known.get(text).cloned().ok_or_else(|| Failure::from("no embedding"));
        texts.iter().map(known).collect()
    }

    fn save(&mut self) -> Result<(), Failure> {
        if std::mem::take(&mut self.added) > 0 {
            fs::write(&self.file, postcard::to_stdvec(&self.known)?)?;
        }
        Ok(())
    }
}
