//! `POST …/messages/stream`, `POST …/regenerate`: a question whose answer is streamed.

use axum::extract::State;
use axum::response::Response;
use foundation::ApiResult;
use foundation::ids::{ChatId, MessageId};
use shared::access::CurrentUser;
use shared::http::Id;

use crate::App;
use crate::body::MessageBody;
use crate::sse;

/// In a new session.
pub async fn in_new_session(user: CurrentUser, State(state): State<App>, body: MessageBody) -> ApiResult<Response> {
    let prompt = body.into_prompt(&state, &user).await?;
    let asked = state.conversations.ask_first(&user.id, prompt).await?;
    Ok(sse::respond(asked))
}

/// In a session that is there.
pub async fn in_session(
    user: CurrentUser,
    State(state): State<App>,
    Id(id): Id<ChatId>,
    body: MessageBody,
) -> ApiResult<Response> {
    let prompt = body.into_prompt(&state, &user).await?;
    let asked = state.conversations.ask(&user.id, &id, prompt).await?;
    Ok(sse::respond(asked))
}

/// The answer to a question once more, in the place of the one that is there.
pub async fn again(
    user: CurrentUser,
    State(state): State<App>,
    Id((id, message)): Id<(ChatId, MessageId)>,
) -> ApiResult<Response> {
    let asked = state.conversations.ask_again(&user.id, &id, &message).await?;
    Ok(sse::respond(asked))
}
