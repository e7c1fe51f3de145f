//! What can go wrong in the table.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use foundation::ApiError;

/// A failed storage call.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A condition did not hold: the item is there already, is gone, or has changed. In a
    /// transaction, `failed` are the places of the writes whose condition failed.
    #[error("a condition did not hold")]
    Condition {
        /// Places, from 0, of the failed writes of a transaction; `[0]` for a single write.
        failed: Vec<usize>,
    },
    /// The account is being deleted: nothing new is kept for it.
    #[error("the account is being deleted")]
    AccountDeleted,
    /// Throttled, timed out, or in conflict with another transaction: may work in a moment.
    #[error("storage is busy")]
    Busy(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An item does not have the shape that the code expects.
    #[error("an item cannot be read")]
    Malformed(#[source] serde_dynamo::Error),
    /// Anything else.
    #[error("storage failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// Whether a condition did not hold.
    #[must_use]
    pub fn is_condition(&self) -> bool {
        matches!(self, Self::Condition { .. })
    }

    /// Whether the same call may work in a moment.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Busy(_))
    }
}

impl From<serde_dynamo::Error> for StoreError {
    fn from(error: serde_dynamo::Error) -> Self {
        Self::Malformed(error)
    }
}

const BUSY: &[&str] = &[
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
    "InternalServerError",
    "LimitExceededException",
];

impl<E, R> From<SdkError<E, R>> for StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    fn from(error: SdkError<E, R>) -> Self {
        let passing = matches!(error, SdkError::TimeoutError(_) | SdkError::DispatchFailure(_));
        let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default().to_owned();
        if code == "ConditionalCheckFailedException" {
            Self::Condition { failed: vec![0] }
        } else if passing || BUSY.contains(&code.as_str()) {
            Self::Busy(Box::new(error))
        } else {
            Self::Failed(Box::new(error))
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            // A request was under way when the account was deleted: its sign-in is over.
            StoreError::AccountDeleted => Self::sign_in_expired(),
            error if error.is_passing() => Self::storage_busy().caused_by(error),
            error => Self::internal(error),
        }
    }
}
