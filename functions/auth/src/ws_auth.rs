//! `GET /auth/ws-auth`

use axum::extract::State;
use foundation::{ApiError, ApiResult};
use serde_json::{Value, json};
use shared::access::CurrentUser;
use shared::http::{Reply, ok};

use crate::App;

/// A ticket that opens one WebSocket within a minute, for clients whose cookies do not reach it.
pub async fn ws_auth(State(state): State<App>, user: CurrentUser) -> ApiResult<Reply<Value>> {
    let (token, expires_in) = state.context.sign_ins.ticket(&user.id, &user.sign_in).map_err(ApiError::internal)?;
    Ok(ok("Here is a ticket for the WebSocket.", json!({"token": token, "userId": user.id, "expiresIn": expires_in})))
}
