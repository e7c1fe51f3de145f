//! Extractors of JSON bodies that are checked field by field.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::{HeaderMap, header};
use serde_json::{Map, Value};

use super::body_text;
use super::fields::{Fields, FromFields};
use foundation::ApiError;

/// A JSON body, checked.
///
/// Refusals: 415 for another content type, 413 for too large a body, 400 `malformed_json`, 400
/// `validation_failed` with a sentence per field.
#[derive(Debug)]
pub struct Valid<T>(pub T);

/// As [`Valid`], but a missing body counts as `{}`.
#[derive(Debug)]
pub struct ValidOrEmpty<T>(pub T);

impl<T: FromFields, S: Send + Sync> FromRequest<S> for Valid<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (headers, bytes) = body(request, state).await?;
        if !is_json(&headers) {
            return Err(not_json());
        }
        parse(&bytes).map(Self)
    }
}

impl<T: FromFields, S: Send + Sync> FromRequest<S> for ValidOrEmpty<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (headers, bytes) = body(request, state).await?;
        if bytes.is_empty() {
            return parse(b"{}").map(Self);
        }
        if !is_json(&headers) {
            return Err(not_json());
        }
        parse(&bytes).map(Self)
    }
}

async fn body<S: Send + Sync>(request: Request, state: &S) -> Result<(HeaderMap, Bytes), ApiError> {
    let headers = request.headers().clone();
    let bytes = Bytes::from_request(request, state)
        .await
        .map_err(|rejection| ApiError::from_status(rejection.status(), &rejection.body_text()))?;
    Ok((headers, bytes))
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn not_json() -> ApiError {
    ApiError::unsupported_media_type(
        "unsupported_media_type",
        "The body must be JSON, with Content-Type: application/json",
    )
}

fn parse<T: FromFields>(bytes: &[u8]) -> Result<T, ApiError> {
    let object: Map<String, Value> = match body_text::read(bytes)? {
        Value::Object(object) => object,
        _ => return Err(ApiError::validation(vec!["The body must be a JSON object".to_owned()])),
    };
    Fields::new(object).parse().map_err(ApiError::validation)
}
