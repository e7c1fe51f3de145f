//! The types of the answers, to be compared with the description.

use shared::http::{AnswerSchema, answer};

use crate::{detect, explain, ocr};

/// What each operation answers that answers with JSON.
#[must_use]
pub fn answers() -> Vec<AnswerSchema> {
    [
        answer::<detect::Answer>(&["detectObjects"]),
        answer::<ocr::Answer>(&["readText"]),
        answer::<explain::Answer>(&["explainPicture"]),
    ]
    .concat()
}
