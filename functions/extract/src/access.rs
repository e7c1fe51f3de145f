//! Who may call: a signed-in user, or anybody where the configuration says so, at a limited rate.

use axum::extract::FromRequestParts;
use foundation::ids::UserId;
use foundation::{ApiError, ApiResult};
use http::request::Parts;
use shared::access;
use shared::store::{Job, RateLimit};

use crate::App;

/// Uploads of one caller: a shelf of manuals, dropped at once.
const UPLOADS: RateLimit = RateLimit { name: "extract", times: 100, seconds: 60 };
/// Polls of one caller: the page polls every 100 ms at most.
const POLLS: RateLimit = RateLimit { name: "extract-poll", times: 1200, seconds: 60 };

/// A caller.
#[derive(Debug)]
pub(crate) struct Caller(access::Caller);

impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &App) -> Result<Self, ApiError> {
        access::Caller::of("extract", parts, state).await.map(Self)
    }
}

impl Caller {
    /// The user; none where the family is open to everybody.
    pub(crate) fn user(&self) -> Option<&UserId> {
        self.0.user.as_ref()
    }

    /// Counts an upload; 429 beyond the limit.
    pub(crate) async fn count_upload(&self, state: &App) -> ApiResult<()> {
        self.0.admit(&state.context, &UPLOADS, "too_many_uploads", "Too many files").await
    }

    /// Counts a poll; whether it is within the limit.
    pub(crate) async fn may_poll(&self, state: &App) -> ApiResult<bool> {
        Ok(self.0.count(&state.context, &POLLS).await?.is_none())
    }

    /// Whether the job is this caller's to see. One that was made without a sign-in is open to
    /// whoever knows its id.
    pub(crate) fn may_see(&self, job: &Job) -> bool {
        job.owner.is_none() || job.owner.as_ref() == self.user()
    }
}
