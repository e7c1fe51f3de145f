//! The types of the answers, to be compared with the description.

use shared::http::{AnswerSchema, Reply, answer};

use crate::list::Documents;
use crate::page::PageView;
use crate::register::Registered;
use crate::upload::Begun;
use crate::view::DocumentView;

/// What each operation answers that answers with JSON.
#[must_use]
pub fn answers() -> Vec<AnswerSchema> {
    [
        answer::<Reply<()>>(&["deleteDocument"]),
        answer::<Reply<Documents>>(&["listDocuments"]),
        answer::<Reply<Registered>>(&["registerDocuments"]),
        answer::<Reply<DocumentView>>(&["getDocument", "reprocess", "completeUpload"]),
        answer::<Reply<PageView>>(&["getPage"]),
        answer::<Reply<Begun>>(&["beginUpload"]),
    ]
    .concat()
}
