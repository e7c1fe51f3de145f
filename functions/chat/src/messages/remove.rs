//! `DELETE /chat/sessions/:id/messages/:mid`.

use axum::extract::State as Shared;
use foundation::ApiResult;
use foundation::ids::{ChatId, MessageId};
use shared::access::CurrentUser;
use shared::http::{Id, Reply, ok};

use crate::State;
use crate::refusal::refusal;

/// One message, with its pictures.
pub async fn remove(
    user: CurrentUser,
    Shared(state): Shared<State>,
    Id((id, message)): Id<(ChatId, MessageId)>,
) -> ApiResult<Reply<()>> {
    state.conversations.remove(&user.id, &id, &message).await.map_err(refusal)?;
    Ok(ok("Message deleted.", ()))
}
