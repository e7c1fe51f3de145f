//! The offline model on real manuals, the real way: PDF, pages, chunks, embeddings, search, answer.
//!
//! For each manual ten questions that it answers, with the pages that hold the answer, and ten that it
//! does not. Needs the sample manuals and the embedding model; says so and passes where either is absent.
//!
//! It has its own `main`, since reading a PDF starts this executable again as the PDF worker.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use answers::assistant::{Answer, AnswerEvent, Extractive, LanguageModel, Question, stream_answer};
use answers::library::Findings;
use documents::chunking::{ChunkOptions, chunk};
use documents::outline::outline;
use documents::pdf::{Limits, PdfWorker};
use documents::{Line, Page};
use foundation::config::DocumentsConfig;
use foundation::ids::UserId;
use foundation::need::{Needed, need};
use foundation::page_boxes::PageBox;
use futures::StreamExt;
use search::embeddings::Embedder;
use search::retrieval::{Query, Segment, SegmentSource};
use search::test_support::needed_embedder;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

/// Right answers among ten, of either kind.
const ENOUGH: usize = 9;
/// Quoted words of a hundred that may stand beside what is marked: a signal word is written in another way.
const MISSING: usize = 2;
/// How an answer begins that is not certain, and one that the manuals do not hold.
const LIKELY: &str = "most likely has it:";
const NO_ANSWER: &str = "I found no answer to this in your manuals.";

#[derive(Deserialize)]
struct Manual {
    file: String,
    answered: Vec<Held>,
    unanswered: Vec<String>,
}

#[derive(Deserialize)]
struct Held {
    question: String,
    pages: Vec<u32>,
}

fn main() -> ExitCode {
    if let Some(ended) = foundation::worker::main(&[documents::pdf::WORKER]) {
        return ended;
    }
    // `cargo test -- --list` and the like are not for a test without the harness.
    if std::env::args().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    if std::env::var_os("RUST_LOG").is_some() {
        foundation::telemetry::init();
    }
    tokio::runtime::Runtime::new().unwrap().block_on(run())
}

async fn run() -> ExitCode {
    let Some(data) = need(Needed::Data("pdf")) else { return ExitCode::SUCCESS };
    let Some(embedder) = needed_embedder() else { return ExitCode::SUCCESS };
    let questions = std::env::var_os("INTELLIMAINT_QUESTIONS")
        .map_or_else(|| include_str!("data/questions.json").to_owned(), |path| std::fs::read_to_string(path).unwrap());
    let manuals: Vec<Manual> = serde_json::from_str(&questions).unwrap();
    let mut failed = false;
    for manual in &manuals {
        let (segment, pages) = segment(&data.join(&manual.file), &embedder).await;
        failed |= !judge(manual, (&segment, &pages), &embedder).await;
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Asks all questions on one manual and prints what went wrong; whether enough went right.
async fn judge(manual: &Manual, (segment, all): (&Arc<Segment>, &[Page]), embedder: &Embedder) -> bool {
    let (mut cited, mut refused) = (0, 0);
    let mut marked = Marked::default();
    // What is quoted stands on the page, every figure of it.
    let mut figures = Figures::default();
    for held in &manual.answered {
        let answer = ask(&held.question, segment, embedder).await;
        marked.check(&held.question, &answer, all);
        figures.check(&held.question, &answer);
        let pages = pages(&answer);
        if pages.iter().any(|page| held.pages.contains(page)) && !answer.text.starts_with(NO_ANSWER) {
            cited += 1;
        } else {
            println!("  ANSWERED  {} cites {pages:?}, not {:?}", held.question, held.pages);
        }
    }
    for question in &manual.unanswered {
        let answer = ask(question, segment, embedder).await;
        figures.check(question, &answer);
        // What resembles the question may be shown, but not as the answer.
        let first = answer.text.lines().next().unwrap_or_default();
        if first.starts_with(NO_ANSWER) || first.ends_with(LIKELY) || first.ends_with("most likely have it:") {
            refused += 1;
        } else {
            let pages: Vec<u32> = answer.citations.iter().map(|citation| citation.page).collect();
            println!("  NOT HELD  {question} cites {pages:?}");
        }
    }
    let (answered, unanswered) = (manual.answered.len(), manual.unanswered.len());
    println!("{}: right page {cited} of {answered}, not stated {refused} of {unanswered}", manual.file);
    let found = marked.words - marked.missing;
    println!("  {} citations mark {found} of {} quoted words", marked.citations, marked.words);
    println!("  {} figures checked, {} doubted", figures.checked, figures.doubted);
    let places = marked.without == 0 && marked.missing * 100 <= marked.words * MISSING;
    let is_right = cited * 10 >= ENOUGH * answered && refused * 10 >= ENOUGH * unanswered;
    let are_figures_right = figures.checked > 0 && figures.doubted == 0;
    is_right && places && are_figures_right
}

/// What was found out about the figures of answers.
#[derive(Default)]
struct Figures {
    checked: u32,
    doubted: usize,
}

impl Figures {
    fn check(&mut self, question: &str, answer: &Answer) {
        let doubted = &answer.verification.unverified;
        if !doubted.is_empty() {
            println!("  DOUBTED   {question}: {doubted:?}");
        }
        self.checked += answer.verification.checked;
        self.doubted += doubted.len();
    }
}

/// Whether the places that citations mark hold the words that are quoted from them.
#[derive(Default)]
struct Marked {
    citations: usize,
    /// Citations that mark nothing.
    without: usize,
    words: usize,
    missing: usize,
}

impl Marked {
    fn check(&mut self, question: &str, answer: &Answer, pages: &[Page]) {
        // A signal word is quoted in capitals, however it is printed.
        let essence = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
        let boxes: Vec<&PageBox> = answer.citations.iter().flat_map(|citation| &citation.boxes).collect();
        self.citations += answer.citations.len();
        let bare = answer.citations.iter().filter(|citation| citation.boxes.is_empty()).count();
        if bare > 0 {
            println!("  UNMARKED  {question}: {bare} citations");
        }
        self.without += bare;
        let is_marked = |page: &Page, line: &Line| {
            let x = f64::from(f32::midpoint(line.area.left, line.area.right) / page.size.0);
            let y = f64::from(f32::midpoint(line.area.top, line.area.bottom) / page.size.1);
            let holds = |one: &&PageBox| {
                one.page == page.number
                    && (one.x..=one.x + one.width).contains(&x)
                    && (one.y..=one.y + one.height).contains(&y)
            };
            boxes.iter().any(holds)
        };
        let lines = pages.iter().flat_map(|page| page.lines().map(move |line| (page, line)));
        let inside: String =
            lines.filter(|(page, line)| is_marked(page, line)).map(|(_, line)| essence(&line.text)).collect();
        for quoted in answer.text.lines().filter_map(|line| line.strip_prefix("> ")) {
            // A quotation names the titles over a row, which stand elsewhere on the page.
            let words: Vec<String> = quoted.split_whitespace().map(essence).filter(|word| word.len() > 1).collect();
            let missing: Vec<&String> = words.iter().filter(|word| !inside.contains(word.as_str())).collect();
            if !missing.is_empty() {
                println!("  BESIDE    {question}: {missing:?} of {quoted}");
            }
            self.words += words.len();
            self.missing += missing.len();
        }
    }
}

/// The pages that an answer names below what it quotes: `Page 12 of …`, `Pages 17–18 of …`.
fn pages(answer: &Answer) -> Vec<u32> {
    let named = answer.text.lines().filter_map(|line| line.strip_prefix("Pages ").or(line.strip_prefix("Page ")));
    let spans = named.filter_map(|line| {
        let (span, _) = line.split_once(" of ")?;
        let (first, last) = span.split_once('\u{2013}').unwrap_or((span, span));
        Some(first.parse::<u32>().ok()?..=last.parse::<u32>().ok()?)
    });
    spans.flatten().collect()
}

/// One question through the pipeline that chat runs.
async fn ask(text: &str, segment: &Arc<Segment>, embedder: &Embedder) -> Answer {
    let question = Question::new(UserId::new(), text);
    let model = Arc::new(Extractive);
    let (segment, embedder, top_k) = (segment.clone(), embedder.clone(), model.passages());
    let retrieve = move |text: String| async move {
        let embedding = Some(embedder.embed_one(text.clone()).await?.into_vec());
        Ok(Findings::of(&[segment], Query { text, embedding, top_k, ..Query::default() }))
    };
    let mut events = Box::pin(stream_answer(question, retrieve, model, CancellationToken::new()));
    loop {
        if let AnswerEvent::Done(answer) = events.next().await.unwrap().unwrap() {
            return *answer;
        }
    }
}

/// Reads, cuts and embeds a manual as an ingest does.
async fn segment(path: &Path, embedder: &Embedder) -> (Arc<Segment>, Vec<Page>) {
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(DocumentsConfig::default_pdfium());
    let worker = PdfWorker::current_exe(library, Limits::default()).unwrap();
    let pages = worker.extract(path, |_| {}).await.unwrap();
    let chunks = chunk(&pages, &outline(&pages), ChunkOptions::default(), |text| embedder.count_tokens(text));
    let texts: Vec<String> = chunks.iter().map(documents::chunking::Chunk::embedding_text).collect();
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    let embeddings = Embeddings::of(&name, embedder).embed(texts, embedder).await;
    let source = SegmentSource {
        document_id: "manual".to_owned(),
        file_name: name,
        model: embedder.model_name().to_owned(),
        pages: &pages,
        chunks,
        embeddings,
    };
    let segment = Arc::new(Segment::build(source).unwrap());
    (segment, pages)
}

/// Embeddings by the hash of their text, kept between runs: embedding five manuals takes minutes.
struct Embeddings {
    file: PathBuf,
    known: HashMap<String, Vec<f32>>,
}

impl Embeddings {
    fn of(manual: &str, embedder: &Embedder) -> Self {
        let name = format!("{manual}-{}.embeddings", embedder.model_name().replace('/', "-"));
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let known = std::fs::read(&file).ok().and_then(|bytes| postcard::from_bytes(&bytes).ok()).unwrap_or_default();
        Self { file, known }
    }

    async fn embed(mut self, texts: Vec<String>, embedder: &Embedder) -> Vec<Vec<f32>> {
        let key = |text: &String| hex::encode(Sha256::digest(text.as_bytes()));
        let missing: Vec<String> = texts.iter().filter(|text| !self.known.contains_key(&key(text))).cloned().collect();
        for batch in missing.chunks(64) {
            let embedded = embedder.embed(batch.to_vec()).await.unwrap();
            self.known
                .extend(batch.iter().map(key).zip(embedded.into_iter().map(search::embeddings::Embedding::into_vec)));
        }
        if !missing.is_empty() {
            std::fs::write(&self.file, postcard::to_allocvec(&self.known).unwrap()).unwrap();
        }
        texts.iter().map(|text| self.known.get(&key(text)).unwrap().clone()).collect()
    }
}
