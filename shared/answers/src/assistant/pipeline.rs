//! The pipeline: search, brief the model, stream, cite. Every client gets its answers from here, so they are sanitised
//! here.

use std::future::Future;
use std::sync::Arc;

use async_stream::stream;
use futures::{Stream, StreamExt};
use tokio_util::sync::CancellationToken;

use super::answer::{Answer, AnswerEvent, Stage};
use super::citations::without_sources;
use super::draft::{CUT, Draft};
use super::error::AnswerError;
use super::follow_up;
use super::model::{Brief, LanguageModel, ModelEvent, QuotedPassage};
use super::picture_summary::{self, PictureSummary};
use super::procedure::StepAnswer;
use super::question::{Question, Role, Turn};
use super::references;
use super::verification::{NOT_FOUND, UNVERIFIED_MARK};
use crate::library::evidence::Source;
use crate::library::{Findings, LibraryError};
use shared::store::Procedure;

/// Number of turns of the conversation for the model.
const WINDOW_TURNS: usize = 12;
/// Number of characters of the conversation for the model.
const WINDOW_CHARACTERS: usize = 12_000;
/// Default number of tokens of the manuals' pages for the model.
const CONTEXT_TOKENS: usize = 6_000;
/// Default maximum number of tokens of an answer.
const ANSWER_TOKENS: usize = 4_096;

/// A question, and what was recognised on its pictures.
pub(super) struct PreparedQuestion {
    pub(super) question: Question,
    pub(super) picture_summaries: Vec<PictureSummary>,
    /// The position in the procedure whose step the question is about.
    pub(super) step: Option<Procedure>,
    /// Number of tokens of the manuals' pages for the model.
    pub(super) context_tokens: usize,
    /// Maximum number of tokens of the answer.
    pub(super) answer_tokens: usize,
    /// The gateway's URL for links to pages; empty for no links.
    pub(super) gateway_url: String,
}

/// The pipeline itself, for callers with their own passages: `retrieve` gets the query. See
/// [`super::Assistant::answer`] for the events.
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
    let (picture_summaries, gateway_url) = (Vec::new(), String::new());
    let (context_tokens, answer_tokens) = (CONTEXT_TOKENS, ANSWER_TOKENS);
    let asked =
        PreparedQuestion { question, picture_summaries, step: None, context_tokens, answer_tokens, gateway_url };
    stream_seen(asked, retrieve, model, cancel)
}

/// The same if the pictures were analysed before.
pub(super) fn stream_seen<R, F>(
    asked: PreparedQuestion,
    retrieve: R,
    model: Arc<dyn LanguageModel>,
    cancel: CancellationToken,
) -> impl Stream<Item = Result<AnswerEvent, AnswerError>> + Send + 'static
where
    R: FnOnce(String) -> F + Send + 'static,
    F: Future<Output = Result<Findings, LibraryError>> + Send + 'static,
{
    stream! {
        let PreparedQuestion { question, picture_summaries, step, context_tokens, answer_tokens, gateway_url } = asked;
        let open = question.procedure.clone();
        if let Some(reply) = question.reply {
            let text = reply.to_owned();
            // "Repeat" behind such a reply still means the step.
            let procedure = open.filter(|open| open.is_newest).map(|open| open.place);
            yield Ok(AnswerEvent::Token(text.clone()));
            yield Ok(AnswerEvent::Done(Box::new(Answer { text, procedure, ..Answer::default() })));
            return;
        }
        yield Ok(AnswerEvent::Stage(Stage::Retrieval));
        let query = follow_up::query(&question.text, &question.history, &question.equipment);
        let query = picture_summary::widened(query, &picture_summaries);
        let brief = match unless(&cancel, retrieve(query.clone())).await {
            None => {
                yield Ok(AnswerEvent::nothing());
                return;
            }
            Some(Err(error)) => {
                yield Err(error.into());
                return;
            }
            Some(Ok(findings)) => {
                let brief = brief(question, query, findings);
                Brief { picture_summaries, context_tokens, answer_tokens, gateway_url, ..brief }
            }
        };
        // Pictures that were looked at before have had their stage.
        if !brief.images.is_empty() && brief.picture_summaries.is_empty() && model.sees_images() {
            yield Ok(AnswerEvent::Stage(Stage::ImageAnalysis));
        }
        yield Ok(AnswerEvent::Stage(Stage::Generation));
        let mut draft = Draft::new(&brief, model.quotes());
        (draft.told, draft.open) = (step, open.map(|open| open.place));
        if let Some(event) = draft.begin() {
            yield Ok(event);
        }
        let mut events = model.answer(brief);
        loop {
            if !draft.has_room() {
                draft.is_cut = true;
                break;
            }
            match unless(&cancel, events.next()).await {
                None => {
                    yield Ok(draft.cut());
                    return;
                }
                Some(None) => break,
                Some(Some(Err(error))) => {
                    if let Some(event) = draft.fail() {
                        yield Ok(event);
                    }
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
        if let Some(event) = draft.settle() {
            yield Ok(event);
        }
        let (last, done) = draft.close();
        if let Some(event) = last {
            yield Ok(event);
        }
        yield Ok(done);
    }
}

/// The answer with a step of a procedure, from the manual itself.
pub(super) fn tell(question: Question, told: StepAnswer, gateway_url: &str) -> Vec<AnswerEvent> {
    let brief = brief(question, String::new(), told.findings);
    let brief = Brief { gateway_url: gateway_url.to_owned(), ..brief };
    let mut draft = Draft::new(&brief, true);
    draft.told = Some(told.procedure);
    let (spots, warnings) = (told.spots, told.warnings);
    let quoted = told.pages.map(|pages| QuotedPassage { passage: 0, pages, spots, begun: None, warnings });
    let linked = brief.findings.passages.first().map(|passage| {
        let source = Source::of(&brief.findings, passage);
        references::linked(told.text.clone(), (&passage.hit, &source), &brief)
    });
    let text = linked.unwrap_or(told.text);
    let said = quoted.map(ModelEvent::Quoted).into_iter().chain([ModelEvent::Token(text)]);
    let mut events = vec![AnswerEvent::Stage(Stage::Retrieval)];
    events.extend(draft.begin());
    events.extend(said.filter_map(|event| draft.take(event)).collect::<Vec<_>>());
    events.extend(draft.settle());
    let (last, done) = draft.close();
    events.extend(last);
    events.push(done);
    events
}

/// The future's output, or `None` once the token is cancelled, even if both are ready.
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
        picture_summaries: Vec::new(),
        history: window(&question.history),
        equipment: question.equipment,
        aloud: question.aloud,
        appends: question.appends,
        pending: question.pending,
        findings,
        context_tokens: CONTEXT_TOKENS,
        answer_tokens: ANSWER_TOKENS,
        gateway_url: String::new(),
    }
}

/// The last turns that fit the window, without what was added to a model's answers, beginning with the user.
fn window(history: &[Turn]) -> Vec<Turn> {
    let mut characters = 0;
    let mut turns: Vec<Turn> = Vec::new();
    for turn in history.iter().rev().take(WINDOW_TURNS) {
        let content = match turn.role {
            Role::User => turn.content.trim().to_owned(),
            Role::Assistant => as_written(&turn.content),
        };
        characters += content.chars().count();
        if characters > WINDOW_CHARACTERS {
            break;
        }
        if !content.is_empty() {
            turns.push(Turn { role: turn.role, content });
        }
    }
    turns.reverse();
    let first = turns.iter().position(|turn| turn.role == Role::User).unwrap_or(turns.len());
    turns.split_off(first)
}

/// An answer without its list of sources, the figures that were not found, and the note that it was cut: a model would
/// imitate them.
fn as_written(answer: &str) -> String {
    let told = without_sources(answer);
    let told = told.rsplit_once(NOT_FOUND).map_or(told, |(before, _)| before);
    let told = told.strip_suffix(CUT).unwrap_or(told);
    told.replace(UNVERIFIED_MARK, "").trim().to_owned()
}

#[cfg(test)]
#[path = "pipeline_tests.rs"]
mod tests;
