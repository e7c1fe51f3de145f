//! `POST /repository/documents`: documents that lie elsewhere, by their addresses.
//!
//! Called by the frontend's own server after it stored the files; the same call may come twice.

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use foundation::fetch::LARGEST_DOCUMENT;
use foundation::file_url::FileUrl;
use foundation::ids::UserId;
use foundation::{ApiError, ApiResult};
use serde::Serialize;
use shared::access::CurrentUser;
use shared::http::{Fields, FromFields, Invalid, OptionalText, Valid, created, ok};
use shared::ingest_request::IngestRequest;
use shared::store::{Document, NewDocument, unless_busy};

use crate::App;
use crate::fields::{Bytes, FileName, Text, too_large};
use crate::view::DocumentView;

/// Documents in one call.
const MOST: usize = 20;
/// Milliseconds between the tries when the same addresses, or other documents, are being kept at the same moment.
const PAUSES: [u64; 6] = [0, 10, 20, 50, 100, 200];

pub(crate) struct Body {
    documents: Vec<Listed>,
}

#[derive(Debug, Clone)]
struct Listed {
    file_name: String,
    file_url: String,
    file_size: u64,
    file_id: Option<String>,
    blob_path: Option<String>,
}

impl FromFields for Body {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        Ok(Self { documents: fields.objects("documents", 1, MOST)? })
    }
}

impl FromFields for Listed {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let file_name = fields.required::<FileName>("fileName");
        let file_url = fields.required::<Text<2048>>("fileUrl");
        let file_size = fields.optional::<Bytes>("fileSize");
        let file_id = fields.optional::<OptionalText<1024>>("fileId");
        let blob_path = fields.optional::<OptionalText<2048>>("blobPath");
        Ok(Self {
            file_name: file_name?.0,
            file_url: file_url?.0,
            file_size: file_size?.map_or(0, |Bytes(size)| size),
            file_id: file_id?.and_then(|text| text.0),
            blob_path: blob_path?.and_then(|text| text.0),
        })
    }
}

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub(crate) struct Registered {
    documents: Vec<DocumentView>,
}

pub(crate) async fn register_documents(
    State(state): State<App>,
    user: CurrentUser,
    Valid(body): Valid<Body>,
) -> ApiResult<Response> {
    if body.documents.iter().any(|listed| listed.file_size > LARGEST_DOCUMENT) {
        return Err(too_large());
    }
    check_addresses(&state, &body.documents)?;
    let (documents, new) = find_or_create(&state, &user.id, &body.documents).await?;
    for document in unique(&documents) {
        // A repeat also asks again for what nobody has begun: the first request may have been lost.
        if document.is_waiting() {
            IngestRequest::Import.send(&state.context.objects, &user.id, &document.id).await?;
        }
    }
    let documents =
        documents.into_iter().map(|document| DocumentView::of(document, &state.context.config.http)).collect();
    let registered = Registered { documents };
    Ok(if new {
        created("Your documents are being processed.", registered).into_response()
    } else {
        ok("These documents are in your repository already.", registered).into_response()
    })
}

fn check_addresses(state: &App, listed: &[Listed]) -> ApiResult<()> {
    let config = &state.context.config.documents;
    let refused = listed.iter().enumerate().filter_map(|(at, listed)| {
        let error = FileUrl::parse(&listed.file_url, config).err()?;
        Some(format!("documents[{at}].fileUrl {error}"))
    });
    let sentences: Vec<String> = refused.collect();
    if sentences.is_empty() { Ok(()) } else { Err(ApiError::validation(sentences)) }
}

/// The documents in the order of the request, and whether any of them is new.
async fn find_or_create(state: &App, user: &UserId, listed: &[Listed]) -> ApiResult<(Vec<Document>, bool)> {
    let store = &state.context.store;
    for pause in PAUSES {
        tokio::time::sleep(Duration::from_millis(pause)).await;
        let mut by_url: HashMap<&str, Document> = HashMap::new();
        let mut new = Vec::new();
        for item in listed {
            if by_url.contains_key(item.file_url.as_str()) {
                continue;
            }
            let document = if let Some(known) = store.document_by_url(user, &item.file_url).await? {
                known
            } else {
                let document = Document::new(user, item.clone().into());
                new.push(document.clone());
                document
            };
            by_url.insert(&item.file_url, document);
        }
        let kept = new.is_empty() || {
            let room = state.context.billing.check_documents(user, &new).await?;
            unless_busy(store.create_documents(&new, room).await)?
        };
        if kept {
            let documents = listed.iter().filter_map(|item| by_url.get(item.file_url.as_str()).cloned());
            return Ok((documents.collect(), !new.is_empty()));
        }
        // Another call was first with one of the addresses, or kept others: look again.
    }
    Err(ApiError::conflict(
        "registered_at_once",
        "These documents are being registered by another request. Please try again.",
    ))
}

fn unique(documents: &[Document]) -> impl Iterator<Item = &Document> {
    documents
        .iter()
        .enumerate()
        .filter(|(at, document)| !documents.iter().take(*at).any(|other| other.id == document.id))
        .map(|(_, document)| document)
}

impl From<Listed> for NewDocument {
    fn from(listed: Listed) -> Self {
        Self {
            file_name: listed.file_name,
            file_size: listed.file_size,
            source_url: Some(listed.file_url),
            file_id: listed.file_id,
            blob_path: listed.blob_path,
        }
    }
}
