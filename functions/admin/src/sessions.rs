//! `GET /admin/sessions`: what the newest users have in their sessions, a row for each user.

use axum::extract::State;
use foundation::ApiResult;
use foundation::config::AdminConfig;
use foundation::ids::UserId;
use serde::Serialize;
use shared::access::Admin;
use shared::http::{Reply, ok};
use shared::identity::Email;
use shared::store::{Figure, UserFigures};

use crate::App;

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionsView {
    /// The user's.
    id: UserId,
    email: Email,
    total_sessions: u64,
    total_messages: u64,
    total_token: u64,
    total_price: f64,
}

impl SessionsView {
    fn of(UserFigures { user, tally, .. }: UserFigures, config: &AdminConfig) -> Self {
        Self {
            id: user.id,
            email: user.email,
            total_sessions: tally.total(Figure::Sessions),
            total_messages: tally.messages,
            total_token: tally.prompt_tokens + tally.completion_tokens,
            total_price: config.price(tally.prompt_tokens, tally.completion_tokens),
        }
    }
}

pub(crate) async fn list_sessions(_: Admin, State(state): State<App>) -> ApiResult<Reply<Vec<SessionsView>>> {
    let newest = state.context.store.newest_users(state.rows()).await?;
    let config = &state.context.config.admin;
    let rows = newest.rows.into_iter().map(|row| SessionsView::of(row, config)).collect();
    let message = if newest.is_whole {
        "The sessions of all users."
    } else {
        "The sessions of the newest users. Older ones are not listed."
    };
    Ok(ok(message, rows))
}
