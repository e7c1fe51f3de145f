//! Search: sentence embeddings, and retrieval of the passages that answer a question.

pub mod embeddings;
pub mod retrieval;
#[cfg(any(test, feature = "test-support"))]
pub mod test_support;
