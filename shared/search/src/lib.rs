//! Search: embeddings of sentences, and the passages that answer a question.

pub mod inference;
pub mod retrieval;
