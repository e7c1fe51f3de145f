//! `GET /user/export`

use axum::body::Body;
use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use http::header;
use shared::account;
use shared::auth::CurrentUser;
use shared::http::ApiResult;

use crate::{State, account_of};

/// Everything of the user, as a JSON file to save.
pub async fn export(Shared(state): Shared<State>, user: CurrentUser) -> ApiResult<Response> {
    let account = account_of(&state.context, &user).await?;
    let body = Body::from_stream(account::export(state.context.store.clone(), account));
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"intellimaint-export.json\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, body).into_response())
}
