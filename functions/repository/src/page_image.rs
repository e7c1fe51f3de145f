//! `GET /repository/documents/:id/pages/:n/image`: a page as a picture, with what a citation rests on marked.

use axum::extract::{FromRequestParts, Path, Query, State as Extract};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use shared::auth::CurrentUser;
use shared::http::{ApiError, ApiResult, Id, admit};
use shared::ids::DocumentId;
use shared::objects::{DrawnPage, ObjectKey};
use shared::page_boxes::{PageBox, parse_marks};
use shared::page_pictures::{USUAL_WIDTH, WIDTHS, drawn_width};
use shared::store::{Document, DocumentStatus};

use crate::State;
use crate::pictures::Wanted;

/// Part of the tag of every picture: another way of drawing or marking has another one.
const DRAWN_AS: u8 = 1;
/// Letters of a digest that name a file.
const NAME: usize = 16;

/// `?width=` and `?mark=`.
pub(crate) struct Wish {
    width: u32,
    marks: Vec<PageBox>,
}

#[derive(Deserialize)]
struct Raw {
    width: Option<String>,
    mark: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Wish {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(raw) = Query::<Raw>::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::bad_request("bad_query", "The part of the address behind \"?\" cannot be read."))?;
        let Path((_, page)) =
            Path::<(String, u32)>::from_request_parts(parts, state).await.map_err(|_| ApiError::not_found("Page"))?;
        let is_number = |text: &String| (1..=9).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let width = match raw.width.filter(|text| !text.is_empty()) {
            None => Some(USUAL_WIDTH),
            Some(text) => Some(text).filter(is_number).and_then(|text| text.parse().ok()),
        };
        let width = width.filter(|width| WIDTHS.contains(width)).ok_or_else(|| {
            let (least, most) = (*WIDTHS.start(), *WIDTHS.end());
            format!("width must be a whole number of pixels from {least} to {most}")
        });
        let marks = parse_marks(page, &raw.mark.unwrap_or_default()).map_err(|error| error.to_string());
        match (width, marks) {
            (Ok(width), Ok(marks)) => Ok(Self { width, marks }),
            (width, marks) => Err(ApiError::validation(width.err().into_iter().chain(marks.err()).collect())),
        }
    }
}

pub(crate) async fn show_page(
    Extract(state): Extract<State>,
    user: CurrentUser,
    Id((id, number)): Id<(DocumentId, u32)>,
    wish: Wish,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let document = state.document(&user.id, &id).await?;
    let file = file_of(&document, number)?;
    let tag = tag(&file, number, &wish);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag) {
        return Ok((StatusCode::NOT_MODIFIED, kept(&tag)).into_response());
    }
    // It costs what other requests do that a user is not to send without end.
    admit(&state.context, Some(&user.id), None).await?;
    let drawn = DrawnPage { file: name(&file), page: number, width: drawn_width(wish.width) };
    let wanted =
        Wanted { key: ObjectKey::Drawn(user.id, id, drawn), page: number, width: wish.width, marks: wish.marks, file };
    let picture = state.picture(&document, wanted).await?;
    let shown = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/webp")),
        (header::CONTENT_DISPOSITION, disposition(number)),
    ];
    Ok((kept(&tag), shown, picture).into_response())
}

/// The tag of the file whose pages are shown: the one that was read.
fn file_of(document: &Document, number: u32) -> ApiResult<String> {
    let is_new = matches!(document.status, DocumentStatus::Uploading | DocumentStatus::Processing);
    match (&document.source_etag, document.pages) {
        _ if document.status == DocumentStatus::Deleting => Err(ApiError::not_found("Document")),
        (Some(etag), Some(pages)) if (1..=pages).contains(&number) => Ok(etag.clone()),
        (Some(_), Some(_)) => Err(ApiError::not_found("Page")),
        _ if is_new => Err(ApiError::conflict(
            "document_not_ready",
            "This document is still being processed. Please try again later.",
        )),
        _ => Err(ApiError::not_found("Page")),
    }
}

fn name(file: &str) -> String {
    let mut name = hex::encode(Sha256::digest(file.as_bytes()));
    name.truncate(NAME);
    name
}

/// Changes with everything that the picture depends on.
fn tag(file: &str, page: u32, wish: &Wish) -> String {
    let marks = shared::page_boxes::marks(&wish.marks);
    let whole = format!("{DRAWN_AS} {file} {page} {} {marks}", wish.width);
    format!("\"{}\"", hex::encode(Sha256::digest(whole.as_bytes())))
}

/// A browser keeps the picture, and asks each time whether it may still show it.
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
