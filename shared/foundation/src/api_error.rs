//! The one error type of all handlers, with one table from kind to status.

use std::borrow::Cow;
use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

/// The result of a handler.
pub type ApiResult<T> = Result<T, ApiError>;

/// A failed request: what the caller is told and, for the log only, why.
#[derive(Debug, Clone)]
pub struct ApiError(Arc<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    status: StatusCode,
    code: Cow<'static, str>,
    message: Cow<'static, str>,
    data: Value,
    retry_after: Option<u64>,
    cause: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

type Text = Cow<'static, str>;

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident => $status:ident),* $(,)?) => {$(
        $(#[$doc])*
        pub fn $name(code: impl Into<Text>, message: impl Into<Text>) -> Self {
            Self::of(StatusCode::$status, code, message)
        }
    )*};
}

impl ApiError {
    fn of(status: StatusCode, code: impl Into<Text>, message: impl Into<Text>) -> Self {
        let (code, message) = (code.into(), message.into());
        Self(Arc::new(Inner { status, code, message, data: Value::Null, retry_after: None, cause: None }))
    }

    constructors! {
        /// 400: the request cannot be done as it stands (also for bad credentials and codes).
        bad_request => BAD_REQUEST,
        /// 401: a missing, expired or revoked sign-in, and nothing else.
        unauthorized => UNAUTHORIZED,
        /// 402: a limit of the plan.
        payment_required => PAYMENT_REQUIRED,
        /// 403: a foreign origin, or something for administrators only.
        forbidden => FORBIDDEN,
        /// 405.
        method_not_allowed => METHOD_NOT_ALLOWED,
        /// 409: the state of the object forbids it.
        conflict => CONFLICT,
        /// 413.
        payload_too_large => PAYLOAD_TOO_LARGE,
        /// 415.
        unsupported_media_type => UNSUPPORTED_MEDIA_TYPE,
        /// 503: an outside provider is down or not configured.
        unavailable => SERVICE_UNAVAILABLE,
    }

    /// 401: the sign-in has expired or was revoked.
    #[must_use]
    pub fn sign_in_expired() -> Self {
        Self::unauthorized("sign_in_expired", "Your sign-in has expired. Please sign in again.")
    }

    /// 503: storage throttles or does not respond, after a few retries.
    #[must_use]
    pub fn storage_busy() -> Self {
        Self::unavailable("storage_busy", "Storage is busy. Please try again in a moment.").retry_after(2)
    }

    /// 404: the object does not exist or belongs to another user. `what` is capitalised, as in "Document".
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::of(StatusCode::NOT_FOUND, "not_found", format!("{what} not found"))
    }

    /// 404: there is no such route. `message` says what to call instead.
    pub fn no_such_path(message: impl Into<Text>) -> Self {
        Self::of(StatusCode::NOT_FOUND, "no_such_path", message)
    }

    /// 400 with one sentence per invalid field. The first is also the message, since some pages show only that.
    #[must_use]
    pub fn validation(sentences: Vec<String>) -> Self {
        let data = json!(sentences);
        let first = sentences.into_iter().next();
        let message = first.map_or(Text::Borrowed("The request is not valid."), Text::Owned);
        Self::of(StatusCode::BAD_REQUEST, "validation_failed", message).with_data(data)
    }

    /// 429 with the time after which to retry.
    pub fn too_many_requests(code: impl Into<Text>, message: impl Into<Text>, retry_after_seconds: u64) -> Self {
        Self::of(StatusCode::TOO_MANY_REQUESTS, code, message).retry_after(retry_after_seconds)
    }

    /// 500. The cause is logged once, where the response is written, and never sent to the caller.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let mut error = Self::of(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_error",
            "Something went wrong on our side. Please try again.",
        );
        Arc::make_mut(&mut error.0).cause = Some(Arc::from(cause.into()));
        error
    }

    /// Adds the number of seconds after which a retry makes sense.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        Arc::make_mut(&mut self.0).retry_after = Some(seconds.max(1));
        self
    }

    /// Adds a payload as `data`.
    #[must_use]
    pub fn with_data(mut self, data: Value) -> Self {
        Arc::make_mut(&mut self.0).data = data;
        self
    }

    /// Names what the error is about, such as a file, in front of the message.
    #[must_use]
    pub fn about(mut self, what: &str) -> Self {
        let inner = Arc::make_mut(&mut self.0);
        inner.message = format!("{what}: {}", inner.message).into();
        self
    }

    /// Adds a cause for the log.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Arc::make_mut(&mut self.0).cause = Some(Arc::from(cause.into()));
        self
    }

    /// Converts an error response of the framework itself, such as a wrong method or a body that is too large.
    #[must_use]
    pub fn from_status(status: StatusCode, detail: &str) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::no_such_path("There is nothing at this address"),
            StatusCode::METHOD_NOT_ALLOWED => {
                Self::method_not_allowed("method_not_allowed", "This method is not allowed here")
            }
            StatusCode::PAYLOAD_TOO_LARGE => Self::payload_too_large("payload_too_large", "The request is too large"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                Self::unsupported_media_type("unsupported_media_type", "This content type is not supported here")
            }
            // The framework's own words help nobody but who reads the log.
            status if status.is_client_error() => {
                let sentence = "The request cannot be read. Please check its address and its body.";
                Self::bad_request("bad_request", sentence).caused_by(detail)
            }
            _ => Self::internal(format!("the framework answered {status}: {detail}")),
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The stable machine-readable code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// Additional data for programs; null if there is none.
    #[must_use]
    pub fn data(&self) -> &Value {
        &self.0.data
    }

    /// The message, a sentence for the user.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The chain of causes, for the log.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        self.0.cause.as_deref().map(|cause| crate::telemetry::causes(cause))
    }

    /// The body of the error response to the request with this id.
    #[must_use]
    pub fn body(&self, request_id: &str) -> Value {
        json!({
            "statusCode": self.status().as_u16(),
            "message": self.0.message,
            "data": self.0.data,
            "code": self.0.code,
            "requestId": request_id,
        })
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}: {}", self.status().as_u16(), self.0.code, self.0.message)
    }
}

impl IntoResponse for ApiError {
    /// Leaves the body empty: the outermost layer writes it, since it knows the request id.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Some(seconds) = self.0.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// A query string that cannot be parsed, for example one that repeats a parameter.
impl From<axum::extract::rejection::QueryRejection> for ApiError {
    fn from(_: axum::extract::rejection::QueryRejection) -> Self {
        let message = "The part of the address behind \"?\" cannot be read. Each parameter may be there only once.";
        Self::bad_request("bad_query", message)
    }
}
