//! `GET /repository/documents/:id/pages/:n/image`: a page as a picture, with what a citation rests on marked.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use foundation::{ApiError, ApiResult};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use shared::access::CurrentUser;
use shared::pace::admit;
use shared::store::{Document, DocumentStatus};

use crate::App;
use crate::page::not_ready;
use crate::wish::Wish;

pub(crate) async fn show_page(
    State(state): State<App>,
    user: CurrentUser,
    wish: Wish,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let document = state.document(&user.id, &wish.document).await?;
    let page = wish.page;
    let file = file_of(&document, page)?;
    let tag = wish.tag(file);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag) {
        return Ok((StatusCode::NOT_MODIFIED, kept(&tag)).into_response());
    }
    // A picture is work for the processor, so it counts towards the user's requests per minute.
    admit(&state.context, Some(&user.id), None).await?;
    let picture = state.picture(&document, file, wish).await?;
    let shown = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/webp")),
        (header::CONTENT_DISPOSITION, disposition(page)),
    ];
    Ok((kept(&tag), shown, picture).into_response())
}

/// The `ETag` of the file that the document was read from: its pages are shown.
fn file_of(document: &Document, number: u32) -> ApiResult<&str> {
    let is_new = matches!(document.status, DocumentStatus::Uploading | DocumentStatus::Processing);
    match (&document.source_etag, document.pages) {
        _ if document.status == DocumentStatus::Deleting => Err(ApiError::not_found("Document")),
        (Some(etag), Some(pages)) if (1..=pages).contains(&number) => Ok(etag.as_str()),
        (Some(_), Some(_)) => Err(ApiError::not_found("Page")),
        _ if is_new => Err(not_ready()),
        _ => Err(ApiError::not_found("Page")),
    }
}

/// A browser may cache the picture, and asks each time whether it is still the right one.
fn kept(tag: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
    headers
}

fn disposition(page: u32) -> HeaderValue {
    let name = format!("inline; filename=\"page-{page}.webp\"");
    HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("inline"))
}
