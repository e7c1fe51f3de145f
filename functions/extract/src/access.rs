//! Who may call: a signed-in user, or anybody where the configuration says so, at a limited rate.

use axum::extract::FromRequestParts;
use http::request::Parts;
use shared::auth::CurrentUser;
use shared::http::{ApiError, ApiResult, ClientAddress};
use shared::ids::UserId;
use shared::store::{Job, RateLimit};

use crate::State;

/// Uploads of one caller.
const UPLOADS: RateLimit = RateLimit { name: "extract", times: 10, seconds: 60 };
/// Polls of one caller: the page polls every 100 ms at most.
const POLLS: RateLimit = RateLimit { name: "extract-poll", times: 1200, seconds: 60 };

/// A caller.
#[derive(Debug)]
pub(crate) struct Caller {
    /// The user; none where the family is open to everybody.
    pub(crate) user: Option<UserId>,
    /// What is counted.
    subject: String,
}

impl FromRequestParts<State> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, ApiError> {
        let open = state.context.config.http.anonymous_services.iter().any(|family| family == "extract");
        let user = <CurrentUser as FromRequestParts<State>>::from_request_parts(parts, state).await;
        match user {
            Ok(user) => Ok(Self { subject: user.id.to_string(), user: Some(user.id) }),
            Err(error) if open && error.status() == http::StatusCode::UNAUTHORIZED => {
                let Ok(ClientAddress(subject)) = ClientAddress::from_request_parts(parts, state).await;
                Ok(Self { user: None, subject })
            }
            Err(error) => Err(error),
        }
    }
}

impl Caller {
    /// Counts an upload; 429 beyond the limit.
    pub(crate) async fn count_upload(&self, state: &State) -> ApiResult<()> {
        match state.context.store.count_against(&UPLOADS, &self.subject).await? {
            None => Ok(()),
            Some(seconds) => Err(ApiError::too_many_requests(
                "too_many_uploads",
                format!("Too many files at once. Please try again in {seconds} seconds."),
                seconds,
            )),
        }
    }

    /// Counts a poll; whether it is within the limit.
    pub(crate) async fn may_poll(&self, state: &State) -> ApiResult<bool> {
        Ok(state.context.store.count_against(&POLLS, &self.subject).await?.is_none())
    }

    /// Whether the job is this caller's to see. One that was made without a sign-in is open to
    /// whoever knows its id.
    pub(crate) fn may_see(&self, job: &Job) -> bool {
        job.owner.is_none() || job.owner == self.user
    }
}
