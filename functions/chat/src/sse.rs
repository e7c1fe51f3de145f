//! An answer as server-sent events.
//!
//! `fullText` holds the whole text in every event, so that sending each token alone would cost the
//! square of the answer's length. Tokens that come close together go in one event, and the longer the
//! text, the more must be new before it is sent again: [`answers::conversation::Progress::news`].

use std::borrow::Cow;
use std::convert::Infallible;
use std::time::Duration;

use answers::assistant::Stage;
use answers::conversation::{AnswerListener, AnswerNews, OngoingAnswer, Outcome, TextEvents};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use foundation::ids::{ChatId, MessageId};
use futures::stream;
use http::{HeaderName, HeaderValue, header};
use serde::Serialize;
use shared::store::{Citation, Procedure, TokenUsage, Verification, Warning};

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
    let told = AnswerListener::new(asked.progress, TextEvents::Cumulative);
    let listener = Listener { chat: asked.chat, answer: asked.answer, told };
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

/// One client's view of an answer, as events.
struct Listener {
    chat: ChatId,
    answer: MessageId,
    told: AnswerListener,
}

impl Listener {
    async fn next(&mut self) -> Option<Event> {
        let news = self.told.next().await?;
        Some(self.event(news))
    }

    fn event(&self, news: AnswerNews) -> Event {
        let session_id = &self.chat;
        match news {
            AnswerNews::Stage(stage) => Message::Stage { stage, done: false, full_text: "", session_id }.event(),
            AnswerNews::Text(range) => {
                let progress = self.told.progress();
                let full_text = progress.text.get(..range.end).unwrap_or_default();
                let token = full_text.get(range.start..).unwrap_or_default();
                Message::Text { token, full_text, done: false, session_id }.event()
            }
            AnswerNews::Ended(outcome) => Message::Done(Done::of(&outcome, session_id)).event(),
            AnswerNews::Lost => self.broken(),
        }
    }

    /// The task that wrote the answer is gone without a word.
    fn broken(&self) -> Event {
        let done = Done {
            done: true,
            token: "",
            full_text: with_failure(&self.told.progress().text, Some(BROKEN)).into_owned().into(),
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
