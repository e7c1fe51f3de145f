//! Who may call: a signed-in user, or anybody where the configuration says so, at a limited rate.

use axum::extract::FromRequestParts;
use foundation::ApiError;
use foundation::ids::UserId;
use http::request::Parts;
use shared::access::Caller;
use shared::store::RateLimit;

use crate::App;

/// Requests of one caller: a conversation needs two a turn.
const REQUESTS: RateLimit = RateLimit { name: "asr", times: 60, seconds: 60 };

/// A caller who has not asked too often.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// None where the family is open to everybody; then nothing is counted.
    pub(crate) user: Option<UserId>,
}

impl FromRequestParts<App> for Admitted {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &App) -> Result<Self, ApiError> {
        let caller = Caller::of("asr", parts, state).await?;
        caller.admit(&state.context, &REQUESTS, "too_many_requests", "Too many requests").await?;
        Ok(Self { user: caller.user })
    }
}
