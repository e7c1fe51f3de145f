//! `GET /repository/documents/:id`.

use axum::extract::State;
use foundation::ApiResult;
use foundation::ids::DocumentId;
use shared::access::CurrentUser;
use shared::http::{Id, Reply, ok};

use crate::App;
use crate::view::DocumentView;

pub(crate) async fn read_document(
    State(state): State<App>,
    user: CurrentUser,
    Id(id): Id<DocumentId>,
) -> ApiResult<Reply<DocumentView>> {
    let document = state.document(&user.id, &id).await?;
    Ok(ok("The document.", DocumentView::of(document, &state.context.config.http)))
}
