//! Why an answer failed.

use crate::library::LibraryError;
use foundation::provider::{ProviderError, ProviderFailure, Refused};

/// A failed answer. Its text is a sentence for the user.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The manuals could not be searched.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The language model did not do its part.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The language model came to its end without a word: all tokens of an answer went into thinking, or a filter
    /// took them away. The provider is paid for it.
    #[error(transparent)]
    Nothing(ProviderError),
}

impl AnswerError {
    /// The code on the wire.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Library(error) => error.code(),
            Self::Provider(error) | Self::Nothing(error) => error.code(),
        }
    }

    /// Whether the question that led to it counts, though nothing was answered: where what was asked is what
    /// failed, and was paid for. Else questions that cannot be answered would cost their user nothing.
    /// `seen` says whether pictures were looked at before.
    #[must_use]
    pub fn counts(&self, seen: bool) -> bool {
        match self {
            Self::Library(_) => false,
            Self::Provider(error) => seen && is_about_the_question(&error.failure),
            Self::Nothing(_) => true,
        }
    }
}

/// Whether a provider refused what it was asked, and not who asked: a wrong key is not the user's fault.
fn is_about_the_question(failure: &ProviderFailure) -> bool {
    let ProviderFailure::Rejected(cause) = failure else { return false };
    let refused = cause.downcast_ref::<Refused>();
    refused.is_none_or(|refused| matches!(refused.status.as_u16(), 400 | 413 | 422))
}
