//! What the bucket holds of a document.

use foundation::ids::{DocumentId, UserId};

use super::{ObjectKey, ObjectResult, Objects};

impl Objects {
    /// Deletes all of a document: its file, requests to read it, what was read of it, and the pictures of its pages.
    /// What is not there is no error.
    ///
    /// # Errors
    /// When the bucket fails: then some of it may be left.
    pub async fn delete_document(&self, user: &UserId, document: &DocumentId) -> ObjectResult<()> {
        self.delete_ingested(user, document).await?;
        self.delete_all(&ObjectKey::drawn_of(user, document)).await
    }

    /// The same without pictures of pages, which an ingest neither makes nor may delete.
    ///
    /// # Errors
    /// As [`Self::delete_document`].
    pub async fn delete_ingested(&self, user: &UserId, document: &DocumentId) -> ObjectResult<()> {
        for kind in [ObjectKey::Source, ObjectKey::Request, ObjectKey::Segment, ObjectKey::Pages] {
            self.delete(&kind(user.clone(), document.clone())).await?;
        }
        Ok(())
    }
}
