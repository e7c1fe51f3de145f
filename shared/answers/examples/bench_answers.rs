//! Asks the questions of the shared data about its manuals: the part of `scripts/bench answers` that runs
//! in Rust.
//!
//! ```text
//! bench_answers MODEL_DIR DATA_DIR CACHE_DIR [MANUAL,MANUAL…]
//! ```
//!
//! Everything goes the way of a real upload and a real question: PDF, pages, recognised pages, chunks,
//! embeddings, segment, search, answer. Writes `CACHE_DIR/answers.jsonl`: for each question the answer,
//! what it cites, the pages that were found, and what a language model would be given. With names of
//! manuals, only these are read, and only the questions about them are asked.

#[path = "answers/cache.rs"]
mod cache;
#[path = "answers/manuals.rs"]
mod manuals;
#[path = "answers/pages.rs"]
mod pages;

use std::{
    collections::HashMap,
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use answers::assistant::{
    Answer, AnswerError, AnswerEvent, Brief, Extractive, LanguageModel, ModelEvent, Question, Role, Turn, context,
    stream_answer,
};
use answers::library::{Findings, LibraryError};
use cache::Embeddings;
use foundation::ids::UserId;
use futures::{StreamExt, stream::BoxStream};
use search::retrieval::{Query, Segment, in_english};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

type Failure = Box<dyn std::error::Error>;

/// Questions that are asked at the same time: an answer takes its time to be streamed.
const AT_ONCE: usize = 4;

fn main() -> ExitCode {
    foundation::worker::run("bench_answers", &[documents::pdf::WORKER], measure)
}

#[derive(Deserialize, Clone)]
struct Asked {
    id: String,
    question: String,
    follow_up_of: Option<String>,
    /// The manual that holds the answer.
    file: Option<String>,
}

#[tokio::main]
async fn measure() -> Result<(), Failure> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let mut next = || arguments.next().ok_or("usage: bench_answers MODEL_DIR DATA_DIR CACHE_DIR [MANUAL,MANUAL…]");
    let (model, data, cache) = (next()?, next()?, next()?);
    let only = next().ok();
    let is_wanted =
        |manual: &str| only.as_ref().is_none_or(|only| only.to_string_lossy().split(',').any(|name| name == manual));
    let mut embeddings = Embeddings::open(model, &cache)?;
    let mut segments = Vec::new();
    for name in pages::MANUALS.iter().filter(|name| is_wanted(name)) {
        let path = data.join("pdf").join(format!("{name}.pdf"));
        segments.push(Arc::new(manuals::segment(&path, &cache, &mut embeddings).await?));
    }
    let asked: Vec<Asked> = lines(&data.join("qa/questions.jsonl"))?;
    let by_id: HashMap<&str, &Asked> = asked.iter().map(|asked| (asked.id.as_str(), asked)).collect();
    let embedder = Arc::new(embeddings);
    let is_about = |asked: &&Asked| match &asked.file {
        Some(file) => is_wanted(file.trim_end_matches(".pdf")),
        None => only.is_none(),
    };
    let answers = futures::stream::iter(asked.iter().filter(is_about))
        .map(|asked| answer(asked, history(asked, &by_id), &segments, embedder.clone()))
        .buffered(AT_ONCE);
    let answers: Vec<Result<Value, Failure>> = answers.collect().await;
    let mut out = fs::File::create(cache.join("answers.jsonl"))?;
    for answer in answers {
        writeln!(out, "{}", answer?)?;
    }
    Ok(())
}

/// What was asked before. The questions alone lead a follow-up to its subject.
fn history(asked: &Asked, by_id: &HashMap<&str, &Asked>) -> Vec<Turn> {
    let mut turns = Vec::new();
    let mut before = asked.follow_up_of.as_deref().and_then(|id| by_id.get(id));
    while let Some(earlier) = before {
        turns.push(Turn { role: Role::Assistant, content: "…".to_owned() });
        turns.push(Turn { role: Role::User, content: earlier.question.clone() });
        before = earlier.follow_up_of.as_deref().and_then(|id| by_id.get(id));
    }
    turns.reverse();
    turns
}

async fn answer(
    asked: &Asked,
    history: Vec<Turn>,
    segments: &[Arc<Segment>],
    embeddings: Arc<Embeddings>,
) -> Result<Value, Failure> {
    let question = Question { history, ..Question::new(UserId::new(), &asked.question) };
    let begun = Instant::now();
    let spy = Arc::new(Spy::default());
    let _ = run(question.clone(), spy.clone(), segments, embeddings.clone()).await?;
    let seen = spy.0.lock().unwrap_or_else(PoisonError::into_inner).take().ok_or("nothing was searched")?;
    let searched = begun.elapsed();
    let answer = run(question, Arc::new(Extractive), segments, embeddings).await?;
    let hits = seen.findings.passages.iter().map(|passage| &passage.hit);
    let hits: Vec<Value> = hits.map(|hit| json!({"fileName": hit.file_name, "page": hit.page})).collect();
    Ok(json!({
        "id": asked.id,
        "answer": answer.text,
        "citations": answer.citations,
        "warnings": answer.warnings,
        "hits": hits,
        "context": context(&seen),
        "milliseconds": searched.as_millis(),
    }))
}

/// One question through the pipeline that chat runs.
async fn run(
    question: Question,
    model: Arc<dyn LanguageModel>,
    segments: &[Arc<Segment>],
    embeddings: Arc<Embeddings>,
) -> Result<Answer, Failure> {
    let (segments, top_k) = (segments.to_vec(), model.passages());
    let retrieve = move |text: String| async move {
        let embedding = Some(embeddings.question(&text).await.map_err(LibraryError::from)?);
        let english = match in_english(&text) {
            Some(english) => Some(embeddings.question(&english).await.map_err(LibraryError::from)?),
            None => None,
        };
        Ok(Findings::of(&segments, Query { text, embedding, english, top_k, ..Query::default() }))
    };
    let mut events = Box::pin(stream_answer(question, retrieve, model, CancellationToken::new()));
    while let Some(event) = events.next().await {
        if let AnswerEvent::Done(answer) = event? {
            return Ok(*answer);
        }
    }
    Err("an answer without an end".into())
}

/// A language model that only keeps what it is given.
#[derive(Debug, Default)]
struct Spy(Mutex<Option<Brief>>);

impl LanguageModel for Spy {
    fn name(&self) -> &'static str {
        "spy"
    }

    fn passages(&self) -> usize {
        answers::assistant::PROMPT_PASSAGES
    }

    fn sees_images(&self) -> bool {
        false
    }

    fn answer(&self, brief: Brief) -> BoxStream<'static, Result<ModelEvent, AnswerError>> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(brief);
        futures::stream::empty().boxed()
    }
}

fn lines<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Vec<T>, Failure> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| Ok(serde_json::from_str(line)?)).collect()
}
