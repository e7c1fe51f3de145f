//! The signed-in user of a request.

use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use http::header;
use http::request::Parts;

use crate::Context;
use crate::auth::{ACCESS_COOKIE, REFRESH_COOKIE, access_cookie, read_cookies};
use crate::auth::{RefreshError, SignIns};
use crate::http::ResponseCookies;
use crate::http::bearer;
use crate::store::User;
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

/// The account of the user who is signed in.
///
/// Refusal: 401, as for [`CurrentUser`], and where the account is gone.
#[derive(Debug, Clone)]
pub struct Account {
    /// The account.
    pub user: User,
    /// The sign-in.
    pub sign_in: SignInId,
}

impl<S> FromRequestParts<S> for Account
where
    S: Send + Sync,
    Context: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let CurrentUser { id, sign_in } =
            <CurrentUser as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        let user = Context::from_ref(state).store.user(&id).await?.ok_or_else(ApiError::sign_in_expired)?;
        Ok(Self { user, sign_in })
    }
}

/// Marks routes whose clients never refresh and retry by themselves, as browsers with event streams: there the
/// refresh cookie signs in too, and renews the access cookie. Put on a route as
/// `get(handler).layer(Extension(MayRenewAccess))`.
#[derive(Debug, Clone, Copy)]
pub struct MayRenewAccess;

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

/// Whether the client never refreshes and retries by itself: on routes that are so marked, and where the frontend's own
/// server calls, which sends no `Origin`.
fn cannot_refresh(parts: &Parts) -> bool {
    !parts.headers.contains_key(header::ORIGIN) || parts.extensions.get::<MayRenewAccess>().is_some()
}
