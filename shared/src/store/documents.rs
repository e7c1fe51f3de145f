//! Documents of a user's repository.
//!
//! Identifiers are ULIDs, so the sort key is the order of upload, and lists are read from the table
//! itself: strongly consistent, and without an index that every note of progress would be written to
//! a second time.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::expressions::{Change, Condition};
use super::figures::{Difference, Figure, UPLOADS};
use super::item::Key;
use super::runs::{Failure, Progress};
use super::{Listing, Store, StoreResult, Write};
use foundation::ids::{DocumentId, UserId};
use foundation::time;

/// Where a document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum DocumentStatus {
    /// Its file has not arrived yet.
    Uploading,
    /// It waits for its ingest, or is in it.
    Processing,
    /// It can be searched.
    Ready,
    /// Its ingest failed; the document says why.
    Failed,
    /// It is being deleted; a deletion that stopped half-way is asked for again.
    Deleting,
}

impl DocumentStatus {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Uploading => "uploading",
            Self::Processing => "processing",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Deleting => "deleting",
        }
    }
}

/// A multipart upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MultipartState {
    /// Names it to object storage.
    pub upload_id: String,
    /// Number of its parts.
    pub parts: u32,
    /// Whether they were put together.
    pub completed: bool,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// Whose it is.
    pub user_id: UserId,
    /// The name of its file.
    pub file_name: String,
    /// Bytes: as declared, and as found once the file was read.
    pub file_size: u64,
    /// Where it was registered from; none for a direct upload.
    pub source_url: Option<String>,
    /// The id under which the registering client knows the file. Kept, never trusted.
    pub file_id: Option<String>,
    /// The path under which the registering client keeps the file. Kept, never trusted.
    pub blob_path: Option<String>,
    /// Where it stands.
    pub status: DocumentStatus,
    /// When it was registered or its upload was begun.
    pub uploaded_at: Timestamp,
    /// When anything of it last changed.
    pub updated_at: Timestamp,
    /// Number of pages, once read.
    pub pages: Option<u32>,
    /// Pages that hold no readable text (scans, drawings).
    pub pages_without_text: Option<u32>,
    /// Pages of which some or all was recognised on pictures, once it was processed.
    #[serde(default)]
    pub pages_recognised: Option<u32>,
    /// Number of passages that can be found.
    pub chunks: Option<u32>,
    /// How far its ingest is.
    pub progress: Option<Progress>,
    /// Why its ingest failed.
    pub error: Option<Failure>,
    /// Its multipart upload, where it came by one.
    pub upload: Option<MultipartState>,
    /// Until when its file may arrive; epoch seconds. None once it has arrived.
    pub expires_at: Option<i64>,
    /// Attempts to ingest it since it was last asked for.
    #[serde(default)]
    pub attempts: u32,
    /// Tag of the file that was last ingested, well or not.
    pub source_etag: Option<String>,
    /// Whether a search segment of it is stored. Stays while the document is processed again.
    #[serde(default)]
    pub searchable: bool,
    /// The list of all uploads, once the document counts as one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) list_partition: Option<String>,
    /// Its place there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) list_sort: Option<String>,
}

/// A document that is about to be registered.
#[derive(Debug, Clone)]
pub struct NewDocument {
    /// The name of its file.
    pub file_name: String,
    /// Bytes, as declared.
    pub file_size: u64,
    /// Where it is to be fetched from.
    pub source_url: Option<String>,
    /// As in [`Document`].
    pub file_id: Option<String>,
    /// As in [`Document`].
    pub blob_path: Option<String>,
}

/// The marker that makes an address unique among a user's documents.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct UrlMarker {
    document_id: DocumentId,
}

/// A document whose file has not arrived by then is forgotten.
const UPLOAD_SECONDS: i64 = 7 * 86_400;

impl Document {
    /// A document whose file is to arrive (`uploading`), or is to be fetched (`processing`).
    #[must_use]
    pub fn new(user: &UserId, new: NewDocument) -> Self {
        let now = time::now();
        let status = match new.source_url {
            Some(_) => DocumentStatus::Processing,
            None => DocumentStatus::Uploading,
        };
        let id = DocumentId::new();
        let is_listed = status != DocumentStatus::Uploading;
        Self {
            list_partition: is_listed.then(|| UPLOADS.to_owned()),
            list_sort: is_listed.then(|| id.to_string()),
            id,
            user_id: user.clone(),
            file_name: new.file_name,
            file_size: new.file_size,
            progress: new.source_url.is_some().then_some(Progress::WAITING),
            source_url: new.source_url,
            file_id: new.file_id,
            blob_path: new.blob_path,
            status,
            uploaded_at: now,
            updated_at: now,
            pages: None,
            pages_without_text: None,
            pages_recognised: None,
            chunks: None,
            error: None,
            upload: None,
            expires_at: (status == DocumentStatus::Uploading).then(|| now.as_second() + UPLOAD_SECONDS),
            attempts: 0,
            source_etag: None,
            searchable: false,
        }
    }

    fn is_alive(&self) -> bool {
        self.expires_at.is_none_or(|at| at > time::now().as_second())
    }
}

/// Why a file is not kept that has another size than was announced, in bytes.
#[must_use]
pub fn size_mismatch(announced: u64, arrived: u64) -> Failure {
    let message = format!("{announced} bytes were announced, but {arrived} arrived. Please upload the file again.");
    Failure::new("file_size_mismatch", message)
}

fn partition(user: &UserId) -> String {
    format!("USER#{user}")
}

pub(super) fn key(user: &UserId, id: &DocumentId) -> Key {
    Key::new(partition(user), format!("DOC#{id}"))
}

pub(super) fn url_key(user: &UserId, url: &str) -> Key {
    Key::new(partition(user), format!("DOCURL#{}", hex::encode(Sha256::digest(url.as_bytes()))))
}

impl Store {
    /// Keeps new documents, all or none, with the markers of their addresses. `room` is the write that
    /// says that there is still room for them, from [`crate::billing::Billing::check_documents`]. False when an address
    /// is registered already, or other documents were kept at the same time.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn create_documents(&self, documents: &[Document], room: Write) -> StoreResult<bool> {
        let mut writes = vec![room];
        let mut difference = Difference::default();
        for document in documents {
            if document.is_counted() {
                difference = difference.and(Figure::Uploads, document.uploaded_at, 1);
            }
            let new = Write::put(key(&document.user_id, &document.id), document)?;
            writes.push(new.when(Condition::absent()));
            if let Some(url) = &document.source_url {
                let marker = UrlMarker { document_id: document.id.clone() };
                let marker = Write::put(url_key(&document.user_id, url), &marker)?;
                writes.push(marker.when(Condition::absent()));
            }
        }
        writes.extend(documents.first().map(|first| difference.writes(&first.user_id)).unwrap_or_default());
        Ok(self.transact(writes).await?.is_ok())
    }

    /// Reads a document.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn document(&self, user: &UserId, id: &DocumentId) -> StoreResult<Option<Document>> {
        let found: Option<Document> = self.get(&key(user, id)).await?;
        Ok(found.filter(Document::is_alive))
    }

    /// The user's document that was registered from `url`.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn document_by_url(&self, user: &UserId, url: &str) -> StoreResult<Option<Document>> {
        let marker: Option<UrlMarker> = self.get(&url_key(user, url)).await?;
        match marker {
            Some(marker) => self.document(user, &marker.document_id).await,
            None => Ok(None),
        }
    }

    /// All documents of a user, newest first.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn documents(&self, user: &UserId) -> StoreResult<Vec<Document>> {
        let mut all: Vec<Document> = self.list(Listing::new(partition(user), "DOC#").newest_first()).await?;
        all.retain(Document::is_alive);
        Ok(all)
    }

    /// Notes that the parts of a multipart upload were put together; `None` when the document is gone.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn complete_document_upload(&self, user: &UserId, id: &DocumentId) -> StoreResult<Option<Document>> {
        let change = Change::new().set("upload.completed", true).set("updatedAt", time::now());
        self.update_if(&key(user, id), change, Condition::present()).await
    }

    /// Begins the deletion of a document: from now on it cannot be searched, and the next write of a running ingest
    /// fails. The item goes last, so that whatever is left can be found and deleted again. `None` when it is gone.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn begin_document_deletion(&self, user: &UserId, id: &DocumentId) -> StoreResult<Option<Document>> {
        let change = Change::new()
            .set("status", DocumentStatus::Deleting)
            .set("searchable", false)
            .set("updatedAt", time::now())
            .remove(["error", "progress", "run", "leaseUntil", "expiresAt"]);
        self.update_if(&key(user, id), change, Condition::present()).await
    }

    /// Deletes a document and the marker of its address; whether it was there.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn delete_document(&self, document: &Document) -> StoreResult<bool> {
        let (user, id) = (&document.user_id, &document.id);
        if self.delete_as_seen(document).await? {
            return Ok(true);
        }
        // An ingest that began before the deletion may have counted it meanwhile.
        match self.get::<Document>(&key(user, id)).await? {
            Some(now) if now.is_counted() != document.is_counted() => self.delete_as_seen(&now).await,
            _ => Ok(false),
        }
    }
}
