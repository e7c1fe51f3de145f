//! Checks who may connect.

use std::borrow::Cow;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use foundation::ids::SignInId;
use foundation::{ApiError, ApiResult};
use http::header::{AUTHORIZATION, ORIGIN};
use http::request::Parts;
use shared::Context;
use shared::access::CurrentUser;
use shared::auth::RefreshError;

use crate::App;

/// The user of a valid handshake: signed in by cookie, bearer token or ticket. If a page opens the connection, its
/// origin must be known.
///
/// Fails with 403 `foreign_origin` or 401.
#[derive(Debug)]
pub(crate) struct Visitor(pub(crate) CurrentUser);

impl FromRequestParts<App> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &App) -> Result<Self, ApiError> {
        let context = &state.context;
        check_origin(parts, &context.config.http.services_origins)?;
        let ticket = parts.uri.query().and_then(|query| {
            url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "ticket").map(|(_, value)| value)
        });
        let Some(ticket) = ticket.map(Cow::into_owned) else {
            return <CurrentUser as FromRequestParts<App>>::from_request_parts(parts, state).await.map(Self);
        };
        let beside = <CurrentUser as OptionalFromRequestParts<App>>::from_request_parts(parts, state).await?;
        redeem(&ticket, beside.map(|user| user.sign_in), context).await.map(Self)
    }
}

/// The user of a valid Socket.IO handshake: signed in by cookie. Its origin must be known to either backend, since both
/// serve it.
///
/// Fails with 403 `foreign_origin` or 401.
#[derive(Debug)]
pub(crate) struct CookieVisitor(pub(crate) CurrentUser);

impl FromRequestParts<App> for CookieVisitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &App) -> Result<Self, ApiError> {
        let http = &state.context.config.http;
        check_origin(parts, http.gateway_origins.iter().chain(&http.services_origins))?;
        // A page sends its cookies, and nothing else.
        parts.headers.remove(AUTHORIZATION);
        <CurrentUser as FromRequestParts<App>>::from_request_parts(parts, state).await.map(Self)
    }
}

/// Browsers let any page open a WebSocket with the user's cookies, so the origin is the only protection.
fn check_origin<'o>(parts: &Parts, known: impl IntoIterator<Item = &'o String>) -> ApiResult<()> {
    let Some(origin) = parts.headers.get(ORIGIN) else { return Ok(()) };
    if origin.to_str().is_ok_and(|origin| known.into_iter().any(|known| known == origin)) {
        return Ok(());
    }
    Err(ApiError::forbidden("foreign_origin", "Connections from this origin are not allowed"))
}

async fn redeem(ticket: &str, beside: Option<SignInId>, context: &Context) -> ApiResult<CurrentUser> {
    match context.sign_ins.redeem(ticket, beside.as_ref()).await {
        Ok(sign_in) => Ok(CurrentUser { id: sign_in.user_id, sign_in: sign_in.id }),
        Err(RefreshError::Store(error)) => Err(error.into()),
        Err(_) => {
            Err(ApiError::unauthorized("ticket_invalid", "This ticket has been used or has expired. Get a new one."))
        }
    }
}
