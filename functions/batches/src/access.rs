//! Who may call: a signed-in user, or anybody where the configuration says so, at a limited rate.
//!
//! The form and the address of the events name a user too. That is a claim of the page, and nothing here reads it.

use axum::extract::FromRequestParts;
use foundation::ids::UserId;
use foundation::{ApiError, ApiResult};
use http::request::Parts;
use shared::access;
use shared::store::RateLimit;

use crate::App;

/// Batches of one caller.
const UPLOADS: RateLimit = RateLimit { name: "batches", times: 100, seconds: 60 };
/// Requests for events and cancellations of one caller: a browser asks again after a second at the earliest.
const LOOKS: RateLimit = RateLimit { name: "batches-look", times: 1200, seconds: 60 };

/// A caller.
#[derive(Debug)]
pub(crate) struct Caller(access::Caller);

impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &App) -> Result<Self, ApiError> {
        access::Caller::of("batches", parts, state).await.map(Self)
    }
}

impl Caller {
    /// The user; none if there is no sign-in.
    pub(crate) fn user(&self) -> Option<&UserId> {
        self.0.user.as_ref()
    }

    /// Counts an upload; 429 beyond the limit.
    pub(crate) async fn count_upload(&self, state: &App) -> ApiResult<()> {
        self.0.admit(&state.context, &UPLOADS, "too_many_uploads", "Too many batches").await
    }

    /// Counts a request that names a batch; 429 beyond the limit.
    pub(crate) async fn count_look(&self, state: &App) -> ApiResult<()> {
        self.0.admit(&state.context, &LOOKS, "too_many_requests", "Too many requests").await
    }
}
