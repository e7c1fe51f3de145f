//! The types of the answers, to be compared with the description.

use shared::http::{AnswerSchema, answer};

use crate::{embed, search};

/// What each operation answers that answers with JSON.
#[must_use]
pub fn answers() -> Vec<AnswerSchema> {
    [answer::<search::SearchResponse>(&["search"]), answer::<embed::EmbedResponse>(&["embed"])].concat()
}
