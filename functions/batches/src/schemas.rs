//! The types of the answers, to be compared with the description.

use shared::http::{AnswerSchema, answer};

use crate::cancel::Cancelled;
use crate::view::{CheckedJob, QueuedBatch};

/// What each operation answers that answers with JSON.
#[must_use]
pub fn answers() -> Vec<AnswerSchema> {
    [
        answer::<QueuedBatch>(&["uploadBatch"]),
        answer::<Vec<CheckedJob>>(&["batchEvents"]),
        answer::<Cancelled>(&["cancelBatch"]),
    ]
    .concat()
}
