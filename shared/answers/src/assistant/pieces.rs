//! Common rules for streamed answers, whatever the protocol.

use std::pin::pin;
use std::time::Duration;

use async_stream::try_stream;
use futures::{Stream, StreamExt};
use tokio::time::timeout;

use super::error::AnswerError;
use super::model::ModelEvent;
use foundation::provider::{ProviderError, ProviderFailure};
use shared::store::TokenUsage;

/// The name that begins the sentences of errors.
pub(super) const NAME: &str = "The language model";

/// How long an endpoint may take to close a finished answer.
const CLOSING: Duration = Duration::from_secs(2);

/// Finish reasons of endpoints for the maximum length.
const LIMIT_REACHED: [&str; 3] = ["length", "max_tokens", "model_length"];

/// The content of a message of an endpoint.
#[derive(Debug, Default)]
pub(super) struct Piece {
    /// More text; may be empty.
    pub(super) text: String,
    pub(super) usage: Option<TokenUsage>,
    /// The finish reason of the endpoint, once the model has stopped.
    pub(super) stopped: Option<String>,
}

/// The events of a streamed answer. Fails if nothing arrives for longer than `idle`.
pub(super) fn events(
    pieces: impl Stream<Item = Result<Piece, ProviderError>>,
    idle: Duration,
) -> impl Stream<Item = Result<ModelEvent, AnswerError>> {
    try_stream! {
        let mut pieces = pin!(pieces);
        let mut stopped = None;
        let mut written = false;
        loop {
            // Behind the end comes the usage or nothing: no reason to wait, or to fail.
            let limit = if stopped.is_some() { idle.min(CLOSING) } else { idle };
            let piece = match timeout(limit, pieces.next()).await {
                Ok(None) => break,
                Err(_) | Ok(Some(Err(_))) if stopped.is_some() => break,
                Err(_) => Err(ProviderError::new(NAME, ProviderFailure::Timeout))?,
                Ok(Some(piece)) => piece?,
            };
            // The first word is the reason; a later one may only mark the end of the stream.
            stopped = stopped.or(piece.stopped);
            if !piece.text.is_empty() {
                written = true;
                yield ModelEvent::Token(piece.text);
            }
            if let Some(usage) = piece.usage {
                yield ModelEvent::Usage(usage);
            }
        }
        let Some(reason) = stopped else {
            Err(ProviderError::unavailable(NAME, "the endpoint closed the connection in the middle of the answer"))?;
            return;
        };
        if !written {
            let nothing = ProviderError::unavailable(NAME, format!("the endpoint answered nothing ({reason})"));
            Err(AnswerError::Nothing(nothing))?;
            return;
        }
        if LIMIT_REACHED.contains(&reason.as_str()) {
            yield ModelEvent::LimitReached;
        }
    }
}
