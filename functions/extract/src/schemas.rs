//! The types of the answers, to be compared with the description.

use shared::http::{AnswerSchema, answer};

use crate::progress::{Linked, Passed};
use crate::start::Started;

/// What each operation answers that answers with JSON.
#[must_use]
pub fn answers() -> Vec<AnswerSchema> {
    [
        answer::<Started>(&["extractText"]),
        answer::<Passed>(&["extractProgress"]),
        answer::<Linked>(&["extractProgress"]),
    ]
    .concat()
}
