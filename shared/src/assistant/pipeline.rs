//! Retrieve, brief the model, stream, cite. Whatever receives an answer gets it from here, so this is
//! where it is made harmless.

use std::future::Future;
use std::sync::Arc;

use async_stream::stream;
use futures::{Stream, StreamExt};
use tokio_util::sync::CancellationToken;

use super::answer::{Answer, AnswerEvent, Stage};
use super::citations::{Marks, citations, source_list, without_sources};
use super::error::AnswerError;
use super::follow_up;
use super::model::{Brief, LanguageModel, ModelEvent};
use super::prompt::TokenCounter;
use super::question::{Question, Role, Turn};
use super::sanitizer::{Addresses, Sanitizer, sanitized};
use super::sight::{self, Sight};
use crate::library::{Findings, LibraryError, Passage};
use crate::store::{Citation, TokenUsage};

/// Turns of the conversation that the model sees.
const WINDOW_TURNS: usize = 12;
/// Characters of the conversation that the model sees.
const WINDOW_CHARACTERS: usize = 12_000;
/// Longest answer in bytes; a model that goes on beyond is stopped there.
const LONGEST_ANSWER: usize = 64 * 1024;
/// What ends an answer whose model was stopped, or has stopped, at a limit.
const CUT: &str = "\n\n*The answer stops here because it has reached its greatest length. Ask on to get the rest.*";

/// An answer as it grows.
struct Draft {
    text: String,
    marks: Marks,
    sanitizer: Sanitizer,
    query: String,
    passages: Vec<Passage>,
    usage: TokenUsage,
    tokens: TokenCounter,
    /// Tokens that the answer may have.
    most_tokens: usize,
    /// Whether it was cut for its length.
    is_cut: bool,
}

impl Draft {
    fn new(query: String, passages: Vec<Passage>, gateway_url: &str, most_tokens: usize) -> Self {
        let marks = Marks::new(passages.len());
        let pages = passages.iter().map(|passage| format!("{}\n{}", passage.page_text, passage.hit.content));
        let sanitizer = Sanitizer::new(Addresses::new(pages.collect(), gateway_url));
        let (text, usage, tokens) = (String::new(), TokenUsage::default(), TokenCounter::default());
        Self { text, marks, sanitizer, query, passages, usage, tokens, most_tokens, is_cut: false }
    }

    /// Whether more may be written. Models count in tokens of their own: one that keeps to its limit is not cut by
    /// a count that is rough.
    fn has_room(&self) -> bool {
        self.text.len() < LONGEST_ANSWER && self.tokens.total() < self.most_tokens + self.most_tokens / 4
    }

    fn citations(&self) -> Vec<Citation> {
        citations(self.marks.cited(), &self.passages, &self.query)
    }

    /// Takes over settled text; the event for it, unless there is none.
    fn add(&mut self, text: String) -> Option<AnswerEvent> {
        self.text.push_str(&text);
        (!text.is_empty()).then_some(AnswerEvent::Token(text))
    }

    fn take(&mut self, event: ModelEvent) -> Option<AnswerEvent> {
        match event {
            ModelEvent::Usage(usage) => {
                self.usage = usage;
                None
            }
            ModelEvent::LimitReached => {
                self.is_cut = true;
                None
            }
            ModelEvent::Token(token) => {
                self.tokens.push(&token);
                let text = self.marks.push(&token);
                let text = self.sanitizer.push(&text, self.marks.cited());
                self.add(text)
            }
        }
    }

    /// What was still held, that the answer was cut where it was, and the list of sources.
    fn close(&mut self) -> Option<AnswerEvent> {
        let held = self.marks.finish();
        let mut rest = self.sanitizer.push(&held, self.marks.cited());
        rest.push_str(&self.sanitizer.finish(self.marks.cited()));
        if self.is_cut {
            rest.push_str(CUT);
        }
        // Names of files are not ours either.
        rest.push_str(&sanitized(&source_list(&self.citations()), Vec::new(), ""));
        self.add(rest)
    }

    fn done(self, aborted: bool) -> AnswerEvent {
        let citations = self.citations();
        AnswerEvent::Done(Answer { text: self.text, citations, usage: self.usage, aborted })
    }
}

/// Tokens of the manuals' pages that a language model is given, where nothing else is configured.
const CONTEXT_TOKENS: usize = 6_000;
/// Tokens that an answer may have, likewise.
const ANSWER_TOKENS: usize = 4_096;

/// A question, and what was seen on its pictures.
pub(super) struct Asked {
    pub(super) question: Question,
    pub(super) sights: Vec<Sight>,
    /// Tokens of the manuals' pages that a language model is given.
    pub(super) context_tokens: usize,
    /// Tokens that the answer may have.
    pub(super) answer_tokens: usize,
    /// Where the gateway is; empty where no page of it is linked to.
    pub(super) gateway_url: String,
}

/// The pipeline itself, for callers that bring their own passages: `retrieve` is given the query.
/// See [`super::Assistant::answer`] for the events.
pub fn stream_answer<R, F>(
    question: Question,
    retrieve: R,
    model: Arc<dyn LanguageModel>,
    cancel: CancellationToken,
) -> impl Stream<Item = Result<AnswerEvent, AnswerError>> + Send + 'static
where
    R: FnOnce(String) -> F + Send + 'static,
    F: Future<Output = Result<Findings, LibraryError>> + Send + 'static,
{
    let (sights, gateway_url) = (Vec::new(), String::new());
    let (context_tokens, answer_tokens) = (CONTEXT_TOKENS, ANSWER_TOKENS);
    stream_seen(Asked { question, sights, context_tokens, answer_tokens, gateway_url }, retrieve, model, cancel)
}

/// The same where the pictures were looked at before.
pub(super) fn stream_seen<R, F>(
    asked: Asked,
    retrieve: R,
    model: Arc<dyn LanguageModel>,
    cancel: CancellationToken,
) -> impl Stream<Item = Result<AnswerEvent, AnswerError>> + Send + 'static
where
    R: FnOnce(String) -> F + Send + 'static,
    F: Future<Output = Result<Findings, LibraryError>> + Send + 'static,
{
    stream! {
        let Asked { question, sights, context_tokens, answer_tokens, gateway_url } = asked;
        yield Ok(AnswerEvent::Stage(Stage::Retrieval));
        let query = follow_up::query(&question.text, &question.history, &question.equipment);
        let query = sight::widened(query, &sights);
        let brief = match unless(&cancel, retrieve(query.clone())).await {
            None => {
                yield Ok(Draft::new(query, Vec::new(), &gateway_url, answer_tokens).done(true));
                return;
            }
            Some(Err(error)) => {
                yield Err(error.into());
                return;
            }
            Some(Ok(findings)) => Brief { sights, context_tokens, answer_tokens, ..brief(question, query, findings) },
        };
        // Pictures that were looked at before have had their stage.
        if !brief.images.is_empty() && brief.sights.is_empty() && model.sees_images() {
            yield Ok(AnswerEvent::Stage(Stage::ImageAnalysis));
        }
        yield Ok(AnswerEvent::Stage(Stage::Generation));
        let passages = brief.findings.passages.clone();
        let mut draft = Draft::new(brief.query.clone(), passages, &gateway_url, answer_tokens);
        let mut events = model.answer(brief);
        loop {
            if !draft.has_room() {
                draft.is_cut = true;
                break;
            }
            match unless(&cancel, events.next()).await {
                None => {
                    yield Ok(draft.done(true));
                    return;
                }
                Some(None) => break,
                Some(Some(Err(error))) => {
                    yield Err(error);
                    return;
                }
                Some(Some(Ok(event))) => {
                    if let Some(event) = draft.take(event) {
                        yield Ok(event);
                    }
                }
            }
        }
        drop(events);
        if let Some(event) = draft.close() {
            yield Ok(event);
        }
        yield Ok(draft.done(false));
    }
}

/// The future's output, or `None` as soon as the token is cancelled, even where both are ready.
pub(super) async fn unless<F: Future>(cancel: &CancellationToken, future: F) -> Option<F::Output> {
    tokio::select! {
        biased;
        () = cancel.cancelled() => None,
        output = future => Some(output),
    }
}

fn brief(question: Question, query: String, findings: Findings) -> Brief {
    Brief {
        text: question.text,
        query,
        images: question.images,
        sights: Vec::new(),
        history: window(&question.history),
        equipment: question.equipment,
        aloud: question.aloud,
        findings,
        context_tokens: CONTEXT_TOKENS,
        answer_tokens: ANSWER_TOKENS,
    }
}

/// The last turns that fit, without the lists of sources, beginning with the user.
fn window(history: &[Turn]) -> Vec<Turn> {
    let mut characters = 0;
    let mut turns: Vec<Turn> = Vec::new();
    for turn in history.iter().rev().take(WINDOW_TURNS) {
        let content = without_sources(&turn.content).trim();
        characters += content.chars().count();
        if characters > WINDOW_CHARACTERS {
            break;
        }
        if !content.is_empty() {
            turns.push(Turn { role: turn.role, content: content.to_owned() });
        }
    }
    turns.reverse();
    let first = turns.iter().position(|turn| turn.role == Role::User).unwrap_or(turns.len());
    turns.split_off(first)
}

#[cfg(test)]
#[path = "pipeline_tests.rs"]
mod tests;
