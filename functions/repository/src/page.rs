//! `GET /repository/documents/:id/pages/:n`: what a citation opens.

use axum::extract::State;
use foundation::ids::DocumentId;
use foundation::page_texts::{LONGEST, PageBlock, PageTexts, TextSource};
use foundation::{ApiError, ApiResult};
use serde::Serialize;
use shared::access::CurrentUser;
use shared::http::{Id, Reply, ok};
use shared::objects::{ObjectError, ObjectKey};
use shared::store::{Document, DocumentStatus};

use crate::App;

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageView {
    document_id: DocumentId,
    file_name: String,
    page: u32,
    pages: usize,
    text: String,
    has_text: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<TextSource>,
    blocks: Option<Vec<PageBlock>>,
}

pub(crate) async fn read_page(
    State(state): State<App>,
    user: CurrentUser,
    Id((id, number)): Id<(DocumentId, u32)>,
) -> ApiResult<Reply<PageView>> {
    let document = state.document(&user.id, &id).await?;
    let texts = texts(&state, &document).await?;
    let pages = texts.pages.len();
    let page = texts.pages.into_iter().find(|page| page.page == number).ok_or_else(|| ApiError::not_found("Page"))?;
    let view = PageView {
        document_id: id,
        file_name: document.file_name,
        page: number,
        pages,
        text: page.text,
        has_text: page.has_text,
        source: page.source,
        blocks: page.blocks,
    };
    Ok(ok("The text of the page.", view))
}

/// A page is asked for before its document is ready.
pub(crate) fn not_ready() -> ApiError {
    let message = "This document is still being processed. Please try again later.";
    ApiError::conflict("document_not_ready", message)
}

async fn texts(state: &App, document: &Document) -> ApiResult<PageTexts> {
    let key = ObjectKey::Pages(document.user_id.clone(), document.id.clone());
    match state.context.objects.get(&key, LONGEST).await {
        Ok(bytes) => PageTexts::from_bytes(&bytes).map_err(ApiError::internal),
        Err(ObjectError::NotFound) => Err(match document.status {
            DocumentStatus::Uploading | DocumentStatus::Processing => not_ready(),
            DocumentStatus::Ready | DocumentStatus::Failed | DocumentStatus::Deleting => ApiError::not_found("Page"),
        }),
        Err(error) => Err(error.into()),
    }
}
