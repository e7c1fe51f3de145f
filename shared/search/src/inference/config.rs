use std::path::PathBuf;

/// Which model to run, and with how much of the machine.
#[derive(Debug, Clone)]
pub struct ModelConfig {
    /// Folder with `model.onnx` and `tokenizer.json`, as `scripts/models` makes it.
    pub dir: PathBuf,
    /// Threads that run the model; each text is embedded on one thread. At least 1.
    pub threads: usize,
    /// How many requests may be waiting or running before further ones are refused
    /// with [`InferenceError::Busy`](super::InferenceError::Busy). At least 1.
    pub queue: usize,
}
