//! The task that writes an answer.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::{FutureExt as _, StreamExt as _};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::counting::{self, AnswerEnding};
use super::keeper::Keeper;
use super::progress::{Outcome, Progress};
use crate::assistant::{Answer, AnswerError, AnswerEvent, Assistant, LONGEST_ANSWER, Question};
use foundation::telemetry;
use shared::Context;
use shared::store::{AnswerFailure, ChatMessage, Lease, Preview, StoreError};

/// Bytes of an answer with its warnings and sources: an item is limited to 400 KB, and a replaced answer lies beside
/// the new one for a while.
const LONGEST: usize = 2 * LONGEST_ANSWER;

/// How long a model may take to end after it was cancelled.
const GRACE: Duration = Duration::from_millis(100);

/// Everything needed to write one answer.
pub(super) struct Writer {
    pub(super) context: Context,
    pub(super) assistant: Assistant,
    pub(super) lease: Lease,
    /// The question without its images, which are read from `attachments`.
    pub(super) question: Question,
    /// The empty answer, as it is stored.
    pub(super) answer: ChatMessage,
    /// Whether it is the last message of its session.
    pub(super) is_last: bool,
    pub(super) progress: watch::Sender<Progress>,
    /// Ends the answer early.
    pub(super) cancel: CancellationToken,
    /// Whether the system ends it, rather than the user.
    pub(super) given_up: Arc<AtomicBool>,
    /// Whether the stored text has to be what was streamed.
    pub(super) appends: bool,
}

/// How writing ended.
enum End {
    Answered(Box<Answer>),
    /// With a failure, and whether the question counts.
    Failed(AnswerFailure, bool),
    /// The session was deleted, or another process has taken over.
    Lost,
}

impl Writer {
    /// Writes the answer, stores it, and announces its end.
    pub(super) async fn run(self) {
        let cancel = &self.cancel;
        let keeper = Keeper {
            store: &self.context.store,
            lease: &self.lease,
            message: &self.answer.id,
            progress: &self.progress,
            cancel,
        };
        let end = tokio::select! {
            end = AssertUnwindSafe(self.write(cancel)).catch_unwind() => end.unwrap_or_else(|_| {
                tracing::error!("an answer panicked");
                End::Failed(internal(), false)
            }),
            () = keeper.keep() => End::Lost,
        };
        cancel.cancel();
        let outcome = self.store(end).await;
        telemetry::count_tokens(outcome.message.token_usage.map_or(0, |usage| usage.total_tokens));
        // A step of a procedure, which is not charged, is quoted: it says nothing of the model.
        if let Some(verification) = outcome.message.verification.as_ref().filter(|_| self.lease.charged.is_some()) {
            telemetry::count_figures(self.assistant.model_name(), verification.checked, verification.unverified.len());
        }
        telemetry::flush();
        self.progress.send_modify(|progress| progress.outcome = Some(outcome));
    }

    async fn write(&self, cancel: &CancellationToken) -> End {
        let mut events = self.assistant.answer(self.question.clone(), cancel.clone());
        let mut overdue = pin!(async {
            cancel.cancelled().await;
            tokio::time::sleep(GRACE).await;
        });
        loop {
            let event = tokio::select! {
                event = events.next() => event,
                () = &mut overdue => return End::Answered(Box::new(self.so_far())),
            };
            match event {
                Some(Ok(AnswerEvent::Stage(stage))) => {
                    self.progress.send_modify(|progress| progress.stages.push(stage));
                }
                Some(Ok(AnswerEvent::Token(token))) => {
                    if !self.push(&token) {
                        tracing::warn!(limit = LONGEST, "an answer was cut because it is too long");
                        return End::Answered(Box::new(self.so_far()));
                    }
                }
                Some(Ok(AnswerEvent::Done(answer))) => return End::Answered(answer),
                Some(Err(error)) => {
                    let counts = error.counts(counting::has_looked(&self.progress.borrow()));
                    return End::Failed(failure(&error), counts);
                }
                None => return End::Failed(internal(), false),
            }
        }
    }

    /// Appends a token. Returns whether all of it fitted.
    fn push(&self, token: &str) -> bool {
        let mut fits = true;
        self.progress.send_modify(|progress| {
            let room = LONGEST.saturating_sub(progress.text.len());
            fits = token.len() <= room;
            progress.text.push_str(cut(token, room));
        });
        fits
    }

    /// The answer as streamed so far.
    fn so_far(&self) -> Answer {
        Answer { text: self.progress.borrow().text.clone(), aborted: true, ..Answer::default() }
    }

    /// Stores the answer and returns the stored message.
    async fn store(&self, end: End) -> Outcome {
        // Before the outcome, which may add the sentence of a failure to the text.
        let counts = counting::counts(self.ending(&end), &self.progress.borrow());
        self.count_tokens(&end).await;
        let outcome = self.outcome(end);
        if outcome.failure.as_ref().is_some_and(|failure| failure.code == LOST) {
            return outcome;
        }
        let preview = self.is_last.then(|| Preview::from(&outcome.message));
        match self.context.store.finish_generation(&self.lease, &outcome.message, preview, counts).await {
            Ok(true) => outcome,
            Ok(false) | Err(StoreError::AccountDeleted) => Outcome { aborted: true, failure: Some(lost()), ..outcome },
            Err(error) => {
                tracing::error!(%error, "an answer could not be stored");
                Outcome { failure: Some(storage_busy()), ..outcome }
            }
        }
    }

    /// Counts what the model was paid for, whatever becomes of the answer.
    async fn count_tokens(&self, end: &End) {
        let End::Answered(answer) = end else { return };
        if let Err(error) = self.context.store.count_tokens(&self.lease.user, answer.usage).await {
            tracing::warn!(%error, "the tokens of an answer are not counted");
        }
    }

    fn ending(&self, end: &End) -> AnswerEnding {
        match end {
            End::Answered(answer) if !answer.aborted => AnswerEnding::Complete,
            End::Answered(_) if self.given_up.load(Ordering::Relaxed) => AnswerEnding::Failed { counts: false },
            End::Answered(_) | End::Lost => AnswerEnding::Stopped,
            End::Failed(_, counts) => AnswerEnding::Failed { counts: *counts },
        }
    }

    fn outcome(&self, end: End) -> Outcome {
        let empty = ChatMessage { generation: None, replaced: None, ..self.answer.clone() };
        match end {
            // Stopped before it had begun: what was to be replaced stays.
            End::Answered(answer) if answer.aborted && answer.text.is_empty() && self.answer.replaced.is_some() => {
                let old = self.answer.replaced.as_deref().cloned();
                Outcome { message: old.unwrap_or(empty), aborted: true, failure: None }
            }
            End::Answered(answer) => {
                let streamed = self.appends.then(|| self.progress.borrow().text.clone());
                let message = ChatMessage {
                    content: streamed.unwrap_or_else(|| cut(&answer.text, LONGEST).to_owned()),
                    is_stopped: answer.aborted,
                    citations: answer.citations,
                    verification: Some(answer.verification),
                    procedure: answer.procedure,
                    warnings: answer.warnings,
                    token_usage: Some(answer.usage),
                    ..empty
                };
                Outcome { message, aborted: answer.aborted, failure: None }
            }
            End::Failed(failure, _) => {
                if self.appends {
                    let gap = if self.progress.borrow().text.is_empty() { "" } else { "\n\n" };
                    self.push(&format!("{gap}{}", failure.message));
                }
                let text = self.progress.borrow().text.clone();
                let message = match &self.answer.replaced {
                    Some(old) if text.is_empty() => old.as_ref().clone(),
                    _ => ChatMessage { content: text, is_stopped: true, failure: Some(failure.clone()), ..empty },
                };
                Outcome { message, aborted: false, failure: Some(failure) }
            }
            End::Lost => {
                let message = ChatMessage { content: self.so_far().text, is_stopped: true, ..empty };
                Outcome { message, aborted: true, failure: Some(lost()) }
            }
        }
    }
}

const LOST: &str = "answer_lost";

fn lost() -> AnswerFailure {
    AnswerFailure {
        code: LOST.to_owned(),
        message: "The chat was deleted or changed while the answer was written.".to_owned(),
    }
}

fn internal() -> AnswerFailure {
    AnswerFailure {
        code: "internal_error".to_owned(),
        message: "Something went wrong on our side. Please try again.".to_owned(),
    }
}

fn storage_busy() -> AnswerFailure {
    AnswerFailure {
        code: "storage_busy".to_owned(),
        message: "Storage is busy. Please try again in a moment.".to_owned(),
    }
}

/// The failure for the user. The causes are logged.
fn failure(error: &AnswerError) -> AnswerFailure {
    let cause = std::error::Error::source(error).map(telemetry::causes);
    tracing::error!(code = error.code(), cause, "an answer failed");
    AnswerFailure { code: error.code().to_owned(), message: error.to_string() }
}

/// The longest beginning of `text` with at most `bytes` bytes, at a character boundary.
fn cut(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn text_is_cut_between_characters() {
        assert_eq!(cut("aé", 2), "a");
        assert_eq!(cut("aé", 3), "aé");
        assert_eq!(cut("aé", 100), "aé");
        assert_eq!(cut("é", 0), "");
    }
}
