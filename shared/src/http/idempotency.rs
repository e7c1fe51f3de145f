//! The header `Idempotency-Key`: what tells a repeated request from a new one.

use axum::extract::FromRequestParts;
use http::request::Parts;

use foundation::ApiError;

/// Characters of a key.
const LONGEST: usize = 255;

/// The key of a request, where it has one.
///
/// Refusal: 400 `invalid_idempotency_key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        match parts.headers.get("idempotency-key").map(|value| value.to_str()) {
            None => Ok(Self(None)),
            Some(Ok(key)) if (1..=LONGEST).contains(&key.len()) => Ok(Self(Some(key.to_owned()))),
            Some(_) => Err(ApiError::bad_request(
                "invalid_idempotency_key",
                format!("The header Idempotency-Key must have 1 to {LONGEST} plain characters."),
            )),
        }
    }
}
