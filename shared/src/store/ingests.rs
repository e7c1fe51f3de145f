//! The ingest of a document, as the document remembers it.

use super::documents::key;
use super::error::StoreError;
use super::expressions::{Change, Condition};
use super::figures::{Difference, Figure};
use super::item::Key;
use super::runs::{Claim, Claimable, Failure, Progress, Run, lease_is_over};
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

/// What came of counting the bytes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Booking {
    /// They are counted.
    Done,
    /// Other documents were kept at the same time: whether there is room has to be looked at again.
    Overtaken,
    /// The claim does not stand any more.
    Lost,
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
    /// Sets a finished (or forgotten) document back to waiting for its ingest; `None` when it is gone, waits for its
    /// file, or is being processed.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn restart_document(&self, user: &UserId, id: &DocumentId) -> StoreResult<Option<Document>> {
        let now = time::now();
        let change = Change::new()
            .set("status", DocumentStatus::Processing)
            .set("progress", Progress::WAITING)
            .set("attempts", 0)
            .set("updatedAt", now)
            .remove(["error", "run", "leaseUntil"]);
        let forgotten = Condition::equals("status", DocumentStatus::Processing)
            .and(Condition::below("updatedAt", time::sortable(time::in_seconds(-FORGOTTEN_SECONDS))))
            .and(lease_is_over(now));
        self.update_if(&key(user, id), change, is_finished().or(forgotten)).await
    }

    /// Claims a document for its ingest.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn claim_document(&self, user: &UserId, id: &DocumentId) -> StoreResult<Claim<Document>> {
        let claimed = self.claim(key(user, id)).await?;
        if let Claim::Taken(_, document) = &claimed {
            self.count_arrival(document).await?;
        }
        Ok(claimed)
    }

    /// Counts a document whose file has arrived, which may be seen several times.
    async fn count_arrival(&self, document: &Document) -> StoreResult<()> {
        if !document.is_counted() {
            unless_closed(self.count_upload(document).await)?;
        }
        Ok(())
    }

    /// Notes how many bytes the file of a document has; `room` is the write that says that there is room for them,
    /// from [`crate::billing::Billing::check_size`].
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn book_document(&self, run: &Run, size: u64, room: Write) -> StoreResult<Booking> {
        let book = Write::change(run.key().clone(), Change::new().set("fileSize", size)).when(run.stands());
        Ok(match self.transact(vec![room, book]).await? {
            Ok(()) => Booking::Done,
            Err(refused) if refused.failed == [0] => Booking::Overtaken,
            Err(_) => Booking::Lost,
        })
    }

    /// Records why a run failed whose file is not kept: its bytes count no more. False when the claim does not stand
    /// any more.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn fail_without_file(&self, run: &Run, failure: &Failure) -> StoreResult<bool> {
        self.fail_freed(run.key(), failure, run.stands()).await
    }

    /// Records why the file of a document that waits for it is not kept; whether it was still waited for.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn refuse_upload(&self, user: &UserId, id: &DocumentId, failure: &Failure) -> StoreResult<bool> {
        let waits = Condition::equals("status", DocumentStatus::Uploading);
        let is_refused = self.fail_freed(&key(user, id), failure, waits).await?;
        if is_refused && let Some(document) = self.document(user, id).await? {
            self.count_arrival(&document).await?;
        }
        Ok(is_refused)
    }

    async fn fail_freed(&self, key: &Key, failure: &Failure, condition: Condition) -> StoreResult<bool> {
        let change = Change::new()
            .set("status", DocumentStatus::Failed)
            .set("error", failure)
            .set("updatedAt", time::now())
            .set("fileSize", 0)
            .remove(["sourceEtag", "run", "leaseUntil", "progress", "expiresAt"]);
        self.change_if(key, change, condition).await
    }

    /// Notes that the file of a finished document is no longer the one that was read: it is not kept, and counts no
    /// more. What was read of it stays, with `note` for the person who looks. False when the document is gone or is
    /// being processed again.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn note_replaced_file(&self, document: &Document, note: &Failure) -> StoreResult<bool> {
        let change = Change::new()
            .set("fileSize", 0)
            .set("error", document.error.as_ref().unwrap_or(note))
            .set("updatedAt", time::now())
            .remove(["sourceEtag"]);
        let unchanged = is_finished().and(Condition::equals("updatedAt", document.updated_at));
        self.change_if(&key(&document.user_id, &document.id), change, unchanged).await
    }

    /// Ends a run well: the document, as it was claimed, can be searched. False when the claim does not stand any more.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn finish_document(&self, run: &Run, claimed: &Document, found: &Ingested) -> StoreResult<bool> {
        let change = Change::new()
            .set("status", DocumentStatus::Ready)
            .set("fileSize", found.file_size)
            .set("pages", found.pages)
            .set("pagesWithoutText", found.pages_without_text)
            .set("pagesRecognised", found.pages_recognised)
            .set("chunks", found.chunks)
            .set("sourceEtag", &found.source_etag)
            .set("searchable", true)
            .set("updatedAt", time::now())
            .remove(["error", "progress", "run", "leaseUntil"]);
        if claimed.was_read() {
            return self.change_if(run.key(), change, run.stands()).await;
        }
        let mut writes = vec![Write::change(run.key().clone(), change).when(run.stands())];
        writes.extend(Difference::of(Figure::Ready, claimed.uploaded_at, 1).writes(&claimed.user_id));
        Ok(matches!(unless_closed(self.transact(writes).await)?, Some(Ok(()))))
    }
}

/// What came of a write; `None` where the account was deleted meanwhile, whose items are being removed.
fn unless_closed<T>(written: StoreResult<T>) -> StoreResult<Option<T>> {
    match written {
        Err(StoreError::AccountDeleted) => Ok(None),
        written => written.map(Some),
    }
}

/// The document was ingested, well or not.
fn is_finished() -> Condition {
    Condition::equals("status", DocumentStatus::Ready).or(Condition::equals("status", DocumentStatus::Failed))
}
