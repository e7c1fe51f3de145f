//! The types of the answers, to be compared with the description.

use serde_json::Value;
use shared::http::{AnswerSchema, Reply, answer};

use crate::login::LoggedIn;
use crate::sessions::Sessions;
use crate::tokens::Issued;

/// What each operation answers that answers with JSON.
#[must_use]
pub fn answers() -> Vec<AnswerSchema> {
    [
        answer::<Reply<()>>(&[
            "resendOtp",
            "forgotPassword",
            "resetPassword",
            "logout",
            "logoutByPost",
            "revokeSignIn",
        ]),
        answer::<Reply<LoggedIn>>(&["login"]),
        answer::<Reply<Issued>>(&["refresh"]),
        answer::<Reply<Sessions>>(&["listSignIns"]),
        answer::<Reply<Value>>(&["register", "verifyOtp", "wsTicket"]),
    ]
    .concat()
}
