//! `GET /admin/uploads`: the newest documents of all users.

use axum::extract::State;
use foundation::ApiResult;
use foundation::ids::{DocumentId, UserId};
use jiff::Timestamp;
use serde::Serialize;
use shared::access::Admin;
use shared::http::{Reply, ok};
use shared::store::{DocumentStatus, Upload};

use crate::{App, name_of};

/// The type of all documents.
const PDF: &str = "pdf";

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct UploadView {
    id: DocumentId,
    user_id: UserId,
    user_name: String,
    file_name: String,
    file_type: &'static str,
    file_size: u64,
    status: DocumentStatus,
    uploaded_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl From<Upload> for UploadView {
    fn from(Upload { document, owner }: Upload) -> Self {
        Self {
            user_name: name_of(&owner),
            id: document.id,
            user_id: document.user_id,
            file_name: document.file_name,
            file_type: PDF,
            file_size: document.file_size,
            status: document.status,
            uploaded_at: document.uploaded_at,
            error: document.error.map(|error| error.message),
        }
    }
}

pub(crate) async fn list_uploads(_: Admin, State(state): State<App>) -> ApiResult<Reply<Vec<UploadView>>> {
    let newest = state.context.store.newest_uploads(state.rows()).await?;
    let message = if newest.is_whole { "All uploads." } else { "The newest uploads. Older ones are not listed." };
    Ok(ok(message, newest.rows.into_iter().map(UploadView::from).collect()))
}
