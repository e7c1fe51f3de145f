//! Calling a server over HTTP until an answer begins.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use reqwest::{Client, RequestBuilder, Response};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::error::{Cause, ProviderError, ProviderFailure};
use crate::outbound;
use crate::retry_after::{self, LONGEST_WAIT};

/// Attempts, the first included. Nothing is ever repeated once an answer has begun.
const ATTEMPTS: u32 = 3;
/// The first wait, where the server names none; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(300);
/// Bytes of an error's body that go to the log.
const ERROR_BODY: usize = 2_048;

/// A server that is called over HTTP with a key.
#[derive(Debug, Clone)]
pub struct HttpProvider {
    name: &'static str,
    client: Client,
    base: String,
    timeout: Duration,
    /// What the log may hold of the body of an error.
    summary: fn(&str) -> String,
}

/// What a server answered instead of what was asked for.
#[derive(Debug, thiserror::Error)]
#[error("the server answered {status}: {said}")]
pub struct Refused {
    /// Never one of success.
    pub status: StatusCode,
    said: String,
}

impl Refused {
    /// The beginning of what it said; for deciding what to ask next, not for people.
    #[must_use]
    pub fn said(&self) -> &str {
        &self.said
    }
}

impl HttpProvider {
    /// `name` begins the sentences of its errors ("The language model"); `timeout` is how long it
    /// may stay silent; `key` stands in `Authorization` behind `scheme` ("Bearer").
    ///
    /// # Errors
    /// When TLS cannot be set up, or the key cannot stand in a header.
    pub fn new(
        name: &'static str,
        base: &Url,
        scheme: &str,
        key: Option<&SecretString>,
        timeout: Duration,
    ) -> Result<Self, Cause> {
        let mut headers = HeaderMap::new();
        if let Some(key) = key {
            let mut value = HeaderValue::try_from(format!("{scheme} {}", key.expose_secret()))
                .map_err(|_| "the provider's key holds characters that no header can carry")?;
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        }
        let client = outbound::builder().default_headers(headers).build()?;
        let base = base.as_str().trim_end_matches('/').to_owned();
        Ok(Self { name, client, base, timeout, summary: str::to_owned })
    }

    /// The same, whose log holds of the body of an error what `summary` makes of it: for servers that send
    /// more along than may be logged.
    #[must_use]
    pub fn with_summary(self, summary: fn(&str) -> String) -> Self {
        Self { summary, ..self }
    }

    /// Who this is in sentences.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// How long the server may stay silent.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// [`Self::send`] with the method POST.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn post(
        &self,
        path: &str,
        make: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Response, ProviderError> {
        self.send(Method::POST, path, make).await
    }

    /// Sends the request that `make` builds for `path`; the response is one of success. Failures that
    /// may pass are tried again, as late as the server asks.
    ///
    /// # Errors
    /// [`ProviderError`]. Behind one that is `Rejected` stands a [`Refused`].
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        make: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Response, ProviderError> {
        let url = format!("{}/{path}", self.base);
        let mut attempt = 1;
        loop {
            let refusal = match self.try_once(make(self.client.request(method.clone(), &url))).await {
                Ok(response) => return Ok(response),
                Err(refusal) => refusal,
            };
            let wait = refusal.retry_after.unwrap_or(FIRST_WAIT * 2_u32.pow(attempt - 1));
            let error = ProviderError::new(self.name, refusal.failure);
            if !refusal.passing || attempt == ATTEMPTS || wait > LONGEST_WAIT {
                return Err(error);
            }
            tracing::warn!(attempt, provider = self.name, code = error.code(), "a provider failed; trying again");
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    /// The whole body of a response, at most `most` bytes, each part of it within the patience.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub async fn body(&self, mut response: Response, most: usize) -> Result<Vec<u8>, ProviderError> {
        let mut bytes = Vec::new();
        loop {
            let chunk = tokio::time::timeout(self.timeout, response.chunk()).await;
            let chunk = chunk.map_err(|_| ProviderError::new(self.name, ProviderFailure::Timeout))?;
            match chunk.map_err(|error| self.unavailable(error))? {
                None => return Ok(bytes),
                Some(chunk) if bytes.len() + chunk.len() > most => {
                    return Err(self.unavailable(format!("the answer has more than {most} bytes")));
                }
                Some(chunk) => bytes.extend_from_slice(&chunk),
            }
        }
    }

    /// An answer that cannot be used.
    pub fn unavailable(&self, cause: impl Into<Cause>) -> ProviderError {
        ProviderError::unavailable(self.name, cause)
    }

    async fn try_once(&self, request: RequestBuilder) -> Result<Response, Refusal> {
        let response = match tokio::time::timeout(self.timeout, request.send()).await {
            // Asking a silent server again would double the wait.
            Err(_) => return Err(Refusal { failure: ProviderFailure::Timeout, passing: false, retry_after: None }),
            Ok(Err(error)) => {
                let failure = ProviderFailure::Unavailable(Box::new(error));
                return Err(Refusal { failure, passing: true, retry_after: None });
            }
            Ok(Ok(response)) => response,
        };
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let named = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = named.and_then(retry_after::parse);
        let said = (self.summary)(&beginning(response, self.timeout).await);
        Err(refusal(Refused { status, said }, retry_after))
    }
}

struct Refusal {
    failure: ProviderFailure,
    passing: bool,
    retry_after: Option<Duration>,
}

/// What may pass: errors of the server, too many requests, and 409 and 424, with which APIs say that something
/// else is being done to the same object, or that another service failed them.
fn refusal(refused: Refused, retry_after: Option<Duration>) -> Refusal {
    let status = refused.status;
    let passing = status.is_server_error() || matches!(status.as_u16(), 408 | 409 | 424 | 425 | 429);
    let failure = if status == StatusCode::TOO_MANY_REQUESTS {
        ProviderFailure::RateLimited { retry_after_seconds: retry_after.map(|wait| wait.as_secs().max(1)) }
    } else if passing {
        ProviderFailure::Unavailable(refused.into())
    } else {
        ProviderFailure::Rejected(refused.into())
    };
    Refusal { failure, passing, retry_after }
}

/// The beginning of a body, as far as it comes in time.
async fn beginning(mut response: Response, time: Duration) -> String {
    let mut bytes = Vec::new();
    let read = async {
        while let Ok(Some(chunk)) = response.chunk().await {
            bytes.extend_from_slice(&chunk);
            if bytes.len() >= ERROR_BODY {
                break;
            }
        }
    };
    // Whatever came until then is what is told.
    drop(tokio::time::timeout(time.min(LONGEST_WAIT), read).await);
    bytes.truncate(ERROR_BODY);
    String::from_utf8_lossy(&bytes).into_owned()
}
