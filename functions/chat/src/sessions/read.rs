//! `GET /chat/sessions/:id`: a session with all its messages.

use axum::extract::State;
use foundation::ids::{ChatId, UserId};
use foundation::{ApiError, ApiResult};
use shared::access::CurrentUser;
use shared::http::{Id, Reply, ok};

use crate::App;
use crate::views::SessionView;

/// Oldest message first.
pub async fn read(user: CurrentUser, State(state): State<App>, Id(id): Id<ChatId>) -> ApiResult<Reply<SessionView>> {
    Ok(ok("Session found.", full_session(&state, &user.id, &id).await?))
}

/// A session with all its messages, as its reader sees them.
///
/// # Errors
/// 404.
pub async fn full_session(state: &App, user: &UserId, id: &ChatId) -> ApiResult<SessionView> {
    let found = state.context.store.chat_with_messages(user, id).await?;
    let found = found.ok_or_else(|| ApiError::not_found("Session"))?;
    Ok(SessionView::full(found, &state.context.config.http.gateway_url).telling_failures())
}
