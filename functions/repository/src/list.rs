//! `GET /repository/documents`.

use axum::extract::{FromRequestParts, Query, State};
use foundation::{ApiError, ApiResult};
use http::request::Parts;
use serde::{Deserialize, Serialize};
use shared::access::CurrentUser;
use shared::http::{Page, Pagination, Reply, ok};
use shared::store::DocumentStatus;

use crate::App;
use crate::view::DocumentView;

/// `?status=`, where given.
pub(crate) struct StatusFilter(Option<DocumentStatus>);

#[derive(Deserialize)]
struct Raw {
    status: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for StatusFilter {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(raw) = Query::<Raw>::from_request_parts(parts, state).await?;
        let Some(word) = raw.status.filter(|word| !word.is_empty()) else { return Ok(Self(None)) };
        let known = [
            DocumentStatus::Uploading,
            DocumentStatus::Processing,
            DocumentStatus::Ready,
            DocumentStatus::Failed,
            DocumentStatus::Deleting,
        ];
        match known.into_iter().find(|status| status.as_str() == word) {
            Some(status) => Ok(Self(Some(status))),
            None => Err(ApiError::validation(vec![
                "status must be uploading, processing, ready, failed or deleting".to_owned(),
            ])),
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub(crate) struct Documents {
    documents: Vec<DocumentView>,
    pagination: Pagination,
}

pub(crate) async fn list_documents(
    State(state): State<App>,
    user: CurrentUser,
    page: Page,
    StatusFilter(status): StatusFilter,
) -> ApiResult<Reply<Documents>> {
    let mut all = state.context.store.documents(&user.id).await?;
    all.retain(|document| status.is_none_or(|status| document.status == status));
    let pagination = page.of(all.len());
    let shown = all.into_iter().skip(page.offset()).take(page.limit);
    let documents = shown.map(|document| DocumentView::of(document, &state.context.config.http)).collect();
    Ok(ok("Your documents.", Documents { documents, pagination }))
}
