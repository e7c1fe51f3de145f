//! Search over the segments of one user.
//!
//! Pages are ranked. The words of a page are scored together, because an answer is often spread over several chunks; of
//! its embeddings the best chunk counts. Both scores are put on one scale and added. The best pages are then read
//! again: a page that contains more of the question, and more of it close together, comes first.

mod dot;
mod fusion;
mod headings;
mod lexical;
mod narrow;
mod near;
mod parallel;
mod rank;
mod semantic;

use std::{collections::HashSet, sync::Arc};

use super::Segment;
use super::analysis::Language;
use super::question::{QuestionWord, asked};

/// A question.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// The question in the last line. Lines before it are earlier turns and weigh less.
    pub text: String,
    /// The normalised embedding of the question; `None` for a lexical search.
    pub embedding: Option<Vec<f32>>,
    /// The embedding of [`in_english`](super::in_english), if the question is in another language. It is compared with
    /// English documents.
    pub english: Option<Vec<f32>>,
    /// Maximum number of hits.
    pub top_k: usize,
    /// The documents to search; `None` for all.
    pub document_ids: Option<Vec<String>>,
    /// Minimum score of hits, between 0 and 1.
    pub min_score: Option<f32>,
}

impl Query {
    /// The question itself, without earlier turns.
    #[must_use]
    pub fn question(&self) -> &str {
        self.text.trim().rsplit('\n').next().unwrap_or(&self.text)
    }

    /// The embedding of the query for this segment.
    #[must_use]
    pub fn embedding_for(&self, segment: &Segment) -> Option<&[f32]> {
        let english = self.english.as_ref().filter(|_| segment.language() == Language::English);
        english.or(self.embedding.as_ref()).map(Vec::as_slice).filter(|embedding| !embedding.is_empty())
    }
}

/// A passage that was found, with its scores.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Identifies the passage: `<document>:<page>:<chunk>`.
    pub id: String,
    /// Its document.
    pub document_id: String,
    /// The file name of the document.
    pub file_name: String,
    /// Titles of the sections that contain it, outermost first, joined by ` > `.
    pub heading: String,
    /// The text, one printed line per line.
    pub content: String,
    /// First page, counted from 1.
    pub page: u32,
    /// Last page.
    pub page_end: u32,
    /// The score by which hits are ordered, between 0 and 1.
    pub score: f32,
    /// BM25 of the page, including its best title.
    pub bm25: f32,
    /// The number of standard deviations by which it exceeds the mean of all pages.
    pub bm25_z: f32,
    /// Cosine of the passage and the question; `None` for a lexical search.
    pub cosine: Option<f32>,
    /// The number of standard deviations by which the page's best cosine exceeds the mean of all pages.
    pub cosine_z: f32,
    /// Share of the question's words on the page, weighted by rarity.
    pub coverage: f32,
    /// Whether the page is a navigation page.
    pub navigation: bool,
}

/// The weights of a search. All measurements use the defaults.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// BM25's saturation of term counts.
    pub k1: f32,
    /// BM25's normalisation by length.
    pub b: f32,
    /// Weight of titles that begin on the page, in term counts.
    pub opened: f32,
    /// Weight of titles of sections that the page continues, in term counts.
    pub inherited: f32,
    /// Weight of the best title that begins on the page, relative to BM25.
    pub heading: f32,
    /// Weight of the lexical score, relative to the rarity of the query's words.
    pub lexical: f32,
    /// Weight of the cosine.
    pub semantic: f32,
    /// Factor for the cosine if the question is not in English, since the default model knows little else.
    pub foreign: f32,
    /// Bonus for pages of a document that the query names.
    pub named: f32,
    /// Factor for the lexical score of navigation pages.
    pub navigation: f32,
    /// Weight of the share of the query that the page contains, relative to everything above.
    pub coverage: f32,
    /// Weight of the share of the query that is close together on the page.
    pub window: f32,
    /// Weight of a value or number of the requested kind next to the query's words.
    pub wanted: f32,
    /// Weight of a title's words for the text below it, relative to the text itself.
    pub over: f32,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            k1: 0.7,
            b: 0.5,
            opened: 2.0,
            inherited: 1.5,
            heading: 1.0,
            lexical: 1.0,
            semantic: 2.5,
            named: 0.1,
            navigation: 0.3,
            coverage: 0.1,
            window: 0.12,
            wanted: 0.5,
            foreign: 0.4,
            over: 0.85,
        }
    }
}

/// The passages of these documents that answer the query best, at most one per page, best first.
///
/// This computes for up to some tens of milliseconds. For large libraries, call it on a blocking thread.
#[must_use]
pub fn search(segments: &[Arc<Segment>], query: &Query) -> Vec<Hit> {
    search_for(segments, query, &words_of(segments, query), &Weights::default())
}

/// What the words of a query mean in the documents to search.
#[must_use]
pub fn words_of(segments: &[Arc<Segment>], query: &Query) -> Vec<QuestionWord> {
    asked(&chosen(segments, query), &query.text)
}

/// As [`search()`], if the meaning of the words is known already, with other weights.
#[must_use]
pub fn search_for(segments: &[Arc<Segment>], query: &Query, words: &[QuestionWord], weights: &Weights) -> Vec<Hit> {
    rank::rank(&chosen(segments, query), query, words, weights)
}

fn chosen<'s>(segments: &'s [Arc<Segment>], query: &Query) -> Vec<&'s Segment> {
    let chosen: Option<HashSet<&str>> = query.document_ids.as_ref().map(|ids| ids.iter().map(String::as_str).collect());
    let is_chosen = |segment: &&Segment| chosen.as_ref().is_none_or(|ids| ids.contains(segment.document_id()));
    segments.iter().map(AsRef::as_ref).filter(is_chosen).collect()
}

#[cfg(test)]
mod tests;
