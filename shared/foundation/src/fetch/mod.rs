//! Downloads documents from URLs that users give.
//!
//! Such a URL may try to make this system read internal resources (server-side request forgery), and its server may
//! respond slowly, endlessly, or with something else. Therefore:
//!
//! - Only configured hosts are allowed ([`FileUrl`]), and only public network addresses, checked when the name is
//!   resolved and the connection made.
//! - Redirects are followed one by one, each with the same checks.
//! - Time, rate and size are limited; compressed content counts by its unpacked size.
//! - The first bytes must be those of a PDF.
//! - There are no cookies, no credentials and no proxy.

mod addresses;
mod error;
mod offered;
#[cfg(test)]
mod tests;
mod unpack;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
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
pub use offered::Offered;
use unpack::Unpacker;

/// The PDF header must be within the first bytes. Some files have a byte order mark or a line break before it.
const HEADER_WINDOW: usize = 1024;

/// TLS cannot be set up, for example because there are no root certificates.
pub type SetUpError = reqwest::Error;

/// The largest document that is taken, whether uploaded or fetched; bytes.
pub const LARGEST_DOCUMENT: u64 = 500 * 1024 * 1024;

/// What one download may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchLimits {
    /// Maximum size in bytes.
    pub bytes: u64,
    /// Total timeout, including redirects.
    pub total: Duration,
    /// Timeout between two pieces of content.
    pub idle: Duration,
    /// Minimum average rate in bytes per second after [`Self::grace_period`].
    pub slowest: u64,
    /// The time after which the minimum rate applies.
    pub grace_period: Duration,
    /// Maximum number of redirects.
    pub redirects: usize,
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self {
            bytes: LARGEST_DOCUMENT,
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
    /// If TLS cannot be set up.
    pub fn new(config: &DocumentsConfig, limits: FetchLimits) -> Result<Self, SetUpError> {
        let client = outbound::builder()
            .no_proxy()
            .dns_resolver(PublicAddresses { allow_localhost: config.allow_localhost })
            .build()?;
        Ok(Self { client, config: Arc::new(config.clone()), limits })
    }

    /// Downloads the PDF at `url` to a file and returns its size in bytes. `on_bytes` is called with the number of
    /// bytes so far and the total, if the server sends it.
    ///
    /// # Errors
    /// If the URL is not allowed, the server fails, a limit is exceeded, or the content is not a PDF. The file may then
    /// contain a part of it.
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

    /// The content at `url`, of any type, in memory.
    ///
    /// # Errors
    /// If the URL is not allowed, the server fails, or a limit is exceeded.
    pub async fn bytes(&self, url: &str) -> Result<Bytes, FetchError> {
        let fetch = async { self.open(url).await?.bytes().await };
        timeout(self.limits.total, fetch).await.unwrap_or(Err(FetchError::TookTooLong))
    }

    /// Asks for the content at `url`, of any type, without reading it: the caller can make room for it first.
    ///
    /// # Errors
    /// If the URL is not allowed, the server fails, or the content is larger than allowed by what the server says.
    pub async fn open(&self, url: &str) -> Result<Offered<'_>, FetchError> {
        let mut url = FileUrl::parse(url, &self.config).map_err(|_| FetchError::NotAllowed)?;
        let follow = async {
            for _ in 0..=self.limits.redirects {
                let response = self.ask(&url).await?;
                match next_place(&response)? {
                    Some(place) => url = self.check_redirect(&url, &place)?,
                    None => return Offered::new(self, response),
                }
            }
            Err(FetchError::TooManyRedirects)
        };
        timeout(self.limits.total, follow).await.unwrap_or(Err(FetchError::TookTooLong))
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

    /// A redirect must lead to an allowed URL. Only a local URL may redirect to this machine.
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

/// Whether these first bytes may be those of a PDF.
fn is_pdf(head: &[u8]) -> bool {
    head.windows(5).any(|window| window == b"%PDF-")
}

/// The target of a redirect; `None` for any other response.
fn next_place(response: &Response) -> Result<Option<Url>, FetchError> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
    let place = location.and_then(|location| response.url().join(location).ok());
    place.map(Some).ok_or(FetchError::RedirectNotAllowed)
}
