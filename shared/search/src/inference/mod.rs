//! Sentence embeddings: a sentence-transformers ONNX model run inside the process.
//!
//! [`Embedder`] is all that callers see. Behind it stand a bounded queue with two
//! priorities and a few threads that own the model; tensors never leave this module.
//! A question asked while a manual is being embedded waits for one text of that
//! manual at most, because work is queued text by text.
//!
//! Any sentence-transformers model exported to ONNX works in place of the default:
//! a folder with `model.onnx` (or `onnx/model.onnx`) and `tokenizer.json`, described
//! by `model.json` or by the files that sentence-transformers writes itself.

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
pub use error::InferenceError;
pub use manifest::{ModelManifest, Pooling};
pub use tokens::TokenCounter;
