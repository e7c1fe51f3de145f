//! What can go wrong in the bucket.

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use foundation::ApiError;

/// A failed object call.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// There is no such object.
    #[error("no such object")]
    NotFound,
    /// The object is larger than the caller can take.
    #[error("the object is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
        /// Its size in bytes.
        size: u64,
    },
    /// A part of a multipart upload is missing or does not match.
    #[error("the parts do not make up the upload")]
    InvalidPart,
    /// Throttled or timed out: may work in a moment.
    #[error("object storage is busy")]
    Busy(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A local file could not be read or written.
    #[error("a local file failed")]
    File(#[from] std::io::Error),
    /// Anything else.
    #[error("object storage failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ObjectError {
    /// Whether the same call may work in a moment.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Busy(_))
    }
}

impl<E, R> From<SdkError<E, R>> for ObjectError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    fn from(error: SdkError<E, R>) -> Self {
        let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default().to_owned();
        match code.as_str() {
            "NoSuchKey" | "NotFound" | "NoSuchUpload" => Self::NotFound,
            "InvalidPart" | "InvalidPartOrder" | "EntityTooSmall" => Self::InvalidPart,
            "SlowDown" | "InternalError" | "RequestTimeout" | "ServiceUnavailable" => Self::Busy(Box::new(error)),
            _ if matches!(error, SdkError::TimeoutError(_) | SdkError::DispatchFailure(_)) => {
                Self::Busy(Box::new(error))
            }
            _ => Self::Failed(Box::new(error)),
        }
    }
}

impl From<ObjectError> for ApiError {
    fn from(error: ObjectError) -> Self {
        match error {
            ObjectError::NotFound => Self::not_found("File"),
            error if error.is_passing() => Self::storage_busy().caused_by(error),
            error => Self::internal(error),
        }
    }
}
