//! Search over the segments of one user.
//!
//! The unit of evidence is the page. Its words are judged as a whole, since what answers a
//! question is often spread over a page's chunks, and its best chunk speaks for it in the space
//! of embeddings. Both judgements are put on one scale and added. The best pages are then read once
//! more: a page that holds more of the question, and holds it together, comes before others.

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
    /// The question's words, in its last line; lines before that are what was said before, and weigh less.
    pub text: String,
    /// Its normalised embedding; without one, search is lexical.
    pub embedding: Option<Vec<f32>>,
    /// The same of [`in_english`](super::in_english), where the question is in another language: it is compared
    /// with English documents.
    pub english: Option<Vec<f32>>,
    /// Most hits to return.
    pub top_k: usize,
    /// Search only these documents; all where `None`.
    pub document_ids: Option<Vec<String>>,
    /// Leave out hits that score less; between 0 and 1.
    pub min_score: Option<f32>,
}

impl Query {
    /// The question itself, without what was said before.
    #[must_use]
    pub fn question(&self) -> &str {
        self.text.trim().rsplit('\n').next().unwrap_or(&self.text)
    }

    /// The embedding to compare a segment's with.
    #[must_use]
    pub fn embedding_for(&self, segment: &Segment) -> Option<&[f32]> {
        let english = self.english.as_ref().filter(|_| segment.language() == Language::English);
        english.or(self.embedding.as_ref()).map(Vec::as_slice).filter(|embedding| !embedding.is_empty())
    }
}

/// A passage found, with what speaks for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Names the passage within all documents: `<document>:<page>:<chunk>`.
    pub id: String,
    /// The document it is from.
    pub document_id: String,
    /// That document's file name.
    pub file_name: String,
    /// Titles in force, outermost first, joined by ` > `.
    pub heading: String,
    /// The passage, one printed line per line.
    pub content: String,
    /// First page, counted from 1.
    pub page: u32,
    /// Last page.
    pub page_end: u32,
    /// What hits are ordered by, between 0 and 1.
    pub score: f32,
    /// BM25 of the page, its best title included.
    pub bm25: f32,
    /// How many standard deviations that is above the mean of all pages searched.
    pub bm25_z: f32,
    /// Cosine of the passage and the question; `None` for a lexical search.
    pub cosine: Option<f32>,
    /// How many standard deviations the page's best cosine is above the mean of all pages.
    pub cosine_z: f32,
    /// Share of the question's words, weighted by their rarity, that the page holds.
    pub coverage: f32,
    /// Whether the page only points to other pages.
    pub navigation: bool,
}

/// The weights of a search. The defaults are what all measurements use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Saturation of term counts.
    pub k1: f32,
    /// Normalisation by length.
    pub b: f32,
    /// Weight of a title that begins on the page, in the title's term counts.
    pub opened: f32,
    /// Weight of the titles of the sections that the page continues.
    pub inherited: f32,
    /// Weight of the best title that begins on the page, against its BM25.
    pub heading: f32,
    /// Weight of the lexical score, in units of the rarity of the query's words.
    pub lexical: f32,
    /// Weight of the cosine.
    pub semantic: f32,
    /// Factor for that of a question that is not in English: the models at hand know little else.
    pub foreign: f32,
    /// Added to the score of pages of a document that the query names.
    pub named: f32,
    /// Factor for the lexical score of pages that only point to others.
    pub navigation: f32,
    /// Weight of the share of the query that the page holds, against everything above.
    pub coverage: f32,
    /// Weight of the share of it that stands together on the page.
    pub window: f32,
    /// Weight of a value or number of the kind that is wanted, beside the rest of what stands together.
    pub wanted: f32,
    /// What titles say of the text below them, against the text itself.
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

/// The segments of one user.
#[derive(Debug, Clone, Default)]
pub struct Library {
    segments: Vec<Arc<Segment>>,
    weights: Weights,
}

impl Library {
    /// A library of these segments.
    #[must_use]
    pub fn new(segments: Vec<Arc<Segment>>) -> Self {
        Self { segments, weights: Weights::default() }
    }

    /// The same library, searched with other weights.
    #[must_use]
    pub fn with_weights(self, weights: Weights) -> Self {
        Self { weights, ..self }
    }

    /// The segments.
    #[must_use]
    pub fn segments(&self) -> &[Arc<Segment>] {
        &self.segments
    }

    /// The passages that answer the query best, at most one per page, best first.
    ///
    /// This computes for up to some tens of milliseconds: call it on a blocking thread where
    /// libraries are large.
    #[must_use]
    pub fn search(&self, query: &Query) -> Vec<Hit> {
        self.search_for(query, &self.asked(query))
    }

    /// What the words of a query mean in the documents that it searches.
    #[must_use]
    pub fn asked(&self, query: &Query) -> Vec<QuestionWord> {
        asked(&self.chosen(query), &query.text)
    }

    /// As [`Self::search`], where it is known what the words mean.
    #[must_use]
    pub fn search_for(&self, query: &Query, asked: &[QuestionWord]) -> Vec<Hit> {
        rank::rank(&self.chosen(query), query, asked, &self.weights)
    }

    fn chosen(&self, query: &Query) -> Vec<&Segment> {
        let chosen: Option<HashSet<&str>> =
            query.document_ids.as_ref().map(|ids| ids.iter().map(String::as_str).collect());
        let is_chosen = |segment: &&Segment| chosen.as_ref().is_none_or(|ids| ids.contains(segment.document_id()));
        self.segments.iter().map(AsRef::as_ref).filter(is_chosen).collect()
    }
}

#[cfg(test)]
mod tests;
