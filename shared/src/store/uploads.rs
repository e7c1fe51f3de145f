//! Documents in the figures and the list of all users' uploads.
//!
//! A document counts once its file has arrived; before that it may expire, and nobody would hear of it. Its place in the
//! list says that it is counted.

use super::documents::{key, url_key};
use super::expressions::{Change, Condition};
use super::figures::{Difference, Figure, UPLOADS};
use super::{Document, Store, StoreResult, Write};

impl Document {
    /// Whether it counts as an upload: its file has arrived, or is fetched.
    pub(super) fn counts(&self) -> bool {
        self.expires_at.is_none()
    }

    /// Whether it is counted as an upload.
    pub(super) fn is_counted(&self) -> bool {
        self.list_partition.is_some()
    }

    /// Whether it was read at least once.
    pub(super) fn was_read(&self) -> bool {
        self.chunks.is_some()
    }

    /// Itself in the figures, so many times.
    pub(super) fn difference(&self, number: i64) -> Difference {
        let uploads = Difference::of(Figure::Uploads, self.uploaded_at, number);
        uploads.and(Figure::Ready, self.uploaded_at, if self.was_read() { number } else { 0 })
    }
}

impl Store {
    /// Counts a document as an upload and puts it into the list of all, if it is there and was not counted before.
    pub(super) async fn count_upload(&self, document: &Document) -> StoreResult<()> {
        let mut writes = vec![listing(document)];
        writes.extend(document.difference(1).writes(&document.user_id));
        // Refused, it is counted already or gone.
        let _ = self.transact(writes).await?;
        Ok(())
    }

    /// Only puts a document into the list of all uploads, if it is not in it.
    pub(super) async fn list_upload(&self, document: &Document) -> StoreResult<()> {
        if !document.is_counted() {
            let _ = self.transact(vec![listing(document)]).await?;
        }
        Ok(())
    }

    /// Deletes a document that is still counted, or still not counted, as it was when it was read.
    pub(super) async fn delete_as_seen(&self, document: &Document) -> StoreResult<bool> {
        let (user, id) = (&document.user_id, &document.id);
        let delete = Write::delete(key(user, id));
        let mut writes = if document.is_counted() {
            let mut writes = vec![delete.when(Condition::exists("listPartition"))];
            writes.extend(document.difference(-1).writes(user));
            writes
        } else {
            vec![delete.when(is_uncounted())]
        };
        if let Some(url) = &document.source_url {
            writes.push(Write::delete(url_key(user, url)));
        }
        Ok(self.transact(writes).await?.is_ok())
    }
}

/// The document is there and not in the list of all uploads.
fn is_uncounted() -> Condition {
    Condition::present().and(Condition::missing("listPartition"))
}

/// The write that puts a document into the list of all uploads.
fn listing(document: &Document) -> Write {
    let change = Change::new().set("listPartition", UPLOADS).set("listSort", &document.id);
    Write::change(key(&document.user_id, &document.id), change).when(is_uncounted())
}
