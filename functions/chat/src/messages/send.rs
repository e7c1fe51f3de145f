//! `POST /chat/messages`, `POST /chat/sessions/:id/messages`: a question and its answer at once.

use answers::conversation::OngoingAnswer;
use axum::extract::State;
use foundation::ids::ChatId;
use foundation::{ApiError, ApiResult};
use serde::Serialize;
use shared::access::CurrentUser;
use shared::http::{Id, Reply, created};
use shared::store::AnswerFailure;

use crate::App;
use crate::body::MessageBody;
use crate::sessions::read::full_session;
use crate::views::{MessageView, SessionView};

/// The question and its answer; for a new session, that too.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Exchange {
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<SessionView>,
    user_message: MessageView,
    assistant_message: MessageView,
}

/// In a new session.
pub async fn in_new_session(
    user: CurrentUser,
    State(state): State<App>,
    body: MessageBody,
) -> ApiResult<Reply<Exchange>> {
    let prompt = body.into_prompt(&state, &user).await?;
    let asked = state.conversations.ask_first(&user.id, prompt).await?;
    let id = asked.chat.clone();
    let mut exchange = answered(&state, asked).await?;
    exchange.session = Some(full_session(&state, &user.id, &id).await?);
    Ok(created("Message answered.", exchange))
}

/// In a session that is there.
pub async fn in_session(
    user: CurrentUser,
    State(state): State<App>,
    Id(id): Id<ChatId>,
    body: MessageBody,
) -> ApiResult<Reply<Exchange>> {
    let prompt = body.into_prompt(&state, &user).await?;
    let asked = state.conversations.ask(&user.id, &id, prompt).await?;
    Ok(created("Message answered.", answered(&state, asked).await?))
}

/// The answer to a request whose answer failed. The question is kept.
fn failed(failure: AnswerFailure) -> ApiError {
    match failure.code.as_str() {
        "internal_error" => ApiError::internal("an answer failed; its cause is logged where it arose"),
        "answer_lost" => ApiError::conflict(failure.code, failure.message),
        _ => ApiError::unavailable(failure.code, failure.message),
    }
}

/// Waits for the end of the answer. A client that leaves meanwhile does not stop it.
async fn answered(state: &App, mut asked: OngoingAnswer) -> ApiResult<Exchange> {
    let ended = asked.progress.wait_for(|progress| progress.outcome.is_some()).await;
    let outcome = ended.map_err(ApiError::internal)?.outcome.clone();
    let outcome = outcome.ok_or_else(|| ApiError::internal("an answer ended without an outcome"))?;
    if let Some(failure) = outcome.failure {
        return Err(failed(failure));
    }
    let gateway_url = &state.context.config.http.gateway_url;
    Ok(Exchange {
        session: None,
        user_message: MessageView::new(asked.question, gateway_url),
        assistant_message: MessageView::new(outcome.message, gateway_url),
    })
}
