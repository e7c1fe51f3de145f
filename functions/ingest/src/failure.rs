//! What can go wrong in an ingest, and whether another attempt can help.

use documents::pdf::PdfError;
use foundation::fetch::FetchError;
use search::embeddings::EmbeddingError;
use shared::billing::BillingError;
use shared::objects::ObjectError;
use shared::store::{Failure, StoreError};

/// Attempts before a passing failure is taken for a lasting one.
pub(crate) const ATTEMPTS: u32 = 4;

/// Why an attempt ended.
#[derive(Debug)]
pub(crate) enum WorkError {
    /// Another attempt would fail the same way: recorded for the person who waits.
    Permanent(Failure),
    /// The same, and the file is not kept.
    Refused(Failure),
    /// Another attempt may work. The failure is recorded when attempts are used up.
    Passing(Failure),
    /// The claim does not stand any more: the item was deleted, or another run has it.
    Lost,
}

impl WorkError {
    pub(crate) fn permanent(code: &'static str, message: impl Into<String>) -> Self {
        Self::Permanent(Failure::new(code, message))
    }

    /// Another attempt may work.
    pub(crate) fn passing(code: &'static str, message: impl Into<String>) -> Self {
        Self::Passing(Failure::new(code, message))
    }

    /// Something of our own failed: the cause is for the log.
    pub(crate) fn ours(what: &'static str, cause: &dyn std::error::Error) -> Self {
        tracing::warn!(cause = foundation::telemetry::causes(cause), "{what} failed");
        Self::Passing(Failure::new(
            "processing_failed",
            "Something went wrong on our side while this file was processed. Please try again later.",
        ))
    }

    /// What is recorded of it, if anything is.
    pub(crate) fn into_failure(self) -> Option<Failure> {
        match self {
            Self::Permanent(failure) | Self::Refused(failure) | Self::Passing(failure) => Some(failure),
            Self::Lost => None,
        }
    }

    /// The code of what is recorded.
    pub(crate) fn code(&self) -> Option<&str> {
        match self {
            Self::Permanent(failure) | Self::Refused(failure) | Self::Passing(failure) => Some(&failure.code),
            Self::Lost => None,
        }
    }

    /// What is recorded when a run was begun too often without ever ending.
    pub(crate) fn interrupted() -> Failure {
        Failure::new(
            "processing_interrupted",
            "Processing this file was interrupted several times. It may be too demanding: please split it, or try again later.",
        )
    }
}

impl From<BillingError> for WorkError {
    fn from(error: BillingError) -> Self {
        match error {
            BillingError::Limit(reached) => Self::Refused(Failure::new("plan_limit_reached", reached.to_string())),
            BillingError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for WorkError {
    fn from(error: StoreError) -> Self {
        Self::ours("storage", &error)
    }
}

impl From<ObjectError> for WorkError {
    fn from(error: ObjectError) -> Self {
        match error {
            ObjectError::NotFound => Self::permanent(
                "file_missing",
                "The file of this document is not there any more. Please upload it again.",
            ),
            ObjectError::TooLarge { limit, .. } => Self::Refused(too_large(limit)),
            error => Self::ours("object storage", &error),
        }
    }
}

/// A file of more than `limit` bytes.
pub(crate) fn too_large(limit: u64) -> Failure {
    let mebibytes = limit / (1024 * 1024);
    Failure::new("file_too_large", format!("This file is larger than the {mebibytes} MiB that a document may have."))
}

impl From<FetchError> for WorkError {
    fn from(error: FetchError) -> Self {
        let failure = Failure::new(error.code(), error.to_string());
        if error.is_permanent() { Self::Permanent(failure) } else { Self::Passing(failure) }
    }
}

impl From<PdfError> for WorkError {
    fn from(error: PdfError) -> Self {
        if let PdfError::Reader(cause) = &error {
            tracing::warn!(cause, "the PDF reader failed");
        }
        let failure = Failure::new(error.code(), error.to_string());
        if error.is_permanent() { Self::Permanent(failure) } else { Self::Passing(failure) }
    }
}

impl From<EmbeddingError> for WorkError {
    fn from(error: EmbeddingError) -> Self {
        Self::ours("embedding", &error)
    }
}

impl From<std::io::Error> for WorkError {
    fn from(error: std::io::Error) -> Self {
        Self::ours("a temporary file", &error)
    }
}

impl From<tokio::task::JoinError> for WorkError {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::ours("indexing", &error)
    }
}
