//! Which page is asked for, in which width, and with which marks.

use ::documents::page_pictures::{USUAL_WIDTH, WIDTHS, drawn_width};
use axum::extract::{FromRequestParts, Query};
use foundation::ApiError;
use foundation::ids::DocumentId;
use foundation::page_boxes::{PageBox, marks, parse_marks};
use http::request::Parts;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use shared::http::Id;
use shared::objects::{DrawnPage, ObjectKey};
use shared::store::Document;

/// Part of the tag of every picture. Raise it when pages are drawn or marked in another way.
const DRAWN_AS: u8 = 1;
/// Hexadecimal digits of a digest that name a file.
const NAME: usize = 16;

/// The page of an address, and its `?width=` and `?mark=`.
pub(crate) struct Wish {
    pub(crate) document: DocumentId,
    pub(crate) page: u32,
    pub(crate) width: u32,
    pub(crate) marks: Vec<PageBox>,
}

#[derive(Deserialize)]
struct Raw {
    width: Option<String>,
    mark: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Wish {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Id((document, page)) = Id::<(DocumentId, u32)>::from_request_parts(parts, state).await?;
        let Query(raw) = Query::<Raw>::from_request_parts(parts, state).await?;
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
            (Ok(width), Ok(marks)) => Ok(Self { document, page, width, marks }),
            (width, marks) => Err(ApiError::validation(width.err().into_iter().chain(marks.err()).collect())),
        }
    }
}

impl Wish {
    /// Where the plain picture is stored that this one is made from. `file` is the `ETag` of the document's file.
    pub(crate) fn key(&self, document: &Document, file: &str) -> ObjectKey {
        let mut name = hex::encode(Sha256::digest(file.as_bytes()));
        name.truncate(NAME);
        let drawn = DrawnPage { file: name, page: self.page, width: drawn_width(self.width) };
        ObjectKey::Drawn(document.user_id.clone(), document.id.clone(), drawn)
    }

    /// Whether the picture is the plain one, as it is stored.
    pub(crate) fn is_plain(&self) -> bool {
        self.marks.is_empty() && self.width == drawn_width(self.width)
    }

    /// A tag that changes with everything that the picture depends on.
    pub(crate) fn tag(&self, file: &str) -> String {
        let marks = marks(&self.marks);
        let whole = format!("{DRAWN_AS} {file} {} {} {marks}", self.page, self.width);
        format!("\"{}\"", hex::encode(Sha256::digest(whole.as_bytes())))
    }
}
