//! Families of the services that may be open to callers without a sign-in (`SERVICES_ANONYMOUS`).

use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;

use super::CurrentUser;
use crate::Context;
use crate::http::ClientAddress;
use crate::store::RateLimit;
use foundation::ids::UserId;
use foundation::{ApiError, ApiResult};

/// Who calls a family that may be open.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The user; none where the family is open to everybody.
    pub user: Option<UserId>,
    /// What is counted: the user, or the network address.
    subject: String,
}

impl Caller {
    /// The caller of `family`: a signed-in user, or anybody where the configuration opens the family.
    ///
    /// # Errors
    /// 401 without a sign-in where the family is closed.
    pub async fn of<S>(family: &str, parts: &mut Parts, state: &S) -> ApiResult<Self>
    where
        S: Send + Sync,
        Context: FromRef<S>,
    {
        let context = Context::from_ref(state);
        let open = context.config.http.anonymous_services.iter().any(|name| name == family);
        match <CurrentUser as FromRequestParts<S>>::from_request_parts(parts, state).await {
            Ok(user) => Ok(Self { subject: user.id.to_string(), user: Some(user.id) }),
            Err(error) if open && error.status() == http::StatusCode::UNAUTHORIZED => {
                let Ok(ClientAddress(subject)) = ClientAddress::from_request_parts(parts, state).await;
                Ok(Self { user: None, subject })
            }
            Err(error) => Err(error),
        }
    }

    /// Counts once more against `limit`: the seconds to wait where it is used up.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn count(&self, context: &Context, limit: &RateLimit) -> ApiResult<Option<u64>> {
        Ok(context.store.count_against(limit, &self.subject).await?)
    }

    /// The same, where beyond the limit the request is refused.
    ///
    /// # Errors
    /// 429 with `code`; `what` begins the sentence ("Too many files").
    pub async fn admit(&self, context: &Context, limit: &RateLimit, code: &'static str, what: &str) -> ApiResult<()> {
        match self.count(context, limit).await? {
            None => Ok(()),
            Some(seconds) => {
                let message = format!("{what} at once. Please try again in {seconds} seconds.");
                Err(ApiError::too_many_requests(code, message, seconds))
            }
        }
    }
}
