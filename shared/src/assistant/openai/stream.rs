//! From the bytes of a response to the events of an answer.

use std::time::Duration;

use async_stream::try_stream;
use eventsource_stream::Eventsource;
use futures::{Stream, StreamExt};
use reqwest::Response;

use super::NAME;
use super::wire::Chunk;
use crate::assistant::error::AnswerError;
use crate::assistant::model::ModelEvent;
use crate::provider::{Cause, ProviderError, ProviderFailure};

/// Bytes that one answer may have on the wire; an endpoint that sends more is broken.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// How long an endpoint may take to close a finished answer.
const CLOSING: Duration = Duration::from_secs(2);

/// The events of a streamed answer. Silence for longer than `idle` ends it with an error.
pub(super) fn events(response: Response, idle: Duration) -> impl Stream<Item = Result<ModelEvent, AnswerError>> {
    try_stream! {
        let mut events = std::pin::pin!(limited(response).eventsource());
        let mut finished = false;
        let mut written = false;
        loop {
            // Behind the end comes the usage or nothing: no reason to wait, or to fail.
            let patience = if finished { idle.min(CLOSING) } else { idle };
            let event = match tokio::time::timeout(patience, events.next()).await {
                Ok(None) => break,
                Err(_) | Ok(Some(Err(_))) if finished => break,
                Err(_) => Err(ProviderError::new(NAME, ProviderFailure::Timeout))?,
                Ok(Some(event)) => event.map_err(unavailable)?,
            };
            let data = event.data;
            let data = data.trim();
            if data == "[DONE]" {
                finished = true;
                break;
            }
            if data.is_empty() {
                continue;
            }
            let chunk: Chunk = serde_json::from_str(data).map_err(unavailable)?;
            if let Some(error) = chunk.error.filter(|error| !error.is_null()) {
                Err(unavailable(format!("the endpoint broke off: {error}")))?;
            }
            for choice in chunk.choices {
                finished |= choice.finish_reason.is_some();
                let text = choice.delta.content.or(choice.delta.refusal).unwrap_or_default();
                if !text.is_empty() {
                    written = true;
                    yield ModelEvent::Token(text);
                }
            }
            if let Some(usage) = chunk.usage {
                yield ModelEvent::Usage(usage.into());
            }
        }
        if !finished {
            Err(unavailable("the endpoint closed the connection in the middle of the answer"))?;
        }
        if !written {
            Err(unavailable("the endpoint answered nothing"))?;
        }
    }
}

fn unavailable(cause: impl Into<Cause>) -> AnswerError {
    ProviderError::unavailable(NAME, cause).into()
}

/// The body, cut off with an error where it grows without end.
fn limited(response: Response) -> impl Stream<Item = Result<bytes::Bytes, std::io::Error>> {
    let mut left = MOST_BYTES;
    response.bytes_stream().map(move |bytes| {
        let bytes = bytes.map_err(std::io::Error::other)?;
        let rest = left.checked_sub(bytes.len());
        left = rest.ok_or_else(|| std::io::Error::other("the endpoint's answer has no end"))?;
        Ok(bytes)
    })
}
