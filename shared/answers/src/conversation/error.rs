//! Why an operation on a chat session failed.

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

/// The result of an operation.
pub type ConversationResult<T> = Result<T, ConversationError>;
