//! The signed-in user of a request.

use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use http::header;
use http::request::Parts;

use crate::Context;
use crate::auth::{ACCESS_COOKIE, REFRESH_COOKIE, access_cookie, read_cookies};
use crate::auth::{RefreshError, SignIns};
use crate::http::ResponseCookies;
use crate::http::bearer;
use foundation::ApiError;
use foundation::ids::{SignInId, UserId};

/// The user that a verified, living sign-in belongs to. Everything of a user is found by this id and
/// no other.
///
/// Refusal: 401, for a missing, expired or revoked sign-in.
#[derive(Debug, Clone)]
pub struct CurrentUser {
    /// The user.
    pub id: UserId,
    /// The sign-in.
    pub sign_in: SignInId,
}

/// The user, where there is one: for routes that may be open to everybody.
pub type MaybeUser = Option<CurrentUser>;

impl CurrentUser {
    /// The user, named in all that is logged of this request from now on.
    fn noted(id: UserId, sign_in: SignInId) -> Self {
        tracing::Span::current().record("user", tracing::field::display(&id));
        Self { id, sign_in }
    }
}

impl<S> FromRequestParts<S> for CurrentUser
where
    S: Send + Sync,
    Context: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let context = Context::from_ref(state);
        authenticate(parts, &context.sign_ins).await
    }
}

impl<S> OptionalFromRequestParts<S> for CurrentUser
where
    S: Send + Sync,
    Context: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, ApiError> {
        let context = Context::from_ref(state);
        match authenticate(parts, &context.sign_ins).await {
            Ok(user) => Ok(Some(user)),
            Err(error) if error.status() == http::StatusCode::UNAUTHORIZED => Ok(None),
            Err(error) => Err(error),
        }
    }
}

async fn authenticate(parts: &Parts, sign_ins: &SignIns) -> Result<CurrentUser, ApiError> {
    let bearer = bearer(&parts.headers);
    // Of several cookies of one name, the first one that verifies counts.
    let tokens = bearer.map_or_else(|| read_cookies(&parts.headers, ACCESS_COOKIE), |token| vec![token]);
    for token in &tokens {
        match sign_ins.authenticate(token).await {
            Ok(found) => return Ok(CurrentUser::noted(found.user_id, found.id)),
            Err(RefreshError::Store(error)) => return Err(error.into()),
            Err(_) => {}
        }
    }
    let renews = bearer.is_none() && cannot_refresh(parts);
    let renewals = if renews { read_cookies(&parts.headers, REFRESH_COOKIE) } else { Vec::new() };
    for refresh in &renewals {
        match sign_ins.by_refresh_token(refresh).await {
            Ok(found) => {
                // Where tokens are only verified, the next request is signed in by the refresh cookie again.
                if let Some(cookies) = parts.extensions.get::<ResponseCookies>()
                    && let Some(token) = sign_ins.access_token(&found)
                    && let Some(cookie) = access_cookie(sign_ins.config(), &token)
                {
                    cookies.set(cookie);
                }
                return Ok(CurrentUser::noted(found.user_id, found.id));
            }
            Err(RefreshError::Store(error)) => return Err(error.into()),
            Err(_) => {}
        }
    }
    Err(if tokens.is_empty() && renewals.is_empty() {
        ApiError::unauthorized("not_signed_in", "Please sign in first.")
    } else {
        ApiError::unauthorized("sign_in_expired", "Your sign-in has expired. Please sign in again.")
    })
}

/// Requests that never refresh and retry by themselves: event streams, and calls without an
/// `Origin` (the frontend's own server).
fn cannot_refresh(parts: &Parts) -> bool {
    let path = parts.uri.path();
    !parts.headers.contains_key(header::ORIGIN) || path.ends_with("/stream") || path.ends_with("/regenerate")
}
