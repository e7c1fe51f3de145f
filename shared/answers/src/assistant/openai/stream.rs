//! Parses the response stream.

use async_stream::try_stream;
use eventsource_stream::Eventsource;
use futures::{Stream, StreamExt};
use reqwest::Response;

use super::wire::Chunk;
use crate::assistant::pieces::{NAME, Piece};
use foundation::provider::{Cause, ProviderError};

/// Maximum size of a response in bytes. An endpoint that sends more is broken.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// The pieces of a streamed answer.
pub(super) fn pieces(response: Response) -> impl Stream<Item = Result<Piece, ProviderError>> {
    try_stream! {
        let mut events = std::pin::pin!(limited(response).eventsource());
        while let Some(event) = events.next().await {
            let data = event.map_err(unavailable)?.data;
            let data = data.trim();
            if data == "[DONE]" {
                yield Piece { stopped: Some(data.to_owned()), ..Piece::default() };
                return;
            }
            if !data.is_empty() {
                yield serde_json::from_str::<Chunk>(data).map_err(unavailable)?.into_piece().map_err(unavailable)?;
            }
        }
    }
}

fn unavailable(cause: impl Into<Cause>) -> ProviderError {
    ProviderError::unavailable(NAME, cause)
}

/// The body, which ends with an error at the maximum size.
fn limited(response: Response) -> impl Stream<Item = Result<bytes::Bytes, std::io::Error>> {
    let mut left = MOST_BYTES;
    response.bytes_stream().map(move |bytes| {
        let bytes = bytes.map_err(std::io::Error::other)?;
        let rest = left.checked_sub(bytes.len());
        left = rest.ok_or_else(|| std::io::Error::other("the endpoint's answer has no end"))?;
        Ok(bytes)
    })
}
