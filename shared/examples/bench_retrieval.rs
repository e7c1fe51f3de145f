//! Measures the quality of retrieval: the part of `scripts/bench retrieval` that runs in Rust.
//!
//! ```text
//! bench_retrieval MODEL_DIR DATA_DIR CACHE_DIR [SET...]
//! ```
//!
//! Without sets, all are measured: `scifact`, `faa_index_pages`, the two manuals with a printed index, and
//! `questions`, in which technicians ask ten manuals at once. `misses` lists the questions whose page is not
//! among the first eight.
//!
//! Everything goes the way of a real upload: text or PDF, pages, chunks, embeddings, segment,
//! search; all pages are searched.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    env, fs,
    io::{Write, stdout},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use serde::Deserialize;
use shared::{
    assistant::{Role, Turn},
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
    let sets: Vec<String> = env::args().skip(4).collect();
    let wanted = |name: &str| sets.is_empty() || sets.iter().any(|set| set == name || (set == "misses" && name == "questions"));
    let mut embeddings = Embeddings::open(model, &cache)?;
    let mut out = stdout();
    writeln!(out, "{:<28} {:<10} {:>8} {:>8} {:>8}", "set (queries)", "measure", "BM25", "vectors", "hybrid")?;
    for name in ["scifact", "faa_index_pages"].into_iter().filter(|name| wanted(name)) {
        let set = passages(&data.join("ir").join(name), &mut embeddings).await?;
        report(&mut out, name, &set)?;
    }
    for name in ["tm-9-2815-237-34", "tb-9-2510-251-13"].into_iter().filter(|name| wanted(name)) {
        let set = manual(&data, name, &mut embeddings).await?;
        report(&mut out, name, &set)?;
    }
    if wanted("questions") {
        let set = questions(&data, &mut embeddings).await?;
        report(&mut out, "questions", &set)?;
        if sets.iter().any(|set| set == "misses") {
            misses(&mut out, &set)?;
        }
    }
    Ok(())
}

/// A library and what should be found in it.
struct Set {
    library: Library,
    queries: Vec<Case>,
    names: Names,
}

/// What a query's relevant things are named by.
#[derive(Clone, Copy, PartialEq)]
enum Names {
    Documents,
    Pages,
    /// `file:page`.
    PagesOfFiles,
}

struct Case {
    text: String,
    embedding: Vec<f32>,
    /// As [`Names`] says.
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
    let measures: &[(&str, Measure)] = if set.names != Names::Documents {
        &[
            ("hit@1", |runs, _| share(runs, |found| found.iter().take(1).any(|hit| *hit))),
            ("hit@5", |runs, _| share(runs, |found| found.iter().take(5).any(|hit| *hit))),
            ("hit@8", |runs, _| share(runs, |found| found.iter().take(8).any(|hit| *hit))),
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
        let name = |hit: &shared::retrieval::Hit| match set.names {
            Names::Documents => hit.document_id.clone(),
            Names::Pages => hit.page.to_string(),
            Names::PagesOfFiles => format!("{}:{}", hit.file_name, hit.page),
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
    Ok(Set { library: Library::new(segments), queries, names: Names::Documents })
}

#[derive(Deserialize)]
struct Entry {
    query: String,
    pdf_pages: Vec<u32>,
}

/// A manual and the entries of its printed index.
async fn manual(data: &Path, name: &str, embeddings: &mut Embeddings) -> Result<Set, Failure> {
    let segment = embeddings.manual(data, &format!("{name}.pdf")).await?;
    let mut queries = Vec::new();
    for entry in lines::<Entry>(&data.join("ir/manual_index").join(format!("{name}.jsonl")))? {
        queries.push(Case {
            embedding: embeddings.of(&entry.query).await?,
            text: entry.query,
            relevant: entry.pdf_pages.iter().map(u32::to_string).collect(),
        });
    }
    embeddings.save()?;
    Ok(Set { library: Library::new(vec![Arc::new(segment)]), queries, names: Names::Pages })
}

#[derive(Deserialize)]
struct Question {
    id: String,
    file: Option<String>,
    question: String,
    follow_up_of: Option<String>,
    pages: Vec<u32>,
    answerable: bool,
    #[serde(default)]
    alt: Vec<Place>,
}

#[derive(Deserialize)]
struct Place {
    file: String,
    pages: Vec<u32>,
}

/// Questions of technicians over all manuals together, as a conversation asks them.
async fn questions(data: &Path, embeddings: &mut Embeddings) -> Result<Set, Failure> {
    let all = lines::<Question>(&data.join("qa/questions.jsonl"))?;
    let files: BTreeSet<&str> = all.iter().filter_map(|question| question.file.as_deref()).collect();
    let mut segments = Vec::new();
    for file in files {
        segments.push(Arc::new(embeddings.manual(data, file).await?));
    }
    let texts: HashMap<&str, &Question> = all.iter().map(|question| (question.id.as_str(), question)).collect();
    let mut queries = Vec::new();
    for question in all.iter().filter(|question| question.answerable) {
        let mut history = Vec::new();
        let mut before = question.follow_up_of.as_deref();
        while let Some(earlier) = before.and_then(|id| texts.get(id)) {
            history.insert(0, Turn { role: Role::User, content: earlier.question.clone() });
            before = earlier.follow_up_of.as_deref();
        }
        let text = shared::assistant::search_query(&question.question, &history, &[]);
        let own = Place { file: question.file.clone().unwrap_or_default(), pages: question.pages.clone() };
        let places = std::iter::once(&own).chain(&question.alt);
        let relevant = places.flat_map(|place| place.pages.iter().map(|page| format!("{}:{page}", place.file))).collect();
        queries.push(Case { embedding: embeddings.of(&text).await?, text, relevant });
    }
    embeddings.save()?;
    Ok(Set { library: Library::new(segments), queries, names: Names::PagesOfFiles })
}

/// The questions whose page is not among the first eight, with what their words were taken for.
fn misses(out: &mut impl Write, set: &Set) -> Result<(), Failure> {
    for case in &set.queries {
        let query = Query {
            text: case.text.clone(),
            embedding: Some(case.embedding.clone()),
            top_k: 100,
            ..Query::default()
        };
        let hits = set.library.search(&query);
        let names: Vec<String> = hits.iter().map(|hit| format!("{}:{}", hit.file_name, hit.page)).collect();
        let rank = names.iter().position(|name| case.relevant.contains(name));
        if rank.is_none_or(|rank| rank >= 1) {
            let mut relevant: Vec<&String> = case.relevant.iter().collect();
            relevant.sort();
            writeln!(out, "\n{} | rank {:?}", case.text.replace('\n', " // "), rank.map(|rank| rank + 1))?;
            writeln!(out, "  wanted {:?}", relevant.iter().take(4).collect::<Vec<_>>())?;
            writeln!(out, "  found {:?}", names.iter().take(4).collect::<Vec<_>>())?;
            for word in set.library.asked(&query) {
                let forms: Vec<String> = word.forms.iter().map(|form| form.terms.join("+")).collect();
                writeln!(out, "    {} {:?} {} pages: {}", word.written, word.how, word.pages, forms.join(" "))?;
            }
        }
    }
    Ok(())
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

    /// A manual as it is read; reading takes long, so its pages are kept as well.
    async fn manual(&mut self, data: &Path, file: &str) -> Result<Segment, Failure> {
        let kept = self.file.with_file_name(format!("{file}.pages"));
        let pages: Vec<Page> = match fs::read(&kept).ok().and_then(|bytes| postcard::from_bytes(&bytes).ok()) {
            Some(pages) => pages,
            None => {
                let worker = PdfWorker::current_exe(Limits::default())?;
                let pages = worker.extract(&data.join("pdf").join(file), |_| {}).await?;
                fs::write(&kept, postcard::to_stdvec(&pages)?)?;
                pages
            }
        };
        self.segment(file, &pages).await
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
