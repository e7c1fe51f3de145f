//! `DELETE /repository/documents/:id`.

use axum::extract::State as Extract;
use axum::response::IntoResponse;
use foundation::ids::DocumentId;
use foundation::{ApiError, ApiResult};
use shared::access::CurrentUser;
use shared::http::{Id, ok};
use shared::objects::ObjectKey;

use crate::State;

pub(crate) async fn delete_document(
    Extract(state): Extract<State>,
    user: CurrentUser,
    Id(id): Id<DocumentId>,
) -> ApiResult<impl IntoResponse> {
    state.document(&user.id, &id).await?;
    let store = &state.context.store;
    let begun = store.begin_document_deletion(&user.id, &id).await?;
    let document = begun.ok_or_else(|| ApiError::not_found("Document"))?;
    let objects = &state.context.objects;
    if let Some(upload) = document.upload.as_ref().filter(|upload| !upload.completed) {
        let source = ObjectKey::Source(user.id.clone(), id.clone());
        objects.abort_multipart(&source, &upload.upload_id).await?;
    }
    let kinds = [ObjectKey::Source, ObjectKey::Request, ObjectKey::Segment, ObjectKey::Pages];
    for kind in kinds {
        objects.delete(&kind(user.id.clone(), id.clone())).await?;
    }
    objects.delete_all(&ObjectKey::drawn_of(&user.id, &id)).await?;
    // Last, so that a deletion that stops half-way can be asked for again. An ingest that has stored something in
    // between takes it away when its next write fails.
    store.delete_document(&document).await?;
    Ok(ok("The document was deleted.", serde_json::Value::Null))
}
