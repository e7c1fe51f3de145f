//! Calls servers over HTTP, with retries until a response begins.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use reqwest::{Client, RequestBuilder, Response};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::error::{Cause, ProviderError, ProviderFailure};
use crate::outbound;
use crate::retry_after::{self, LONGEST_WAIT};

/// Maximum number of attempts. Nothing is retried once a response has begun.
const ATTEMPTS: u32 = 3;
/// The wait before the first retry, if the server names none. It doubles each time.
const FIRST_WAIT: Duration = Duration::from_millis(300);
/// Bytes of an error response that are logged.
const ERROR_BODY: usize = 2_048;

/// A server with an HTTP API and a key.
#[derive(Debug, Clone)]
pub struct HttpProvider {
    name: &'static str,
    client: Client,
    base: String,
    timeout: Duration,
    /// Extracts from the body of an error response what may be logged.
    summary: fn(&str) -> String,
}

/// An error response of the server.
#[derive(Debug, thiserror::Error)]
#[error("the server answered {status}: {said}")]
pub struct Refused {
    /// The status, never a success.
    pub status: StatusCode,
    said: String,
}

impl Refused {
    /// The beginning of its body, for deciding how to continue. Not meant for users.
    #[must_use]
    pub fn said(&self) -> &str {
        &self.said
    }
}

impl HttpProvider {
    /// `name` begins the sentences of errors ("The language model"). `timeout` is how long the server may take without
    /// sending anything. `key` is sent in `Authorization`, after `scheme` ("Bearer").
    ///
    /// # Errors
    /// If TLS cannot be set up, or the key contains characters that a header cannot.
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

    /// Logs only what `summary` extracts from the body of an error response, for servers that return sensitive data in
    /// it.
    #[must_use]
    pub fn with_summary(self, summary: fn(&str) -> String) -> Self {
        Self { summary, ..self }
    }

    /// How long the server may stay silent.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Sends a POST request.
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

    /// Sends the request that `make` builds for `path` and returns a successful response. Temporary failures are
    /// retried, no earlier than the server asks.
    ///
    /// # Errors
    /// If the server cannot be reached, times out, or responds with an error. The cause of a `Rejected` error is a
    /// [`Refused`].
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

    /// Reads the whole body of a response.
    ///
    /// # Errors
    /// If the body is longer than `most` bytes, a piece takes longer than the timeout, or the connection breaks off.
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

    /// An error for a response that cannot be used.
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

/// Temporary are: server errors, too many requests, and 409 and 424, with which some APIs say that the object is busy
/// or that another service failed.
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

/// The beginning of a body, as much as arrives in time.
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
