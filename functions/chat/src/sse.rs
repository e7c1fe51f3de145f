//! An answer as server-sent events.
//!
//! `fullText` holds the whole text in every event, so that sending each token alone would cost the
//! square of the answer's length. Tokens that come within [`PACE`] go in one event, and the longer the
//! text, the more must be new before it is sent again: [`answers::conversation::Progress::news`].

use std::borrow::Cow;
use std::convert::Infallible;
use std::time::Duration;

use answers::assistant::Stage;
use answers::conversation::{OngoingAnswer, Outcome, ProgressReceiver};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use foundation::ids::{ChatId, MessageId};
use futures::stream;
use http::{HeaderName, HeaderValue, header};
use serde::Serialize;
use shared::store::{Citation, Procedure, TokenUsage, Verification, Warning};
use tokio::time::Instant;

/// Shortest time between two events with text.
const PACE: Duration = Duration::from_millis(30);
/// A comment is sent after so much silence, for the proxies on the way.
const SILENCE: Duration = Duration::from_secs(15);

/// An event. The first that a client sees are of stages, then come those with text, then the end.
#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub(crate) enum Message<'a> {
    #[serde(rename_all = "camelCase")]
    Stage {
        stage: Stage,
        done: bool,
        full_text: &'static str,
        session_id: &'a ChatId,
    },
    #[serde(rename_all = "camelCase")]
    Text {
        token: &'a str,
        full_text: &'a str,
        done: bool,
        session_id: &'a ChatId,
    },
    Done(Done<'a>),
}

/// The last event, whatever happened.
#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Done<'a> {
    done: bool,
    token: &'static str,
    full_text: Cow<'a, str>,
    session_id: &'a ChatId,
    message_id: &'a MessageId,
    token_usage: TokenUsage,
    citations: &'a [Citation],
    #[serde(skip_serializing_if = "Option::is_none")]
    verification: Option<&'a Verification>,
    #[serde(skip_serializing_if = "Option::is_none")]
    procedure: Option<&'a Procedure>,
    warnings: &'a [Warning],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    aborted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
}

/// What the deployed page shows of an answer that broke off.
const BROKEN: &str = "Something went wrong on our side. Please try again.";

impl Message<'_> {
    fn event(&self) -> Event {
        // Texts and numbers can always be written as JSON.
        Event::default().data(serde_json::to_string(self).unwrap_or_default())
    }
}

/// Streams the answer to its end. Dropping the response does not stop the answer.
pub fn respond(asked: OngoingAnswer) -> Response {
    let listener = Listener {
        chat: asked.chat,
        answer: asked.answer,
        progress: asked.progress,
        stages: 0,
        sent: 0,
        last_text: None,
        ended: false,
    };
    let events = stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok::<_, Infallible>(event), listener))
    });
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform")),
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    let keep_alive = KeepAlive::new().interval(SILENCE).text("ping");
    (headers, Sse::new(events).keep_alive(keep_alive)).into_response()
}

/// One client's view of an answer's progress.
struct Listener {
    chat: ChatId,
    answer: MessageId,
    progress: ProgressReceiver,
    /// How many stages, and bytes of text, it has been told.
    stages: usize,
    sent: usize,
    last_text: Option<Instant>,
    ended: bool,
}

impl Listener {
    async fn next(&mut self) -> Option<Event> {
        if self.ended {
            return None;
        }
        loop {
            self.pace().await;
            if let Some(event) = self.news() {
                return Some(event);
            }
            if self.progress.changed().await.is_err() {
                return Some(self.broken());
            }
        }
    }

    /// Waits until the last text was sent long enough ago, or the answer has ended.
    async fn pace(&mut self) {
        if let Some(last) = self.last_text {
            let ended = self.progress.wait_for(|progress| progress.outcome.is_some());
            drop(tokio::time::timeout_at(last + PACE, ended).await);
        }
    }

    /// The next event that there is something to say in.
    fn news(&mut self) -> Option<Event> {
        let progress = self.progress.borrow_and_update();
        let session_id = &self.chat;
        if let Some(stage) = progress.stages.get(self.stages) {
            self.stages += 1;
            return Some(Message::Stage { stage: *stage, done: false, full_text: "", session_id }.event());
        }
        if let Some(token) = progress.news(self.sent) {
            self.sent = progress.text.len();
            self.last_text = Some(Instant::now());
            return Some(Message::Text { token, full_text: &progress.text, done: false, session_id }.event());
        }
        let outcome = progress.outcome.as_ref()?;
        self.ended = true;
        Some(Message::Done(Done::of(outcome, session_id)).event())
    }

    /// The task that wrote the answer is gone without a word.
    fn broken(&mut self) -> Event {
        self.ended = true;
        let done = Done {
            done: true,
            token: "",
            full_text: with_failure(&self.progress.borrow().text, Some(BROKEN)).into_owned().into(),
            session_id: &self.chat,
            message_id: &self.answer,
            token_usage: TokenUsage::default(),
            citations: &[],
            verification: None,
            procedure: None,
            warnings: &[],
            aborted: false,
            error: Some(BROKEN),
            code: Some("internal_error"),
        };
        Message::Done(done).event()
    }
}

/// The text with the sentence that says why it failed: the frontend shows nothing else.
fn with_failure<'a>(text: &'a str, failure: Option<&str>) -> Cow<'a, str> {
    match failure {
        None => text.into(),
        Some(failure) if text.is_empty() => failure.to_owned().into(),
        Some(failure) => format!("{text}\n\n{failure}").into(),
    }
}

impl<'a> Done<'a> {
    fn of(outcome: &'a Outcome, session_id: &'a ChatId) -> Self {
        let Outcome { message, aborted, failure } = outcome;
        Self {
            done: true,
            token: "",
            full_text: with_failure(&message.content, failure.as_ref().map(|failure| failure.message.as_str())),
            session_id,
            message_id: &message.id,
            token_usage: message.token_usage.unwrap_or_default(),
            citations: &message.citations,
            verification: message.verification.as_ref(),
            procedure: message.procedure.as_ref(),
            warnings: &message.warnings,
            aborted: *aborted,
            error: failure.as_ref().map(|failure| failure.message.as_str()),
            code: failure.as_ref().map(|failure| failure.code.as_str()),
        }
    }
}
