//! Administrators: accounts whose verified address the operator has named (`ADMIN_EMAILS`).
//!
//! Nothing of this is stored. Every request looks at the account and the configuration, so that a changed address or
//! configuration counts from the next request on.

use axum::extract::{FromRef, FromRequestParts, MatchedPath};
use http::request::Parts;

use super::Account;
use crate::Context;
use crate::http::RequestId;
use crate::identity::AccountRole;
use crate::store::User;
use foundation::ApiError;
use foundation::config::AdminConfig;
use foundation::ids::UserId;

/// Whether an account is an administrator's now.
fn is_admin(config: &AdminConfig, user: &User) -> bool {
    user.email_verified && config.emails.iter().any(|email| email == user.email.as_str())
}

/// The role of an account as clients see it.
#[must_use]
pub fn role_of(config: &AdminConfig, user: &User) -> AccountRole {
    if is_admin(config, user) { AccountRole::Admin } else { user.role.into() }
}

/// The administrator who is signed in. The log notes who read what.
///
/// Refusal: 401, as for [`Account`]; 403 `not_an_administrator`.
#[derive(Debug, Clone)]
pub struct Admin {
    /// Whose account it is.
    pub id: UserId,
}

impl<S> FromRequestParts<S> for Admin
where
    S: Send + Sync,
    Context: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Account { user, .. } = <Account as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        if !is_admin(&Context::from_ref(state).config.admin, &user) {
            return Err(ApiError::forbidden("not_an_administrator", "This is for administrators only."));
        }
        let route = parts.extensions.get::<MatchedPath>().map_or("-", MatchedPath::as_str);
        let request = parts.extensions.get::<RequestId>().map_or("-", |id| &*id.0);
        tracing::info!(user = %user.id, route, request, "read by an administrator");
        Ok(Self { id: user.id })
    }
}
