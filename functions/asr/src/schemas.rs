//! The types of the answers, to be compared with the description.

use shared::http::{AnswerSchema, answer};

use crate::transcribe::TranscriptView;

/// What each operation answers that answers with JSON.
#[must_use]
pub fn answers() -> Vec<AnswerSchema> {
    answer::<TranscriptView>(&["transcribe"])
}
