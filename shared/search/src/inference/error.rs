use std::path::PathBuf;

/// Why texts could not be embedded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InferenceError {
    /// The queue is full. Trying again later can help.
    #[error("the embedding model is busy; try again in a moment")]
    Busy,
    /// No model in the configured folder.
    #[error("no embedding model in {}: run scripts/models", dir.display())]
    NotInstalled {
        /// The folder that was searched.
        dir: PathBuf,
    },
    /// The model is there but cannot be loaded or run.
    #[error("the embedding model failed: {0}")]
    Failed(String),
}

impl InferenceError {
    /// A [`Failed`](Self::Failed) with what was being done and why it did not work.
    pub(super) fn failed(doing: &str, cause: impl std::fmt::Display) -> Self {
        Self::Failed(format!("{doing}: {cause:#}"))
    }
}
