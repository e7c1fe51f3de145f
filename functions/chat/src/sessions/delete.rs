//! `DELETE /chat/sessions/:id`: gone, with its messages and pictures.

use axum::extract::State as Shared;
use foundation::ApiResult;
use foundation::ids::ChatId;
use shared::access::CurrentUser;
use shared::http::{Id, Reply, ok};

use crate::State;
use crate::refusal::refusal;

/// A running answer ends.
pub async fn delete(user: CurrentUser, Shared(state): Shared<State>, Id(id): Id<ChatId>) -> ApiResult<Reply<()>> {
    state.conversations.delete(&user.id, &id).await.map_err(refusal)?;
    Ok(ok("Session deleted.", ()))
}
