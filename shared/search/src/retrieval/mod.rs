//! Retrieval of the passages that answer a question.
//!
//! A [`Segment`] is everything that search needs of one document. It is built once and never changed. [`search()`]
//! searches several segments: BM25 over pages and the exact cosine similarity of chunks are fused into one score per
//! page. [`SegmentCache`] keeps segments in memory.

pub mod analysis;
mod cache;
mod question;
mod search;
mod segment;

pub use cache::{CacheError, Fetched, SegmentCache};
pub use question::{Match, QuestionWord, WantedValue, WordForm, in_english, is_part_number};
pub use search::{Hit, Query, Weights, search, search_for, words_of};
pub use segment::{Segment, SegmentError, SegmentSource};
