//! `POST /repository/documents/:id/reprocess`: another ingest. What is there stays until its result
//! replaces it.

use axum::extract::State;
use foundation::ids::DocumentId;
use foundation::{ApiError, ApiResult};
use shared::access::CurrentUser;
use shared::http::{Id, Reply, ok};
use shared::ingest_request::IngestRequest;
use shared::store::DocumentStatus;

use crate::App;
use crate::view::DocumentView;

pub(crate) async fn reprocess_document(
    State(state): State<App>,
    user: CurrentUser,
    Id(id): Id<DocumentId>,
) -> ApiResult<Reply<DocumentView>> {
    let Some(document) = state.context.store.restart_document(&user.id, &id).await? else {
        return Err(refusal(&state, &user, &id).await?);
    };
    // Where this fails the document waits for nothing; it may be asked for again after ten minutes.
    IngestRequest::Reprocess.send(&state.context.objects, &user.id, &id).await?;
    Ok(ok("The document is being processed again.", DocumentView::of(document, &state.context.config.http)))
}

async fn refusal(state: &App, user: &CurrentUser, id: &DocumentId) -> ApiResult<ApiError> {
    let document = state.document(&user.id, id).await?;
    Ok(match document.status {
        DocumentStatus::Uploading => {
            ApiError::conflict("file_not_there_yet", "The file of this document has not arrived yet.")
        }
        DocumentStatus::Deleting => ApiError::not_found("Document"),
        _ => ApiError::conflict("already_processing", "This document is being processed already."),
    })
}
