//! Asking `ingest` for work: an object whose put is the event.

use serde_json::json;
use shared::objects::{ObjectKey, ObjectResult};
use shared::store::Document;

use crate::State;

/// What is asked for; written for whoever looks at the bucket, since the document itself says what
/// is to be done.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asked {
    Import,
    Reprocess,
}

impl State {
    pub(crate) async fn ask_for(&self, asked: Asked, document: &Document) -> ObjectResult<()> {
        let kind = match asked {
            Asked::Import => "import",
            Asked::Reprocess => "reprocess",
        };
        let key = ObjectKey::Request(document.user_id.clone(), document.id.clone());
        self.context.objects.put(&key, "application/json", json!({"kind": kind}).to_string()).await
    }
}
