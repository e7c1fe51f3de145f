//! `POST /chat/cleanup-stopped`: without answers that were stopped before they began.

use axum::extract::State;
use foundation::ApiResult;
use foundation::ids::MessageId;
use serde::Serialize;
use shared::access::CurrentUser;
use shared::http::{Reply, ok};

use crate::App;

/// What was removed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CleanedUp {
    deleted_count: usize,
    message_ids: Vec<MessageId>,
}

/// Removes them from the user's newest sessions. There is no body; one that is sent is not read.
pub async fn clean_up(user: CurrentUser, State(state): State<App>) -> ApiResult<Reply<CleanedUp>> {
    let message_ids = state.conversations.remove_stopped(&user.id).await?;
    Ok(ok("Stopped answers without text were removed.", CleanedUp { deleted_count: message_ids.len(), message_ids }))
}
