//! What a refused or failed conversation is on the wire.

use answers::conversation::ConversationError;
use foundation::ApiError;
use shared::store::AnswerFailure;

/// Seconds after which a message may be repeated whose answer is waited for by others.
const FOLLOWED_SECONDS: u64 = 5;

/// The answer to a request that could not be done.
pub fn refusal(error: ConversationError) -> ApiError {
    match error {
        ConversationError::NoSuchChat => ApiError::not_found("Session"),
        ConversationError::NoSuchMessage => ApiError::not_found("Message"),
        ConversationError::AnswerInProgress => ApiError::conflict(
            "answer_in_progress",
            "An answer is still being written in this chat. Wait for it or stop it first.",
        ),
        ConversationError::NotOwnWords => {
            ApiError::bad_request("not_own_message", "Only your own messages can be changed.")
        }
        ConversationError::NotAnAnswer => ApiError::bad_request("not_an_answer", "Only answers can be rated."),
        ConversationError::NothingToAnswer => {
            ApiError::bad_request("nothing_to_answer", "There is no question here that could be answered.")
        }
        ConversationError::TooManyAnswers => {
            ApiError::unavailable("busy", "Too many answers are being written right now. Please try again in a moment.")
        }
        ConversationError::TooManyFollowers => ApiError::too_many_requests(
            "too_many_requests",
            "This message was sent several times, and its answer is being waited for. Please wait for it, or open the chat.",
            FOLLOWED_SECONDS,
        ),
        ConversationError::KeyOfAnother => ApiError::conflict(
            "idempotency_key_reused",
            "This Idempotency-Key was used with another message. Please use a new one for every message.",
        ),
        ConversationError::Limit(reached) => reached.into(),
        ConversationError::Store(error) => error.into(),
        ConversationError::Objects(error) => error.into(),
    }
}

/// The answer to a request whose answer failed, where nothing was streamed. The question is kept.
pub fn failed(failure: AnswerFailure) -> ApiError {
    match failure.code.as_str() {
        "internal_error" => ApiError::internal("an answer failed; its cause is logged where it arose"),
        "answer_lost" => ApiError::conflict(failure.code, failure.message),
        _ => ApiError::unavailable(failure.code, failure.message),
    }
}
