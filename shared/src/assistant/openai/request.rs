//! Sending a request until an answer begins.

use std::time::Duration;

use http::{HeaderMap, StatusCode, header};
use reqwest::Response;

use super::Endpoint;
use super::wire::Request;
use crate::assistant::error::AnswerError;

/// Attempts, the first included. Nothing is ever repeated once an answer has begun.
const ATTEMPTS: u32 = 3;
/// The longest that is waited between two attempts; where an endpoint asks for more, its error is
/// passed on.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// The first wait, where the endpoint names none; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(300);
/// Bytes of an error's body that go to the log.
const ERROR_BODY: usize = 2_048;

/// The response whose body is the answer.
pub(super) async fn send(endpoint: &Endpoint, body: &Request<'_>) -> Result<Response, AnswerError> {
    let mut attempt = 1;
    loop {
        let failure = match try_once(endpoint, body).await {
            Ok(response) => return Ok(response),
            Err(failure) => failure,
        };
        let wait = failure.retry_after.unwrap_or(FIRST_WAIT * 2_u32.pow(attempt - 1));
        if !failure.passing || attempt == ATTEMPTS || wait > LONGEST_WAIT {
            return Err(failure.error);
        }
        tracing::warn!(attempt, code = failure.error.code(), "the language model's endpoint failed; trying again");
        tokio::time::sleep(wait).await;
        attempt += 1;
    }
}

struct Failure {
    error: AnswerError,
    passing: bool,
    retry_after: Option<Duration>,
}

impl Failure {
    fn passing(error: AnswerError) -> Self {
        Self { error, passing: true, retry_after: None }
    }
}

async fn try_once(endpoint: &Endpoint, body: &Request<'_>) -> Result<Response, Failure> {
    let request = endpoint.client.post(&endpoint.url).header(header::ACCEPT, "text/event-stream").json(body).send();
    let response = match tokio::time::timeout(endpoint.config.idle_timeout, request).await {
        // Asking a silent endpoint again would double the wait.
        Err(_) => return Err(Failure { error: AnswerError::ProviderTimeout, passing: false, retry_after: None }),
        Ok(Err(error)) => return Err(Failure::passing(AnswerError::ProviderUnavailable(Box::new(error)))),
        Ok(Ok(response)) => response,
    };
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status();
    let retry_after = retry_after(response.headers());
    let cause = format!("the endpoint answered {status}: {}", beginning(response, endpoint.config.idle_timeout).await);
    Err(failure(status, retry_after, cause))
}

fn failure(status: StatusCode, retry_after: Option<Duration>, cause: String) -> Failure {
    let passing = status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429);
    let error = if status == StatusCode::TOO_MANY_REQUESTS {
        AnswerError::ProviderRateLimited { retry_after_seconds: retry_after.map(|wait| wait.as_secs().max(1)) }
    } else if passing {
        AnswerError::ProviderUnavailable(cause.into())
    } else {
        AnswerError::ProviderRejected(cause.into())
    };
    Failure { error, passing, retry_after }
}

/// `Retry-After` in seconds; the form with a date is rare among these endpoints and ignored.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: f64 = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
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
