//! `GET /user/export`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use foundation::ApiResult;
use http::header;
use jiff::Timestamp;
use serde::Serialize;
use shared::access::Account;
use shared::account::{Budget, Exported, export as export_account};
use shared::http::ok;

use crate::App;

/// Where an export lies that is too large for an answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Download {
    download_url: String,
    expires_at: Timestamp,
    size: u64,
    complete: bool,
}

/// Everything of the user: a JSON file to save, or, where that is large, an address where it can be downloaded.
pub async fn export(State(state): State<App>, account: Account) -> ApiResult<Response> {
    match export_account(&state.context, account.user, Budget::default()).await? {
        Exported::Small(body) => {
            let headers = [
                (header::CONTENT_TYPE, "application/json"),
                (header::CONTENT_DISPOSITION, "attachment; filename=\"intellimaint-export.json\""),
                (header::CACHE_CONTROL, "no-store"),
            ];
            Ok((headers, body).into_response())
        }
        Exported::Large { download_url, expires_at, size, complete } => {
            let message = "Your data is ready. Download it within an hour.";
            let download = Download { download_url, expires_at, size, complete };
            Ok(([(header::CACHE_CONTROL, "no-store")], ok(message, download)).into_response())
        }
    }
}
