//! `POST /chat/sessions`: an empty session.

use axum::extract::State;
use foundation::ApiResult;
use shared::access::CurrentUser;
use shared::http::{Reply, ValidOrEmpty, created};
use shared::store::Chat;

use super::update::Change;
use crate::App;
use crate::views::SessionView;

/// The session may be given a title and its equipment at once.
pub async fn create(
    user: CurrentUser,
    State(state): State<App>,
    ValidOrEmpty(Change(change)): ValidOrEmpty<Change>,
) -> ApiResult<Reply<SessionView>> {
    let mut chat = Chat::new(&user.id);
    chat.title = change.title.flatten();
    chat.status = change.status.unwrap_or(chat.status);
    chat.equipment_context = change.equipment_context.unwrap_or_default();
    state.context.store.create_chat(&user.id, &chat).await?;
    Ok(created("Session created.", SessionView::listed(chat)))
}
