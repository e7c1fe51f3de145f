use std::path::PathBuf;

/// Which model to run, and the resources that it may use.
#[derive(Debug, Clone)]
pub struct ModelConfig {
    /// Folder with `model.onnx` and `tokenizer.json`, as `scripts/models` makes it.
    pub dir: PathBuf,
    /// Threads that run the model, at least 1. Each text is embedded on one thread.
    pub threads: usize,
    /// Maximum number of waiting and running requests, at least 1. Further ones fail with
    /// [`EmbeddingError::Busy`](super::EmbeddingError::Busy).
    pub queue: usize,
}
