//! Converts errors to frames.

use answers::conversation::ConversationError;
use foundation::ApiError;

use crate::frames::ServerFrame;

/// The error for the client of a refused or failed question.
pub(crate) fn of(error: ConversationError) -> ApiError {
    match error {
        ConversationError::NoSuchChat => ApiError::not_found("Session"),
        ConversationError::AnswerInProgress => ApiError::conflict(
            "answer_in_progress",
            "An answer is still being written in this chat. Wait for it or stop it first.",
        ),
        ConversationError::TooManyAnswers => {
            ApiError::unavailable("busy", "Too many answers are being written right now. Please try again in a moment.")
        }
        ConversationError::Limit(reached) => reached.into(),
        ConversationError::Store(error) => error.into(),
        ConversationError::Objects(error) => error.into(),
        // What remains is asked of messages that are there; here only new ones are.
        error => ApiError::internal(error),
    }
}

/// An error frame with code and message, never with the cause.
pub(crate) fn frame(error: &ApiError) -> ServerFrame {
    let (code, message) = (error.code().to_owned(), error.message().to_owned());
    ServerFrame::Error { code, message, data: error.data().clone() }
}
