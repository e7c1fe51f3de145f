//! `POST …/messages/stream`, `POST …/regenerate`: a question whose answer is streamed.

use axum::extract::State as Shared;
use axum::response::Response;
use foundation::ApiResult;
use foundation::ids::{ChatId, MessageId};
use shared::access::CurrentUser;
use shared::http::Id;

use crate::State;
use crate::body::Said;
use crate::refusal::refusal;
use crate::sse;

/// In a new session.
pub async fn in_new_session(user: CurrentUser, Shared(state): Shared<State>, said: Said) -> ApiResult<Response> {
    let prompt = said.into_prompt(&state, &user).await?;
    let asked = state.conversations.ask_first(&user.id, prompt).await.map_err(refusal)?;
    Ok(sse::respond(asked))
}

/// In a session that is there.
pub async fn in_session(
    user: CurrentUser,
    Shared(state): Shared<State>,
    Id(id): Id<ChatId>,
    said: Said,
) -> ApiResult<Response> {
    let prompt = said.into_prompt(&state, &user).await?;
    let asked = state.conversations.ask(&user.id, &id, prompt).await.map_err(refusal)?;
    Ok(sse::respond(asked))
}

/// The answer to a question once more, in the place of the one that is there.
pub async fn again(
    user: CurrentUser,
    Shared(state): Shared<State>,
    Id((id, message)): Id<(ChatId, MessageId)>,
) -> ApiResult<Response> {
    let asked = state.conversations.ask_again(&user.id, &id, &message).await.map_err(refusal)?;
    Ok(sse::respond(asked))
}
