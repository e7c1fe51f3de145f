//! What a search of a user's manuals found out.

use std::collections::HashMap;
use std::sync::Arc;

use super::evidence;
use search::retrieval::{Hit, Library as SearchLibrary, Query, QuestionWord, Segment};
use shared::store::{Document, DocumentStatus};

/// How many documents a user has, by where they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Holdings {
    /// Can be searched.
    pub searchable: usize,
    /// Are being read, or wait for it.
    pub processing: usize,
    /// Could not be read.
    pub failed: usize,
}

/// A hit with the text of the page that it stands on.
#[derive(Debug, Clone)]
pub struct Passage {
    /// The hit.
    pub hit: Hit,
    /// The whole page, one printed line per line.
    pub page_text: String,
}

/// What the words of a query mean in the manuals searched, and how many pages hold each.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    /// Pages searched.
    pub pages: usize,
    /// The query's words without filler, in their order, those of the question before those of its context:
    /// what each stands for and how it was found.
    pub words: Vec<QuestionWord>,
}

/// Everything that a search found out.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// What there was to search.
    pub holdings: Holdings,
    /// The passages, best first, one per page.
    pub passages: Vec<Passage>,
    /// The query's terms in these manuals.
    pub vocabulary: Vocabulary,
    /// The documents that the passages are from, for what stands around a passage.
    pub sources: Vec<Arc<Segment>>,
    /// What was searched for.
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

    /// The same when so many of the searchable documents turn out to be in need of processing.
    pub(super) fn without(self, unusable: usize) -> Self {
        let unusable = unusable.min(self.searchable);
        Self { searchable: self.searchable - unusable, processing: self.processing + unusable, ..self }
    }
}

impl Findings {
    /// Searches segments that are in memory already; nothing of the user's storage is read.
    #[must_use]
    pub fn of(segments: &[Arc<Segment>], query: Query) -> Self {
        let holdings = Holdings { searchable: segments.len(), ..Holdings::default() };
        Self::search(holdings, segments, query)
    }

    /// Searches segments that are in memory.
    pub(super) fn search(holdings: Holdings, segments: &[Arc<Segment>], query: Query) -> Self {
        let by_id: HashMap<&str, &Segment> =
            segments.iter().map(|segment| (segment.document_id(), segment.as_ref())).collect();
        let page_text = |hit: &Hit| {
            let segment = by_id.get(hit.document_id.as_str())?;
            segment.page_text(hit.page).map(str::to_owned)
        };
        let shelves = SearchLibrary::new(segments.to_vec());
        let words = shelves.asked(&query);
        // Whoever wants fewer gets the first of those that are put in order.
        let wanted = Query { top_k: query.top_k.max(evidence::ORDERED), ..query.clone() };
        let hits = if query.top_k > 0 { shelves.search_for(&wanted, &words) } else { Vec::new() };
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
