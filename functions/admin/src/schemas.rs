//! The types of the answers, to be compared with the description.

use shared::http::{AnswerSchema, Reply, answer};

use crate::dashboard::Dashboard;
use crate::sessions::SessionsView;
use crate::trends::Trends;
use crate::uploads::UploadView;
use crate::users::UserView;

/// What each operation answers that answers with JSON.
#[must_use]
pub fn answers() -> Vec<AnswerSchema> {
    [
        answer::<Reply<Dashboard>>(&["getDashboard"]),
        answer::<Reply<Trends>>(&["getTrends"]),
        answer::<Reply<Vec<UserView>>>(&["listUsers"]),
        answer::<Reply<Vec<UploadView>>>(&["listUploads"]),
        answer::<Reply<Vec<SessionsView>>>(&["listUserSessions"]),
    ]
    .concat()
}
