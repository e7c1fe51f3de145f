//! `GET /auth/sessions` and `DELETE /auth/sessions/:id`: where a user is signed in.

use axum::Extension;
use axum::extract::State;
use foundation::ids::SignInId;
use foundation::{ApiError, ApiResult};
use jiff::Timestamp;
use serde::Serialize;
use shared::access::CurrentUser;
use shared::http::{Id, Page, Pagination, Reply, ok};
use shared::store::SignIn;

use crate::App;
use crate::tokens::{Cookies, clear};

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct Session {
    id: SignInId,
    method: String,
    user_agent: Option<String>,
    created_at: Timestamp,
    last_used_at: Timestamp,
    expires_at: Option<Timestamp>,
    current: bool,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Sessions {
    sessions: Vec<Session>,
    pagination: Pagination,
}

/// The user's sign-ins, last used first.
pub async fn list(State(state): State<App>, user: CurrentUser, page: Page) -> ApiResult<Reply<Sessions>> {
    let all = state.context.store.sign_ins(&user.id).await?;
    let pagination = page.of(all.len());
    let show = |sign_in: SignIn| Session {
        current: sign_in.id == user.sign_in,
        id: sign_in.id,
        method: sign_in.method,
        user_agent: sign_in.user_agent,
        created_at: sign_in.created_at,
        last_used_at: sign_in.last_used_at,
        expires_at: Timestamp::from_second(sign_in.expires_at).ok(),
    };
    let sessions = all.into_iter().skip(page.offset()).take(page.limit).map(show).collect();
    Ok(ok("Here are your sign-ins.", Sessions { sessions, pagination }))
}

/// Ends one sign-in; the cookies go too when it is the one of this request.
pub async fn revoke(
    State(state): State<App>,
    Extension(cookies): Cookies,
    user: CurrentUser,
    Id(id): Id<SignInId>,
) -> ApiResult<Reply<()>> {
    if !state.context.store.revoke_sign_in(&user.id, &id).await? {
        return Err(ApiError::not_found("Sign-in"));
    }
    state.context.store.withdraw_pending_email(&user.id).await?;
    if id == user.sign_in {
        clear(&state.context, &cookies);
    }
    Ok(ok("This sign-in has ended.", ()))
}
