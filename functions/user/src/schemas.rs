//! The types of the answers, to be compared with the description.

use shared::http::{AnswerSchema, Reply, answer};
use shared::store::Settings;

use crate::profile::Profile;

/// What each operation answers that answers with JSON.
#[must_use]
pub fn answers() -> Vec<AnswerSchema> {
    [
        answer::<Reply<()>>(&["changePassword", "mailEmailCode", "mailDeletionCode", "deleteAccount"]),
        answer::<Reply<Profile>>(&["getProfile", "updateProfile"]),
        answer::<Reply<Settings>>(&["getSettings", "updateSettings"]),
    ]
    .concat()
}
