//! What can go wrong in the table.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use foundation::ApiError;

use super::StoreResult;

/// A failed storage call.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The condition of a write did not hold, and had to: as that a new id is nobody else's. Conditions that may fail
    /// are no errors: `None`, `false` and [`Refused`] say so.
    #[error("a condition did not hold")]
    Refused,
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
    /// Whether the same call may work in a moment.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Busy(_))
    }
}

/// Why nothing was written of a transaction: the conditions of some of its writes did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The places of those writes, from 0.
    pub failed: Vec<usize>,
}

impl From<Refused> for StoreError {
    fn from(_: Refused) -> Self {
        Self::Refused
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
        if passing || code(&error).is_some_and(|code| BUSY.contains(&code)) {
            Self::Busy(Box::new(error))
        } else {
            Self::Failed(Box::new(error))
        }
    }
}

fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Option<&str> {
    error.as_service_error().and_then(ProvideErrorMetadata::code)
}

/// Whether a conditional write is done. Where storage is busy it is not, and is worth another try, just as one that
/// another was first with.
///
/// # Errors
/// Any other [`StoreError`].
pub fn unless_busy(written: StoreResult<bool>) -> StoreResult<bool> {
    match written {
        Err(error) if error.is_passing() => Ok(false),
        written => written,
    }
}

/// Demands of a write that its condition held.
pub(super) fn held(condition_held: bool) -> StoreResult<()> {
    if condition_held { Ok(()) } else { Err(StoreError::Refused) }
}

/// What a conditional write gave back; `None` where its condition did not hold.
pub(super) fn unless_refused<T, E, R>(result: Result<T, SdkError<E, R>>) -> StoreResult<Option<T>>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match result {
        Err(error) if code(&error) == Some("ConditionalCheckFailedException") => Ok(None),
        result => Ok(Some(result?)),
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
