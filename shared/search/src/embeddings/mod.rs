//! Sentence embeddings by a sentence-transformers ONNX model that runs in this process.
//!
//! [`Embedder`] is the public interface. Behind it are a bounded queue with two priorities and a few threads that own
//! the model. Tensors never leave this module. Work is queued text by text, so a question that is asked while a manual
//! is being embedded waits for at most one text of that manual.
//!
//! Any sentence-transformers model exported to ONNX can replace the default: a folder with `model.onnx` (or
//! `onnx/model.onnx`) and `tokenizer.json`, described by `model.json` or by the files that sentence-transformers
//! writes.

mod config;
mod embedder;
mod embedding;
mod error;
mod manifest;
mod model;
mod queue;
mod tokens;
mod worker;

#[cfg(test)]
mod tests;

pub use config::ModelConfig;
pub use embedder::Embedder;
pub use embedding::Embedding;
pub use error::EmbeddingError;
pub use manifest::{ModelManifest, Pooling};
pub use tokens::TokenCounter;
