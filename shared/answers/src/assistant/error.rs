//! Why an answer failed.

use crate::library::LibraryError;
use foundation::provider::{ProviderError, ProviderFailure, Refused};

/// Why an answer failed. Its text is a sentence for the user.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The manuals could not be searched.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The language model failed.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The language model ended without any text: all tokens went into thinking, or a filter removed them. The provider
    /// has charged for it.
    #[error(transparent)]
    Nothing(ProviderError),
}

impl AnswerError {
    /// The error code on the wire.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Library(error) => error.code(),
            Self::Provider(error) | Self::Nothing(error) => error.code(),
        }
    }

    /// Whether the question counts although there is no answer: if the question itself caused the failure, and a
    /// provider has charged for it. Otherwise unanswerable questions would be free. `seen` says whether pictures were
    /// analysed before.
    #[must_use]
    pub fn counts(&self, seen: bool) -> bool {
        match self {
            Self::Library(_) => false,
            Self::Provider(error) => seen && is_about_the_question(&error.failure),
            Self::Nothing(_) => true,
        }
    }
}

/// Whether a provider rejected the request itself, and not its sender: a wrong key is not the user's fault.
fn is_about_the_question(failure: &ProviderFailure) -> bool {
    let ProviderFailure::Rejected(cause) = failure else { return false };
    let refused = cause.downcast_ref::<Refused>();
    refused.is_none_or(|refused| matches!(refused.status.as_u16(), 400 | 413 | 422))
}
