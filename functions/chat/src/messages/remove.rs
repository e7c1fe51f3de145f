//! `DELETE /chat/sessions/:id/messages/:mid`.

use axum::extract::State;
use foundation::ApiResult;
use foundation::ids::{ChatId, MessageId};
use shared::access::CurrentUser;
use shared::http::{Id, Reply, ok};

use crate::App;

/// One message, with its pictures.
pub async fn remove(
    user: CurrentUser,
    State(state): State<App>,
    Id((id, message)): Id<(ChatId, MessageId)>,
) -> ApiResult<Reply<()>> {
    state.conversations.remove(&user.id, &id, &message).await?;
    Ok(ok("Message deleted.", ()))
}
