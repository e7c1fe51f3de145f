//! Why an operation on a chat session failed.

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
    /// An answer is being written in the session.
    #[error("an answer is in progress")]
    AnswerInProgress,
    /// The operation is only possible for the user's own messages.
    #[error("not a message of the user")]
    NotOwnWords,
    /// The operation is only possible for answers.
    #[error("not an answer")]
    NotAnAnswer,
    /// There is no question to answer.
    #[error("nothing to answer")]
    NothingToAnswer,
    /// This process is writing its maximum number of answers.
    #[error("too many answers are being written")]
    TooManyAnswers,
    /// The maximum number of repeated requests is already waiting for the answer.
    #[error("too many requests wait for the same answer")]
    TooManyFollowers,
    /// The idempotency key was used with another question.
    #[error("the key of another question")]
    KeyOfAnother,
    /// A limit of the plan is reached.
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
