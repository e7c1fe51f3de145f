//! `POST`, `DELETE /chat/sessions/:id/stop-stream`.

use axum::extract::State;
use foundation::ApiResult;
use foundation::ids::ChatId;
use shared::access::CurrentUser;
use shared::http::{Id, Reply, ok};

use crate::App;

/// Stops the running answer; where none is running, there is nothing to do.
pub async fn stop(user: CurrentUser, State(state): State<App>, Id(id): Id<ChatId>) -> ApiResult<Reply<()>> {
    state.conversations.stop(&user.id, &id).await?;
    Ok(ok("Stopped.", ()))
}
