use std::fmt::Display;

/// A network cannot be loaded or run.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{doing}: {cause}")]
pub struct NetworkError {
    doing: String,
    cause: String,
}

impl NetworkError {
    /// An error with what was being done, such as "loading model.onnx", and why it failed.
    pub fn new(doing: impl Into<String>, cause: impl Display) -> Self {
        // With the alternate form, tract's errors name all of their causes.
        Self { doing: doing.into(), cause: format!("{cause:#}") }
    }
}
