//! `POST /auth/refresh`

use axum::Extension;
use axum::extract::State as Shared;
use http::HeaderMap;
use shared::auth::{REFRESH_COOKIE, RefreshError, read_cookie};
use shared::http::{ApiError, ApiResult, Fields, FromFields, Invalid, OptionalText, Reply, ValidOrEmpty, ok};

use crate::State;
use crate::tokens::{Cookies, Issued, clear, issue};

pub struct Refresh {
    refresh_token: Option<String>,
}

impl FromFields for Refresh {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let refresh_token = fields.optional::<OptionalText<4096>>("refreshToken")?;
        Ok(Self { refresh_token: refresh_token.and_then(|token| token.0) })
    }
}

/// Renews a sign-in by its refresh token, from the body or else the cookie. A sign-in that cannot be
/// renewed leaves no cookie behind: the frontend would take it for a living one.
pub async fn refresh(
    Shared(state): Shared<State>,
    Extension(cookies): Cookies,
    headers: HeaderMap,
    ValidOrEmpty(body): ValidOrEmpty<Refresh>,
) -> ApiResult<Reply<Issued>> {
    let context = &state.context;
    let token = body.refresh_token.or_else(|| read_cookie(&headers, REFRESH_COOKIE).map(str::to_owned));
    let Some(token) = token else {
        clear(context, &cookies);
        return Err(ApiError::unauthorized("not_signed_in", "Please sign in first."));
    };
    match context.sign_ins.refresh(&token).await {
        Ok(signed_in) => Ok(ok("Your sign-in is renewed.", issue(context, &cookies, signed_in))),
        Err(RefreshError::Store(error)) => Err(error.into()),
        Err(RefreshError::Ended | RefreshError::Reused) => {
            clear(context, &cookies);
            Err(ApiError::unauthorized("sign_in_expired", "Your sign-in has expired. Please sign in again."))
        }
    }
}
