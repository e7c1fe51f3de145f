//! A question and its answer, told to the client that asked.

use std::time::Instant;

use answers::conversation::{
    AnswerListener, AnswerNews, Conversations, KeptRefusal, OngoingAnswer, Outcome, TextEvents,
};
use foundation::ids::MessageId;
use foundation::{ApiError, ApiResult};
use http::StatusCode;
use shared::pace::admit;
use shared::store::AnswerFailure;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::client::Client;
use super::payload::{ChatQuestion, Place};
use crate::Parts;
use crate::outbox::Disconnected;
use crate::speaker::Speaker;

/// What is said of an answer whose task is gone.
const BROKEN: &str = "Something went wrong on our side. Please try again.";

/// How a turn left its connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TurnEnd {
    /// The end of this answer was sent.
    Told(MessageId),
    /// Nothing was sent, or no end of an answer.
    Untold,
    /// The sign-in has ended.
    SignedOut,
}

/// A running turn.
pub(super) struct Turn {
    pub(super) parts: Parts,
    pub(super) conversations: Conversations,
    pub(super) speaker: Speaker,
    pub(super) client: Client,
    pub(super) question: ChatQuestion,
    /// Cancelled when the user stops the answer.
    pub(super) stop: CancellationToken,
    /// Cancelled when a newer question arrives.
    pub(super) muted: CancellationToken,
    /// The turn before, if it was stopped and is not stored yet.
    pub(super) stopping: Option<JoinHandle<TurnEnd>>,
}

impl Turn {
    /// Runs the turn to its end. If the client disconnects, the answer goes on without it.
    pub(super) async fn run(mut self) -> TurnEnd {
        let begun = Instant::now();
        if let Some(stopping) = self.stopping.take() {
            // A turn that panicked has ended as well.
            let _ = stopping.await;
        }
        let (outcome, end) = match self.ask().await {
            Ok(asked) => match self.follow(&asked).await {
                Some(outcome) => (outcome, TurnEnd::Told(asked.answer)),
                None => ("untold", TurnEnd::Untold),
            },
            Err(error) if error.status() == StatusCode::UNAUTHORIZED => {
                let _ = self.client.refused(error.message()).await;
                ("signed out", TurnEnd::SignedOut)
            }
            Err(error) => (self.refuse(&error).await.unwrap_or("untold"), TurnEnd::Untold),
        };
        let total_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let Speaker { request, connection, user, .. } = &self.speaker;
        tracing::info!(%request, %connection, %user, outcome, total_ms, "chat turn");
        end
    }

    async fn ask(&mut self) -> ApiResult<OngoingAnswer> {
        let (context, user) = (&self.parts.context, &self.speaker.user);
        if context.store.sign_in(user, &self.speaker.sign_in).await?.is_none() {
            return Err(ApiError::sign_in_expired());
        }
        admit(context, Some(user), None).await?;
        let images = std::mem::take(&mut self.question.images);
        self.question.prompt.pictures = self.conversations.pictures(user, images).await?;
        let prompt = self.question.prompt.clone();
        let asked = match &self.question.place {
            Place::Session(chat) => self.conversations.ask(user, chat, prompt).await,
            Place::New(None) => self.conversations.ask_first(user, prompt).await,
            Place::New(Some(key)) => self.conversations.ask_under(user, key, prompt).await,
        };
        Ok(asked?)
    }

    /// Tells the answer, and returns how it ended. `None` if the client has gone, or asked something else.
    async fn follow(&self, asked: &OngoingAnswer) -> Option<&'static str> {
        if let Err(error) = self.conversations.note_asked(&self.speaker.user, asked).await {
            tracing::warn!(%error, chat = %asked.chat, "an answer would not be handed over to another connection");
        }
        tokio::select! {
            // Should the client have gone, another of its connections is told.
            told = self.tell(asked) => told.ok(),
            () = self.muted.cancelled() => {
                self.leave(asked).await;
                None
            }
        }
    }

    /// Tells nothing more of an answer that nobody waits for. One that was stopped is stored before the next question.
    async fn leave(&self, asked: &OngoingAnswer) {
        if let Err(error) = self.conversations.forget_asked(&self.speaker.user, &asked.answer).await {
            tracing::warn!(%error, chat = %asked.chat, "an answer may be handed over that nobody waits for");
        }
        if self.stop.is_cancelled() {
            self.stop_answer(asked).await;
            let mut progress = asked.progress.clone();
            // Without an outcome, its task is gone.
            let _ = progress.wait_for(|progress| progress.outcome.is_some()).await;
        }
    }

    async fn tell(&self, asked: &OngoingAnswer) -> Result<&'static str, Disconnected> {
        self.client.accepted(&asked.chat, &asked.answer).await?;
        let mut listener = AnswerListener::new(asked.progress.clone(), TextEvents::Deltas);
        let mut is_stopping = false;
        loop {
            let news = tokio::select! {
                biased;
                () = self.stop.cancelled(), if !is_stopping => {
                    is_stopping = true;
                    self.stop_answer(asked).await;
                    continue;
                }
                news = listener.next() => news,
            };
            match news {
                Some(AnswerNews::Stage(stage)) => self.client.stage(stage).await?,
                Some(AnswerNews::Text(range)) => {
                    let token = listener.progress().text.get(range).unwrap_or_default().to_owned();
                    self.client.token(&token).await?;
                }
                Some(AnswerNews::Ended(outcome)) => return self.finish(asked, &outcome).await,
                Some(AnswerNews::Lost) | None => {
                    self.client.refused(BROKEN).await?;
                    return Ok("lost");
                }
            }
        }
    }

    /// Stops the answer, in whichever process it is written.
    async fn stop_answer(&self, asked: &OngoingAnswer) {
        asked.stop.cancel();
        let stopped = self.conversations.stop_answer(&self.speaker.user, &asked.chat, &asked.answer).await;
        if let Err(error) = stopped {
            tracing::warn!(%error, chat = %asked.chat, "an answer could not be stopped");
        }
    }

    /// Tells the end of an answer. A client that has stopped it waits for nothing else, even if it was complete.
    async fn finish(&self, asked: &OngoingAnswer, outcome: &Outcome) -> Result<&'static str, Disconnected> {
        match &outcome.failure {
            // Not even the failure is stored.
            Some(failure) if outcome.message.failure.as_ref() != Some(failure) => {
                self.client.refused(&failure.message).await?;
                Ok("lost")
            }
            _ if outcome.aborted || self.stop.is_cancelled() => {
                self.client.aborted().await?;
                Ok("stopped")
            }
            // The sentence that says why is the end of its text.
            failure => {
                self.client.complete(&asked.chat, &outcome.message.id).await?;
                Ok(if failure.is_some() { "failed" } else { "answered" })
            }
        }
    }

    /// Says why the question was refused: as an answer, if a client would show nothing else, otherwise as an error.
    async fn refuse(&self, error: &ApiError) -> Result<&'static str, Disconnected> {
        if let Some(cause) = error.cause() {
            tracing::error!(connection = %self.speaker.connection, code = error.code(), cause, "a question failed");
        }
        if self.muted.is_cancelled() {
            return Ok("superseded");
        }
        if self.stop.is_cancelled() {
            self.client.aborted().await?;
            return Ok("stopped");
        }
        match self.keep_refusal(error).await {
            Some(kept) => {
                self.client.accepted(&kept.chat, &kept.answer).await?;
                self.client.token(error.message()).await?;
                self.client.complete(&kept.chat, &kept.answer).await?;
            }
            None => self.client.refused(error.message()).await?,
        }
        Ok("refused")
    }

    /// Stores a refusal that the user has to see.
    async fn keep_refusal(&self, error: &ApiError) -> Option<KeptRefusal> {
        let is_shown = matches!(error.status(), StatusCode::PAYMENT_REQUIRED | StatusCode::TOO_MANY_REQUESTS)
            || matches!(error.code(), "answer_in_progress" | "busy");
        if !is_shown {
            return None;
        }
        let refusal = AnswerFailure { code: error.code().to_owned(), message: error.message().to_owned() };
        let (user, mut prompt) = (&self.speaker.user, self.question.prompt.clone());
        let chat = match &self.question.place {
            Place::Session(chat) => Ok(Some(chat.clone())),
            Place::New(None) => Ok(None),
            Place::New(Some(key)) => {
                prompt.key = Some(key.clone());
                self.conversations.chat_under(user, key).await
            }
        };
        let kept = match chat {
            Ok(chat) => self.conversations.keep_refusal(user, chat.as_ref(), prompt, refusal).await,
            Err(error) => Err(error),
        };
        kept.unwrap_or_else(|error| {
            tracing::warn!(%error, "a refusal could not be stored");
            None
        })
    }
}
