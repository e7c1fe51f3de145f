//! `POST`, `DELETE /chat/sessions/:id/stop-stream`.

use axum::extract::State as Shared;
use shared::auth::CurrentUser;
use shared::http::{ApiResult, Id, Reply, ok};
use shared::ids::ChatId;

use crate::State;
use crate::refusal::refusal;

/// Stops the running answer; where none is running, there is nothing to do.
pub async fn stop(user: CurrentUser, Shared(state): Shared<State>, Id(id): Id<ChatId>) -> ApiResult<Reply<()>> {
    state.conversations.stop(&user.id, &id).await.map_err(refusal)?;
    Ok(ok("Stopped.", ()))
}
