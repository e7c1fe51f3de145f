//! Fetching a document from an address that a user gave.
//!
//! Such an address is an invitation to make this system read what only it can reach (server-side
//! request forgery), and the server behind it may answer slowly, without end, or with something
//! else. So: only hosts that are allowed by configuration ([`FileUrl`]), only public network
//! addresses, checked where the name is resolved and the connection made; redirects are followed by
//! hand and every one is checked the same way; time, rate and size are limited, the size of what was
//! compressed after unpacking; the content must be a PDF by its first bytes. No cookies, no credentials, no proxy.

mod addresses;
mod error;
#[cfg(test)]
mod tests;
mod unpack;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header;
use reqwest::{Client, Response, Url};
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, timeout, timeout_at};

use crate::config::DocumentsConfig;
use crate::file_url::FileUrl;
use crate::outbound;
use addresses::PublicAddresses;
pub use addresses::is_public;
pub use error::FetchError;
use unpack::Unpacker;

/// A PDF says what it is within so many bytes; some have a byte order mark or a line break before.
const HEADER_WINDOW: usize = 1024;

/// Why there is no HTTP client: TLS cannot be set up, as without any root certificates.
pub type SetUpError = reqwest::Error;

/// What one download may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchLimits {
    /// Bytes.
    pub bytes: u64,
    /// Time for everything, redirects included.
    pub total: Duration,
    /// Time without a byte.
    pub idle: Duration,
    /// Bytes a second, on average, that a server must send once [`Self::grace_period`] is over.
    pub slowest: u64,
    /// Time after which the average rate counts.
    pub grace_period: Duration,
    /// Redirects.
    pub redirects: usize,
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self {
            bytes: 500 * 1024 * 1024,
            total: Duration::from_mins(10),
            idle: Duration::from_secs(15),
            slowest: 16 * 1024,
            grace_period: Duration::from_secs(15),
            redirects: 5,
        }
    }
}

/// Downloads documents. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Fetcher {
    client: Client,
    config: Arc<DocumentsConfig>,
    limits: FetchLimits,
}

impl Fetcher {
    /// A fetcher for the configured hosts.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(config: &DocumentsConfig, limits: FetchLimits) -> Result<Self, SetUpError> {
        let client = outbound::builder()
            .no_proxy()
            .dns_resolver(PublicAddresses { allow_localhost: config.allow_localhost })
            .build()?;
        Ok(Self { client, config: Arc::new(config.clone()), limits })
    }

    /// Writes the PDF at `url` to a file and gives its size in bytes. `on_bytes` is told the bytes so
    /// far and, where the server says it, their whole number.
    ///
    /// # Errors
    /// [`FetchError`]; the file may then hold a part.
    pub async fn download(
        &self,
        url: &str,
        path: &Path,
        on_bytes: impl FnMut(u64, Option<u64>) + Send,
    ) -> Result<u64, FetchError> {
        let started = Instant::now();
        let url = FileUrl::parse(url, &self.config).map_err(|_| FetchError::NotAllowed)?;
        match timeout_at(started + self.limits.total, self.follow_and_save(url, path, started, on_bytes)).await {
            Ok(result) => result,
            Err(_) => Err(FetchError::TookTooLong),
        }
    }

    /// The content at `url`, of any kind, in memory.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn bytes(&self, url: &str) -> Result<Bytes, FetchError> {
        let started = Instant::now();
        let mut url = FileUrl::parse(url, &self.config).map_err(|_| FetchError::NotAllowed)?;
        let fetch = async {
            for _ in 0..=self.limits.redirects {
                let response = self.ask(&url).await?;
                match next_place(&response)? {
                    Some(place) => url = self.check_redirect(&url, &place)?,
                    None => return self.collect(response, started).await,
                }
            }
            Err(FetchError::TooManyRedirects)
        };
        timeout_at(started + self.limits.total, fetch).await.unwrap_or(Err(FetchError::TookTooLong))
    }

    async fn collect(&self, mut response: Response, started: Instant) -> Result<Bytes, FetchError> {
        if response.status() != http::StatusCode::OK {
            return Err(FetchError::Status(response.status().as_u16()));
        }
        let mut unpacker = Unpacker::of(&response)?;
        let (mut content, mut received) = (BytesMut::new(), 0);
        while let Some(piece) = self.next_bytes(&mut response).await? {
            received += piece.len() as u64;
            self.check_rate(received, started)?;
            content.extend_from_slice(&unpacker.take(piece)?);
            self.check_size(content.len() as u64)?;
        }
        content.extend_from_slice(&unpacker.finish()?);
        self.check_size(content.len() as u64)?;
        if content.is_empty() { Err(FetchError::Empty) } else { Ok(content.freeze()) }
    }

    async fn follow_and_save(
        &self,
        mut url: FileUrl,
        path: &Path,
        started: Instant,
        on_bytes: impl FnMut(u64, Option<u64>) + Send,
    ) -> Result<u64, FetchError> {
        for _ in 0..=self.limits.redirects {
            let response = self.ask(&url).await?;
            match next_place(&response)? {
                Some(place) => url = self.check_redirect(&url, &place)?,
                None => return self.save(response, path, started, on_bytes).await,
            }
        }
        Err(FetchError::TooManyRedirects)
    }

    async fn ask(&self, url: &FileUrl) -> Result<Response, FetchError> {
        let request = self.client.get(url.as_url().clone()).header(header::ACCEPT, "application/pdf, */*;q=0.1");
        match timeout(self.limits.idle, request.send()).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(FetchError::from_request(error)),
            Err(_) => Err(FetchError::NoAnswer),
        }
    }

    /// A redirect must lead to an allowed address, and never from elsewhere to this very machine.
    fn check_redirect(&self, from: &FileUrl, place: &Url) -> Result<FileUrl, FetchError> {
        let next = FileUrl::parse(place.as_str(), &self.config).map_err(|_| FetchError::RedirectNotAllowed)?;
        if next.is_local() && !from.is_local() { Err(FetchError::RedirectNotAllowed) } else { Ok(next) }
    }

    async fn save(
        &self,
        mut response: Response,
        path: &Path,
        started: Instant,
        mut on_bytes: impl FnMut(u64, Option<u64>) + Send,
    ) -> Result<u64, FetchError> {
        let status = response.status();
        if status != http::StatusCode::OK {
            return Err(FetchError::Status(status.as_u16()));
        }
        let mut unpacker = Unpacker::of(&response)?;
        // Of what is compressed, the length says nothing.
        let expected = response.content_length().filter(|_| unpacker.is_plain());
        self.check_size(expected.unwrap_or_default())?;
        let mut file = tokio::fs::File::create(path).await?;
        let mut head = Vec::with_capacity(HEADER_WINDOW);
        let (mut size, mut received) = (0_u64, 0_u64);
        let mut is_whole = false;
        while !is_whole {
            let bytes = if let Some(piece) = self.next_bytes(&mut response).await? {
                received += piece.len() as u64;
                self.check_rate(received, started)?;
                unpacker.take(piece)?
            } else {
                is_whole = true;
                std::mem::replace(&mut unpacker, Unpacker::Plain).finish()?
            };
            if head.len() < HEADER_WINDOW {
                head.extend(bytes.iter().take(HEADER_WINDOW - head.len()));
                if head.len() == HEADER_WINDOW && !is_pdf(&head) {
                    return Err(FetchError::NotAPdf);
                }
            }
            size += bytes.len() as u64;
            self.check_size(size)?;
            file.write_all(&bytes).await?;
            on_bytes(size, expected);
        }
        file.flush().await?;
        match size {
            0 => Err(FetchError::Empty),
            _ if !is_pdf(&head) => Err(FetchError::NotAPdf),
            size => Ok(size),
        }
    }

    async fn next_bytes(&self, response: &mut Response) -> Result<Option<bytes::Bytes>, FetchError> {
        match timeout(self.limits.idle, response.chunk()).await {
            Ok(Ok(bytes)) => Ok(bytes),
            Ok(Err(error)) => Err(FetchError::Broken(error)),
            Err(_) => Err(FetchError::NoAnswer),
        }
    }

    fn check_size(&self, size: u64) -> Result<(), FetchError> {
        if size > self.limits.bytes { Err(FetchError::TooLarge { limit: self.limits.bytes }) } else { Ok(()) }
    }

    fn check_rate(&self, size: u64, started: Instant) -> Result<(), FetchError> {
        let elapsed = started.elapsed();
        if elapsed > self.limits.grace_period && size < elapsed.as_secs().saturating_mul(self.limits.slowest) {
            return Err(FetchError::TooSlow);
        }
        Ok(())
    }
}

/// Whether a file that begins like this may be a PDF.
fn is_pdf(head: &[u8]) -> bool {
    head.windows(5).any(|window| window == b"%PDF-")
}

/// Where a redirect leads; `None` for any other answer.
fn next_place(response: &Response) -> Result<Option<Url>, FetchError> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
    let place = location.and_then(|location| response.url().join(location).ok());
    place.map(Some).ok_or(FetchError::RedirectNotAllowed)
}
