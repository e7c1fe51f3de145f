//! Why something cannot be done with a chat session.

use foundation::ApiError;
use shared::billing::{BillingError, LimitReached};
use shared::objects::ObjectError;
use shared::store::StoreError;

/// A refusal or failure.
#[derive(Debug, thiserror::Error)]
pub enum ConversationError {
    /// There is no such session.
    #[error("no such session")]
    NoSuchChat,
    /// There is no such message.
    #[error("no such message")]
    NoSuchMessage,
    /// The session has a running answer.
    #[error("an answer is in progress")]
    AnswerInProgress,
    /// What was asked for can be done with the user's own messages only.
    #[error("not a message of the user")]
    NotOwnWords,
    /// What was asked for can be done with answers only.
    #[error("not an answer")]
    NotAnAnswer,
    /// There is no question that an answer could be written to.
    #[error("nothing to answer")]
    NothingToAnswer,
    /// As many answers are being written as this process can write.
    #[error("too many answers are being written")]
    TooManyAnswers,
    /// As many repeated requests wait for the answer as may.
    #[error("too many requests wait for the same answer")]
    TooManyFollowers,
    /// The idempotency key was used with another question.
    #[error("the key of another question")]
    KeyOfAnother,
    /// The plan allows no more.
    #[error(transparent)]
    Limit(#[from] LimitReached),
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bucket failed.
    #[error(transparent)]
    Objects(#[from] ObjectError),
}

impl From<BillingError> for ConversationError {
    fn from(error: BillingError) -> Self {
        match error {
            BillingError::Limit(reached) => Self::Limit(reached),
            BillingError::Store(error) => Self::Store(error),
        }
    }
}

/// Seconds after which a message may be repeated whose answer is waited for by others.
const FOLLOWED_SECONDS: u64 = 5;

impl From<ConversationError> for ApiError {
    fn from(error: ConversationError) -> Self {
        match error {
            ConversationError::NoSuchChat => Self::not_found("Session"),
            ConversationError::NoSuchMessage => Self::not_found("Message"),
            ConversationError::AnswerInProgress => Self::conflict(
                "answer_in_progress",
                "An answer is still being written in this chat. Wait for it or stop it first.",
            ),
            ConversationError::NotOwnWords => {
                Self::bad_request("not_own_message", "Only your own messages can be changed.")
            }
            ConversationError::NotAnAnswer => Self::bad_request("not_an_answer", "Only answers can be rated."),
            ConversationError::NothingToAnswer => {
                Self::bad_request("nothing_to_answer", "There is no question here that could be answered.")
            }
            ConversationError::TooManyAnswers => {
                Self::unavailable("busy", "Too many answers are being written right now. Please try again in a moment.")
            }
            ConversationError::TooManyFollowers => Self::too_many_requests(
                "too_many_requests",
                "This message was sent several times, and its answer is being waited for. Please wait for it, or open the chat.",
                FOLLOWED_SECONDS,
            ),
            ConversationError::KeyOfAnother => Self::conflict(
                "idempotency_key_reused",
                "This Idempotency-Key was used with another message. Please use a new one for every message.",
            ),
            ConversationError::Limit(reached) => reached.into(),
            ConversationError::Store(error) => error.into(),
            ConversationError::Objects(error) => error.into(),
        }
    }
}

/// What can be done gives this back.
pub type ConversationResult<T> = Result<T, ConversationError>;
