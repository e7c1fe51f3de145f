//! Putting the file of a document that has been read again, from a backup.
//!
//! A document that has been read has the tag of its file, and the ingest reads a file with another tag again. The tag
//! may change on its way (files uploaded in parts, encryption with keys of KMS). Therefore a restore claims the document
//! as the ingest does, puts the file, and gives the document back with the tag that the file has now.

use super::documents::key;
use super::expressions::{Change, Condition};
use super::runs::Run;
use super::{DocumentStatus, Store, StoreResult};
use foundation::ids::{DocumentId, UserId};
use foundation::time;

/// Longer than putting the largest file takes. A document whose restore died waits for this long.
const LEASE_SECONDS: i64 = 900;

impl Store {
    /// Claims a document that has this status and this tag; `None` if it has changed.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn claim_for_restore(
        &self,
        user: &UserId,
        id: &DocumentId,
        status: DocumentStatus,
        etag: &str,
    ) -> StoreResult<Option<Run>> {
        let run = Run::new(key(user, id));
        let change = Change::new()
            .set("status", DocumentStatus::Processing)
            .set("run", run.id())
            .set("leaseUntil", time::now().as_millisecond() + LEASE_SECONDS * 1000);
        let unchanged = Condition::equals("status", status).and(Condition::equals("sourceEtag", etag));
        let is_claimed = self.change_if(run.key(), change, unchanged).await?;
        Ok(is_claimed.then_some(run))
    }

    /// Gives a document back that was claimed for a restore, with the tag of its file. It does nothing if the claim no
    /// longer stands.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn release_restored(&self, run: &Run, status: DocumentStatus, etag: &str) -> StoreResult<()> {
        let change = Change::new().set("status", status).set("sourceEtag", etag).remove(["run", "leaseUntil"]);
        self.change_if(run.key(), change, run.stands()).await?;
        Ok(())
    }
}
