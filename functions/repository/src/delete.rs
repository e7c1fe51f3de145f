//! `DELETE /repository/documents/:id`.

use axum::extract::State as Extract;
use axum::response::IntoResponse;
use shared::auth::CurrentUser;
use shared::http::{ApiError, ApiResult, Id, ok};
use shared::ids::DocumentId;
use shared::objects::ObjectKey;

use crate::State;

pub(crate) async fn delete_document(
    Extract(state): Extract<State>,
    user: CurrentUser,
    Id(id): Id<DocumentId>,
) -> ApiResult<impl IntoResponse> {
    let document = state.document(&user.id, &id).await?;
    // The item goes first: from then on a running ingest fails at its next write, and takes away
    // what it may have stored in between.
    if !state.context.store.delete_document(&document).await? {
        return Err(ApiError::not_found("Document"));
    }
    let objects = &state.context.objects;
    if let Some(upload) = document.upload.filter(|upload| !upload.completed) {
        let source = ObjectKey::Source(user.id.clone(), id.clone());
        objects.abort_multipart(&source, &upload.upload_id).await?;
    }
    let kinds = [ObjectKey::Source, ObjectKey::Request, ObjectKey::Segment, ObjectKey::Pages];
    for kind in kinds {
        objects.delete(&kind(user.id.clone(), id.clone())).await?;
    }
    Ok(ok("The document was deleted.", serde_json::Value::Null))
}
