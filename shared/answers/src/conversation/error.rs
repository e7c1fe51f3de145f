//! Why something cannot be done with a chat session.

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

/// What can be done gives this back.
pub type ConversationResult<T> = Result<T, ConversationError>;
