//! `DELETE /repository/documents/:id`.

use axum::extract::State;
use foundation::ids::DocumentId;
use foundation::{ApiError, ApiResult};
use shared::access::CurrentUser;
use shared::http::{Id, Reply, ok};
use shared::objects::ObjectKey;

use crate::App;

pub(crate) async fn delete_document(
    State(state): State<App>,
    user: CurrentUser,
    Id(id): Id<DocumentId>,
) -> ApiResult<Reply<()>> {
    state.document(&user.id, &id).await?;
    let store = &state.context.store;
    let begun = store.begin_document_deletion(&user.id, &id).await?;
    let document = begun.ok_or_else(|| ApiError::not_found("Document"))?;
    let objects = &state.context.objects;
    if let Some(upload) = document.upload.as_ref().filter(|upload| !upload.completed) {
        let source = ObjectKey::Source(user.id.clone(), id.clone());
        objects.abort_multipart(&source, &upload.upload_id).await?;
    }
    objects.delete_document(&user.id, &id).await?;
    // Last, so that a deletion that stops half-way can be asked for again. An ingest that has stored something in
    // between takes it away when its next write fails.
    store.delete_document(&document).await?;
    Ok(ok("The document was deleted.", ()))
}
