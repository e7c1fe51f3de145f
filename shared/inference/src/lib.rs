//! Neural networks in ONNX files, run in this process, each on the thread that asks.
//!
//! [`Network`] is a loaded file. Two libraries run it, and no other crate knows either: [`rten`] runs the networks that
//! come with the product, because it is the faster one; [`tract`] runs an operator's own, because it knows more kinds of
//! nodes (docs/BENCHMARKS.md has the figures).

mod error;
mod files;
mod network;
pub mod rten;
mod tensor;
mod threads;
#[cfg(feature = "tract")]
pub mod tract;

pub use error::NetworkError;
pub use files::{LazyModel, read_json};
pub use network::{Input, Network, Port};
pub use tensor::{Tensor, Values};
pub use threads::{Gone, Place, Threads, ThreadsError, run_in};
