//! The types of the answers, to be compared with the description.

use shared::http::{AnswerSchema, Reply, answer};

use crate::messages::send::Exchange;
use crate::sessions::clean_up::CleanedUp;
use crate::sessions::list::Sessions;
use crate::sse::Message;
use crate::views::{MessageView, SessionView};

/// What each operation answers that answers with JSON.
#[must_use]
pub fn answers() -> Vec<AnswerSchema> {
    [
        answer::<Reply<()>>(&["deleteSession", "stopStream", "stopStreamByDelete", "deleteMessage"]),
        answer::<Reply<Sessions>>(&["listSessions"]),
        answer::<Reply<CleanedUp>>(&["cleanUpStopped"]),
        answer::<Reply<SessionView>>(&["createSession", "getSession", "updateSession"]),
        answer::<SessionView>(&["exportSession"]),
        answer::<Reply<MessageView>>(&["rewordMessage", "giveFeedback"]),
        answer::<Reply<Exchange>>(&["askInNewSession", "ask"]),
        answer::<Message<'static>>(&["streamInNewSession", "stream", "regenerate"]),
    ]
    .concat()
}
