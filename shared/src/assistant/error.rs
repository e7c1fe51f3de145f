//! Why an answer failed.

use crate::library::LibraryError;
use crate::provider::ProviderError;

/// A failed answer. Its text is a sentence for the user.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The manuals could not be searched.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The language model did not do its part.
    #[error(transparent)]
    Provider(#[from] ProviderError),
}

impl AnswerError {
    /// The code on the wire.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Library(error) => error.code(),
            Self::Provider(error) => error.code(),
        }
    }
}
