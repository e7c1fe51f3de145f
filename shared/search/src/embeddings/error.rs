use std::path::PathBuf;

/// Why texts could not be embedded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmbeddingError {
    /// The queue is full. A later retry may succeed.
    #[error("the embedding model is busy; try again in a moment")]
    Busy,
    /// The configured folder contains no model.
    #[error("no embedding model in {}: run scripts/models", dir.display())]
    NotInstalled {
        /// The folder that was searched.
        dir: PathBuf,
    },
    /// The model cannot be loaded or run.
    #[error("the embedding model failed: {0}")]
    Failed(String),
}

impl EmbeddingError {
    /// A [`Failed`](Self::Failed) error with the operation and its cause.
    pub(super) fn failed(doing: &str, cause: impl std::fmt::Display) -> Self {
        Self::Failed(format!("{doing}: {cause:#}"))
    }
}
