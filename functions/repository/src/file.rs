//! `GET /repository/documents/:id/file`: to the file itself, for a short while.

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use foundation::ids::DocumentId;
use foundation::{ApiError, ApiResult};
use http::{StatusCode, header};
use shared::access::CurrentUser;
use shared::http::Id;
use shared::objects::ObjectKey;
use shared::store::DocumentStatus;

use crate::App;

/// Long enough for a viewer that asks for one part after the other, too short to be passed on.
const LIFETIME: Duration = Duration::from_mins(15);

pub(crate) async fn download_file(
    State(state): State<App>,
    user: CurrentUser,
    Id(id): Id<DocumentId>,
) -> ApiResult<Response> {
    let document = state.document(&user.id, &id).await?;
    let key = ObjectKey::Source(user.id, id);
    if state.context.objects.info(&key).await?.is_none() {
        return Err(match document.status {
            DocumentStatus::Uploading | DocumentStatus::Processing => {
                ApiError::conflict("file_not_there_yet", "The file of this document has not arrived yet.")
            }
            DocumentStatus::Ready | DocumentStatus::Failed | DocumentStatus::Deleting => ApiError::not_found("File"),
        });
    }
    let download = state.context.objects.presign_get(&key, &document.file_name, LIFETIME).await?;
    let headers = [(header::LOCATION, download.url), (header::CACHE_CONTROL, "no-store".to_owned())];
    Ok((StatusCode::FOUND, headers).into_response())
}
