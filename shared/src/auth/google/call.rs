//! The HTTP calls of `openidconnect`, made with our own client.

use openidconnect::{HttpRequest, HttpResponse};

use foundation::outbound;

/// More than any description, key set or token answer holds.
const LARGEST_ANSWER: usize = 1024 * 1024;

/// A failed call.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    #[error("the issuer could not be called")]
    Http(#[from] reqwest::Error),
    #[error("the issuer's answer is malformed")]
    Malformed(#[from] http::Error),
    #[error("the issuer's answer is too large")]
    TooLarge,
}

#[derive(Debug, Clone)]
pub(super) struct Caller(reqwest::Client);

impl Caller {
    pub(super) fn new() -> Result<Self, reqwest::Error> {
        outbound::client().map(Self)
    }

    pub(super) fn call(
        &self,
        request: HttpRequest,
    ) -> impl Future<Output = Result<HttpResponse, CallError>> + Send + use<> {
        let client = self.0.clone();
        async move {
            let mut response = client.execute(request.try_into()?).await?;
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await? {
                if body.len() + chunk.len() > LARGEST_ANSWER {
                    return Err(CallError::TooLarge);
                }
                body.extend_from_slice(&chunk);
            }
            let mut answer = http::Response::builder().status(response.status());
            for (name, value) in response.headers() {
                answer = answer.header(name, value);
            }
            Ok(answer.body(body)?)
        }
    }
}
