//! The units of the pages found and of their neighbours.

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::library::{Findings, Passage};
use documents::outline::outline;
use documents::units::{Unit, UnitKind, units};
use documents::{Page, PageSource};
use search::retrieval::analysis::{Analyzer, Language};
use search::retrieval::{Hit, Query, Segment};

/// Number of pages before a passage that may contain warnings for it.
const PAGES_BEFORE: u32 = 6;
/// Number of pages after it on which a run of steps may continue.
const PAGES_BEHIND: u32 = 3;

/// The document of a passage.
pub(crate) struct Source {
    segment: Option<Arc<Segment>>,
    /// The units of the page alone, if the document is not available.
    alone: Vec<Unit>,
}

impl Source {
    pub(crate) fn of(findings: &Findings, passage: &Passage) -> Self {
        let is_source = |segment: &&Arc<Segment>| segment.document_id() == passage.hit.document_id;
        let segment = findings.sources.iter().find(is_source).cloned();
        let alone = if segment.is_some() { Vec::new() } else { read_alone(passage) };
        Self { segment, alone }
    }

    /// The units of these pages, in reading order.
    pub(crate) fn units(&self, pages: RangeInclusive<u32>) -> Vec<Unit> {
        match &self.segment {
            Some(segment) => segment.units_on(pages),
            None => self.alone.iter().filter(|unit| pages.contains(&unit.page)).cloned().collect(),
        }
    }

    /// The titles of the document, in reading order; of the page, if the document is not available.
    pub(crate) fn titles(&self) -> Vec<Unit> {
        let is_title = |unit: &&Unit| unit.kind == UnitKind::Title;
        match &self.segment {
            Some(segment) => segment.titles(),
            None => self.alone.iter().filter(is_title).cloned().collect(),
        }
    }

    /// The pages of a passage, including the next one if a run of steps or a table continues there.
    pub(crate) fn pages_of(&self, hit: &Hit) -> RangeInclusive<u32> {
        let last = hit.page_end.max(hit.page);
        let groups = |page: u32| {
            let group = |unit: &Unit| unit.place.map(|place| (unit.kind == UnitKind::Row, place.group));
            self.units(page..=page).iter().filter_map(group).collect::<HashSet<_>>()
        };
        let goes_on = self.segment.is_some() && !groups(last).is_disjoint(&groups(last + 1));
        hit.page..=last + u32::from(goes_on)
    }

    /// The units of these pages, of earlier pages that may contain warnings for them, and of later pages on which they
    /// may continue.
    pub(crate) fn around(&self, pages: RangeInclusive<u32>) -> Vec<Unit> {
        self.units(pages.start().saturating_sub(PAGES_BEFORE)..=pages.end().saturating_add(PAGES_BEHIND))
    }

    /// The text of a page, if the document is available.
    pub(crate) fn page_text(&self, page: u32) -> Option<&str> {
        self.segment.as_ref()?.page_text(page)
    }

    /// The language of the document.
    pub(crate) fn language(&self) -> Language {
        self.segment.as_ref().map_or_else(Language::default, |segment| segment.language())
    }

    /// The page's chunks, with their cosines to the question.
    pub(crate) fn similarities(&self, page: u32, query: &Query) -> Vec<(&str, f32)> {
        let compared = self.segment.as_deref().and_then(|segment| Some((segment, query.embedding_for(segment)?)));
        compared.map(|(segment, embedding)| segment.similarities(page, embedding)).unwrap_or_default()
    }

    /// The analyzer for the document's language.
    pub(crate) fn analyzer(&self) -> Analyzer {
        Analyzer::of(self.language())
    }
}

fn read_alone(passage: &Passage) -> Vec<Unit> {
    let text = if passage.page_text.is_empty() { &passage.hit.content } else { &passage.page_text };
    let pages = [Page::from_text(passage.hit.page, text, PageSource::TextLayer)];
    let mut found = units(&pages, &outline(&pages));
    for unit in found.iter_mut().filter(|unit| unit.titles.is_empty()) {
        unit.titles.clone_from(&passage.hit.heading);
    }
    found
}
