//! Content that a server is ready to send.

use bytes::{Bytes, BytesMut};
use reqwest::Response;
use tokio::time::{Instant, timeout};

use super::unpack::Unpacker;
use super::{FetchError, Fetcher};

/// Content whose reading has not begun.
#[derive(Debug)]
pub struct Offered<'a> {
    fetcher: &'a Fetcher,
    response: Response,
    unpacker: Unpacker,
    size: Option<u64>,
}

impl<'a> Offered<'a> {
    pub(super) fn new(fetcher: &'a Fetcher, response: Response) -> Result<Self, FetchError> {
        if response.status() != http::StatusCode::OK {
            return Err(FetchError::Status(response.status().as_u16()));
        }
        let unpacker = Unpacker::of(&response)?;
        // Of what is compressed, the length says nothing.
        let size = response.content_length().filter(|_| unpacker.is_plain());
        fetcher.check_size(size.unwrap_or_default())?;
        Ok(Self { fetcher, response, unpacker, size })
    }

    /// Its size in bytes; `None` if the server does not say it. It never becomes larger.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Reads it. Content of a known [size](Self::size) takes memory of that size; any other may take twice its size
    /// while it grows.
    ///
    /// # Errors
    /// If the server fails, or a limit is exceeded.
    pub async fn bytes(self) -> Result<Bytes, FetchError> {
        let total = self.fetcher.limits.total;
        timeout(total, self.collect()).await.unwrap_or(Err(FetchError::TookTooLong))
    }

    async fn collect(self) -> Result<Bytes, FetchError> {
        let Self { fetcher, mut response, mut unpacker, size } = self;
        let started = Instant::now();
        let known = usize::try_from(size.unwrap_or_default()).unwrap_or_default();
        let (mut content, mut received) = (BytesMut::with_capacity(known), 0);
        while let Some(piece) = fetcher.next_bytes(&mut response).await? {
            received += piece.len() as u64;
            fetcher.check_rate(received, started)?;
            content.extend_from_slice(&unpacker.take(piece)?);
            fetcher.check_size(content.len() as u64)?;
        }
        content.extend_from_slice(&unpacker.finish()?);
        fetcher.check_size(content.len() as u64)?;
        if content.is_empty() { Err(FetchError::Empty) } else { Ok(content.freeze()) }
    }
}
