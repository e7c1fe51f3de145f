//! Asking `ingest` for work: an object whose put is the event.

use serde_json::json;

use crate::objects::{ObjectKey, ObjectResult, Objects};
use foundation::ids::{DocumentId, UserId};

/// What is asked for; written for whoever looks at the bucket, since the document itself says what
/// is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IngestRequest {
    /// Fetch a document from its address and read it.
    Import,
    /// Read a document once more.
    Reprocess,
}

impl IngestRequest {
    /// Puts the request.
    ///
    /// # Errors
    /// [`crate::objects::ObjectError`].
    pub async fn send(self, objects: &Objects, user: &UserId, document: &DocumentId) -> ObjectResult<()> {
        let kind = match self {
            Self::Import => "import",
            Self::Reprocess => "reprocess",
        };
        let key = ObjectKey::Request(user.clone(), document.clone());
        objects.put(&key, "application/json", json!({"kind": kind}).to_string()).await
    }
}
