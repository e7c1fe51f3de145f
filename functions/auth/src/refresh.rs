//! `POST /auth/refresh`

use axum::Extension;
use axum::extract::State;
use foundation::{ApiError, ApiResult};
use http::HeaderMap;
use shared::auth::{REFRESH_COOKIE, RefreshError, read_cookies};
use shared::http::{Fields, FromFields, Invalid, OptionalText, Reply, ValidOrEmpty, ok};

use crate::App;
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
    State(state): State<App>,
    Extension(cookies): Cookies,
    headers: HeaderMap,
    ValidOrEmpty(body): ValidOrEmpty<Refresh>,
) -> ApiResult<Reply<Issued>> {
    let context = &state.context;
    let given = body.refresh_token.as_deref();
    // Of several cookies of one name, the first one that verifies counts.
    let tokens = given.map_or_else(|| read_cookies(&headers, REFRESH_COOKIE), |token| vec![token]);
    for token in &tokens {
        match context.sign_ins.refresh(token).await {
            Ok(signed_in) => return Ok(ok("Your sign-in is renewed.", issue(context, &cookies, signed_in))),
            Err(RefreshError::Store(error)) => return Err(error.into()),
            Err(RefreshError::Ended) => {}
            Err(RefreshError::Reused) => break,
        }
    }
    clear(context, &cookies);
    Err(if tokens.is_empty() {
        ApiError::unauthorized("not_signed_in", "Please sign in first.")
    } else {
        ApiError::unauthorized("sign_in_expired", "Your sign-in has expired. Please sign in again.")
    })
}
