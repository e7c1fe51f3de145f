//! `POST`, `DELETE /chat/sessions/:id/stop-stream`.

use axum::extract::State as Shared;
use foundation::ApiResult;
use foundation::ids::ChatId;
use shared::access::CurrentUser;
use shared::http::{Id, Reply, ok};

use crate::State;
use crate::refusal::refusal;

/// Stops the running answer; where none is running, there is nothing to do.
pub async fn stop(user: CurrentUser, Shared(state): Shared<State>, Id(id): Id<ChatId>) -> ApiResult<Reply<()>> {
    state.conversations.stop(&user.id, &id).await.map_err(refusal)?;
    Ok(ok("Stopped.", ()))
}
