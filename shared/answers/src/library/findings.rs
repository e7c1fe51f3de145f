//! The results of a search in a user's manuals.

use std::collections::HashMap;
use std::sync::Arc;

use super::evidence;
use search::retrieval::{Hit, Query, QuestionWord, Segment, Weights, search_for, words_of};
use shared::store::{Document, DocumentStatus};

/// The number of a user's documents by state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Holdings {
    /// Documents that can be searched.
    pub searchable: usize,
    /// Documents that are being processed or waiting.
    pub processing: usize,
    /// Documents that could not be read.
    pub failed: usize,
}

/// A hit with the text of its page.
#[derive(Debug, Clone)]
pub struct Passage {
    /// The hit.
    pub hit: Hit,
    /// The whole page, one printed line per line.
    pub page_text: String,
}

/// The words of a query in the manuals, and how many pages contain each.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    /// Number of pages searched.
    pub pages: usize,
    /// The query's words without filler, in order, those of the question before those of earlier turns: what each
    /// stands for and how it was found.
    pub words: Vec<QuestionWord>,
}

/// The results of a search.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// The documents of the user.
    pub holdings: Holdings,
    /// The passages, best first, one per page.
    pub passages: Vec<Passage>,
    /// The query's words in these manuals.
    pub vocabulary: Vocabulary,
    /// The documents of the passages, for the context of a passage.
    pub sources: Vec<Arc<Segment>>,
    /// The query.
    pub query: Query,
}

impl Holdings {
    pub(super) fn of(documents: &[Document]) -> Self {
        let count = |is: fn(&Document) -> bool| documents.iter().filter(|document| is(document)).count();
        Self {
            searchable: count(|document| document.searchable),
            processing: count(|document| {
                !document.searchable
                    && matches!(document.status, DocumentStatus::Processing | DocumentStatus::Uploading)
            }),
            failed: count(|document| !document.searchable && document.status == DocumentStatus::Failed),
        }
    }

    /// The same if this many of the searchable documents turn out to need processing.
    pub(super) fn without(self, unusable: usize) -> Self {
        let unusable = unusable.min(self.searchable);
        Self { searchable: self.searchable - unusable, processing: self.processing + unusable, ..self }
    }
}

impl Findings {
    /// Searches segments in memory, without access to the user's storage.
    #[must_use]
    pub fn of(segments: &[Arc<Segment>], query: Query) -> Self {
        let holdings = Holdings { searchable: segments.len(), ..Holdings::default() };
        Self::search(holdings, segments, query)
    }

    /// Searches segments in memory.
    pub(super) fn search(holdings: Holdings, segments: &[Arc<Segment>], query: Query) -> Self {
        let by_id: HashMap<&str, &Segment> =
            segments.iter().map(|segment| (segment.document_id(), segment.as_ref())).collect();
        let page_text = |hit: &Hit| {
            let segment = by_id.get(hit.document_id.as_str())?;
            segment.page_text(hit.page).map(str::to_owned)
        };
        let words = words_of(segments, &query);
        // Whoever wants fewer gets the first of those that are put in order.
        let wanted = Query { top_k: query.top_k.max(evidence::ORDERED), ..query.clone() };
        let hits =
            if query.top_k > 0 { search_for(segments, &wanted, &words, &Weights::default()) } else { Vec::new() };
        let passages: Vec<Passage> =
            hits.into_iter().map(|hit| Passage { page_text: page_text(&hit).unwrap_or_default(), hit }).collect();
        let is_source = |segment: &&Arc<Segment>| {
            passages.iter().any(|passage: &Passage| passage.hit.document_id == segment.document_id())
        };
        let mut found = Self {
            holdings,
            vocabulary: Vocabulary { pages: segments.iter().map(|segment| segment.page_count()).sum(), words },
            sources: segments.iter().filter(is_source).cloned().collect(),
            query,
            passages,
        };
        evidence::order(&mut found);
        found.passages.truncate(found.query.top_k);
        found
    }
}
