//! A document as clients see it.

use foundation::config::HttpConfig;
use foundation::ids::{DocumentId, UserId};
use jiff::Timestamp;
use serde::Serialize;
use shared::store::{Document, DocumentStatus, Failure, Progress};

/// A document on the wire.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct DocumentView {
    id: DocumentId,
    user_id: UserId,
    file_name: String,
    file_url: String,
    file_size: u64,
    status: DocumentStatus,
    uploaded_at: Timestamp,
    created_at: Timestamp,
    updated_at: Timestamp,
    pages: Option<u32>,
    pages_without_text: Option<u32>,
    pages_recognised: Option<u32>,
    chunks: Option<u32>,
    progress: Option<Progress>,
    error: Option<Failure>,
}

impl DocumentView {
    /// The view of a document; its file is where it was registered from, else at our own address.
    pub(crate) fn of(document: Document, config: &HttpConfig) -> Self {
        let own = || format!("{}/api/v1/repository/documents/{}/file", config.gateway_url, document.id);
        Self {
            file_url: document.source_url.clone().unwrap_or_else(own),
            id: document.id,
            user_id: document.user_id,
            file_name: document.file_name,
            file_size: document.file_size,
            status: document.status,
            uploaded_at: document.uploaded_at,
            created_at: document.uploaded_at,
            updated_at: document.updated_at,
            pages: document.pages,
            pages_without_text: document.pages_without_text,
            pages_recognised: document.pages_recognised,
            chunks: document.chunks,
            progress: document.progress,
            error: document.error,
        }
    }
}
