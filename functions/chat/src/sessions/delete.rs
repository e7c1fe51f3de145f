//! `DELETE /chat/sessions/:id`: gone, with its messages and pictures.

use axum::extract::State;
use foundation::ApiResult;
use foundation::ids::ChatId;
use shared::access::CurrentUser;
use shared::http::{Id, Reply, ok};

use crate::App;

/// A running answer ends.
pub async fn delete(user: CurrentUser, State(state): State<App>, Id(id): Id<ChatId>) -> ApiResult<Reply<()>> {
    state.conversations.delete(&user.id, &id).await?;
    Ok(ok("Session deleted.", ()))
}
