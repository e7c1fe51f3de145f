//! The ingest of a document, as the document remembers it.

use super::documents::key;
use super::item::{Expression, Key};
use super::runs::{Claim, Claimable, Failure, Progress, Run};
use super::{Document, DocumentStatus, Store, StoreResult, Write};
use foundation::ids::{DocumentId, UserId};
use foundation::time;

/// What an ingest found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ingested {
    /// Bytes of the file.
    pub file_size: u64,
    /// Number of pages.
    pub pages: u32,
    /// Pages without readable text.
    pub pages_without_text: u32,
    /// Pages of which some or all was recognised on pictures.
    pub pages_recognised: u32,
    /// Number of passages.
    pub chunks: u32,
    /// Tag of the file.
    pub source_etag: String,
}

/// A document that has been processing without any sign of life for this long may be asked for
/// again: its event was lost.
const FORGOTTEN_SECONDS: i64 = 600;

impl Document {
    /// Whether the document waits for an ingest that nobody has begun.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.status == DocumentStatus::Processing && self.attempts == 0
    }
}

impl Claimable for Document {
    const UNTIL_CLAIMED: &'static [&'static str] = &["expiresAt"];

    fn is_open(&self) -> bool {
        matches!(self.status, DocumentStatus::Uploading | DocumentStatus::Processing)
    }
}

impl Store {
    /// Sets a finished (or forgotten) document back to waiting for its ingest.
    ///
    /// # Errors
    /// [`super::StoreError::Condition`] when it is gone, waits for its file, or is being processed.
    pub async fn restart_document(&self, user: &UserId, id: &DocumentId) -> StoreResult<Document> {
        let now = time::now();
        let forgotten = time::sortable(time::in_seconds(-FORGOTTEN_SECONDS));
        let update = Expression::new(
            "SET #status = :processing, #progress = :waiting, #attempts = :zero, #updated = :updated \
             REMOVE #error, #run, #lease",
        )
        .name("#status", "status")
        .name("#progress", "progress")
        .name("#attempts", "attempts")
        .name("#updated", "updatedAt")
        .name("#error", "error")
        .name("#run", "run")
        .name("#lease", "leaseUntil")
        .value(":processing", DocumentStatus::Processing)
        .value(":waiting", Progress::WAITING)
        .value(":zero", 0)
        .value(":updated", now);
        let condition = Expression::existing(
            "#status IN (:ready, :failed) OR (#status = :processing AND #updated < :forgotten \
             AND (attribute_not_exists(#lease) OR #lease < :now))",
        )
        .value(":ready", DocumentStatus::Ready)
        .value(":failed", DocumentStatus::Failed)
        .value(":forgotten", forgotten)
        .value(":now", now.as_millisecond());
        self.update(&key(user, id), update, Some(condition)).await
    }

    /// Claims a document for its ingest.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn claim_document(&self, user: &UserId, id: &DocumentId) -> StoreResult<Claim<Document>> {
        self.claim(key(user, id)).await
    }

    /// Notes how many bytes the file of a document has; `room` is the write that says that there is room for them,
    /// from [`crate::billing::Billing::check_size`].
    ///
    /// # Errors
    /// [`super::StoreError::Condition`] with the place 0 when other documents were kept at the same time, else when the
    /// claim does not stand any more.
    pub async fn book_document(&self, run: &Run, size: u64, room: Write) -> StoreResult<()> {
        let update = Expression::new("SET #size = :size").name("#size", "fileSize").value(":size", size);
        let book = Write::Update { key: run.key().clone(), update, condition: Some(run.stands()) };
        self.transact(vec![room, book]).await
    }

    /// Records why a run failed whose file is not kept: its bytes count no more.
    ///
    /// # Errors
    /// [`super::StoreError::Condition`] when the claim does not stand any more.
    pub async fn fail_without_file(&self, run: &Run, failure: &Failure) -> StoreResult<()> {
        self.fail_freed(run.key(), failure, run.stands()).await
    }

    /// Records why the file of a document that waits for it is not kept; whether it was still waited for.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn refuse_upload(&self, user: &UserId, id: &DocumentId, failure: &Failure) -> StoreResult<bool> {
        let waits = Expression::existing("#status = :uploading").value(":uploading", DocumentStatus::Uploading);
        match self.fail_freed(&key(user, id), failure, waits).await {
            Err(error) if error.is_condition() => Ok(false),
            other => other.map(|()| true),
        }
    }

    async fn fail_freed(&self, key: &Key, failure: &Failure, condition: Expression) -> StoreResult<()> {
        let update = Expression::new(
            "SET #status = :failed, #error = :error, #updated = :updated, #size = :none \
             REMOVE #etag, #run, #lease, #progress, #expires",
        )
        .name("#status", "status")
        .name("#error", "error")
        .name("#updated", "updatedAt")
        .name("#size", "fileSize")
        .name("#etag", "sourceEtag")
        .name("#run", "run")
        .name("#lease", "leaseUntil")
        .name("#progress", "progress")
        .name("#expires", "expiresAt")
        .value(":failed", DocumentStatus::Failed)
        .value(":error", failure)
        .value(":updated", time::now())
        .value(":none", 0);
        let _: serde::de::IgnoredAny = self.update(key, update, Some(condition)).await?;
        Ok(())
    }

    /// Notes that the file of a finished document is no longer the one that was read: it is not kept, and counts no
    /// more. What was read of it stays, with `note` for the person who looks.
    ///
    /// # Errors
    /// [`super::StoreError::Condition`] when the document is gone or is being processed again.
    pub async fn note_replaced_file(&self, document: &Document, note: &Failure) -> StoreResult<()> {
        let update = Expression::new("SET #size = :none, #error = :error, #updated = :updated REMOVE #etag")
            .name("#size", "fileSize")
            .name("#error", "error")
            .name("#updated", "updatedAt")
            .name("#etag", "sourceEtag")
            .value(":none", 0)
            .value(":error", document.error.as_ref().unwrap_or(note))
            .value(":updated", time::now());
        let finished = Expression::existing("#status IN (:ready, :failed) AND #updated = :seen")
            .name("#status", "status")
            .name("#updated", "updatedAt")
            .value(":seen", document.updated_at)
            .value(":ready", DocumentStatus::Ready)
            .value(":failed", DocumentStatus::Failed);
        let key = key(&document.user_id, &document.id);
        let _: serde::de::IgnoredAny = self.update(&key, update, Some(finished)).await?;
        Ok(())
    }

    /// Ends a run well: the document can be searched.
    ///
    /// # Errors
    /// [`super::StoreError::Condition`] when the claim does not stand any more.
    pub async fn finish_document(&self, run: &Run, found: &Ingested) -> StoreResult<Document> {
        let update = Expression::new(
            "SET #status = :ready, #size = :size, #pages = :pages, #without = :without, #recognised = :recognised, #chunks = :chunks, \
             #etag = :etag, #searchable = :true, #updated = :updated \
             REMOVE #error, #progress, #run, #lease",
        )
        .name("#status", "status")
        .name("#size", "fileSize")
        .name("#pages", "pages")
        .name("#without", "pagesWithoutText")
        .name("#recognised", "pagesRecognised")
        .name("#chunks", "chunks")
        .name("#etag", "sourceEtag")
        .name("#searchable", "searchable")
        .name("#updated", "updatedAt")
        .name("#error", "error")
        .name("#progress", "progress")
        .name("#run", "run")
        .name("#lease", "leaseUntil")
        .value(":ready", DocumentStatus::Ready)
        .value(":size", found.file_size)
        .value(":pages", found.pages)
        .value(":without", found.pages_without_text)
        .value(":recognised", found.pages_recognised)
        .value(":chunks", found.chunks)
        .value(":etag", &found.source_etag)
        .value(":true", true)
        .value(":updated", time::now());
        self.update(run.key(), update, Some(run.stands())).await
    }
}
