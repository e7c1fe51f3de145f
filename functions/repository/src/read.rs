//! `GET /repository/documents/:id`.

use axum::extract::State as Extract;
use axum::response::IntoResponse;
use foundation::ApiResult;
use foundation::ids::DocumentId;
use shared::access::CurrentUser;
use shared::http::{Id, ok};

use crate::State;
use crate::view::DocumentView;

pub(crate) async fn read_document(
    Extract(state): Extract<State>,
    user: CurrentUser,
    Id(id): Id<DocumentId>,
) -> ApiResult<impl IntoResponse> {
    let document = state.document(&user.id, &id).await?;
    Ok(ok("The document.", DocumentView::of(document, &state.context.config.http)))
}
