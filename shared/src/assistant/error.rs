//! Why an answer failed.

use crate::library::LibraryError;

/// A failed answer. Its text is a sentence for the user.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The manuals could not be searched.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The language model cannot be reached, broke off, or answered what cannot be read.
    #[error("The language model cannot be reached at the moment. Please try again shortly.")]
    ProviderUnavailable(#[source] Cause),
    /// The language model refused the request: a wrong key, an unknown model, too long a prompt.
    #[error("The language model refused the request. Its configuration must be checked.")]
    ProviderRejected(#[source] Cause),
    /// The language model has too many requests.
    #[error("The language model is busy. Please try again shortly.")]
    ProviderRateLimited {
        /// When to come back, where the provider says so.
        retry_after_seconds: Option<u64>,
    },
    /// The language model stayed silent for too long.
    #[error("The language model took too long to answer. Please try again.")]
    ProviderTimeout,
}

/// What lies behind a failure: for the log, never for the user.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

impl AnswerError {
    /// The code on the wire.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Library(error) => error.code(),
            Self::ProviderUnavailable(_) => "provider_unavailable",
            Self::ProviderRejected(_) => "provider_rejected",
            Self::ProviderRateLimited { .. } => "provider_rate_limited",
            Self::ProviderTimeout => "provider_timeout",
        }
    }
}
