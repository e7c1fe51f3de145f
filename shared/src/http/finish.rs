//! The outermost layer: request ids, cookies that inner layers decided on, and the body of errors.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, header};

use foundation::ApiError;
use foundation::ids::new_ulid;

/// The id that names a request in answers and logs; a client may give its own in `X-Request-Id`.
#[derive(Debug, Clone)]
pub struct RequestId(pub Arc<str>);

/// Cookies to be set on whatever answer a request gets, errors included.
#[derive(Debug, Clone, Default)]
pub struct ResponseCookies(Arc<Mutex<Vec<HeaderValue>>>);

impl ResponseCookies {
    /// Adds a `Set-Cookie` value.
    pub fn set(&self, cookie: HeaderValue) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(cookie);
    }

    fn take(&self) -> Vec<HeaderValue> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Errors of the framework are short; what is longer is not one of them.
const LONGEST_PLAIN_ERROR: usize = 4096;

/// How long a browser must come back by TLS: a year.
const TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

pub(super) async fn finish(State(production): State<bool>, mut request: Request, next: Next) -> Response {
    let id = request_id(&request);
    let cookies = ResponseCookies::default();
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(cookies.clone());

    let keepable = is_public(request.uri().path());
    let mut response = envelope(next.run(request).await, &id).await;
    for cookie in cookies.take() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(REQUEST_ID.clone(), value);
    }
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if production {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TLS_ONLY);
    }
    if !keepable && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// Whether the answer is the same for everybody. All others hold what is a user's own, tokens among them.
fn is_public(path: &str) -> bool {
    matches!(path, "/" | "/health" | "/api/v1/docs" | "/api/v1/openapi.json" | "/api/v1/billing/plans")
}

fn request_id(request: &Request) -> RequestId {
    let given = request.headers().get(&REQUEST_ID).and_then(|v| v.to_str().ok());
    let plain = |id: &&str| (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    RequestId(given.filter(plain).map_or_else(new_ulid, str::to_owned).into())
}

/// Gives every error its JSON body, those of the framework included.
async fn envelope(response: Response, id: &RequestId) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let (parts, body) = response.into_parts();
    let error = match parts.extensions.get::<ApiError>() {
        Some(error) => error.clone(),
        None if is_json(&parts.headers) => return Response::from_parts(parts, body),
        None => {
            let detail = to_bytes(body, LONGEST_PLAIN_ERROR).await.unwrap_or_default();
            ApiError::from_status(status, &String::from_utf8_lossy(&detail))
        }
    };
    let mut response = (error.status(), Json(error.body(&id.0))).into_response();
    for (name, value) in &parts.headers {
        if *name != header::CONTENT_TYPE && *name != header::CONTENT_LENGTH {
            response.headers_mut().append(name, value.clone());
        }
    }
    response.extensions_mut().insert(error);
    response.map(Body::new)
}

fn is_json(headers: &http::HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"application/json"))
}
