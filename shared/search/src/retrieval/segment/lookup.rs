//! Data structures for frequent lookups of a search. Built when a segment is built or loaded; not stored.

use std::collections::HashSet;

use super::{Fields, HeadingEntry, Meta};
use crate::retrieval::analysis::Analyzer;

/// Minimum number of pages of a document with a title page.
const PAGES: usize = 3;
/// Number of characters at the beginning of a document that name it.
const TITLE: usize = 500;

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Lookup {
    /// Number of terms of each page, by field.
    pub(super) lengths: Vec<Fields>,
    /// Titles that contain a term themselves: pairs of term and title, sorted.
    pub(super) own: Vec<(u32, u32)>,
    /// Titles below others that contain a term.
    pub(super) path: Vec<(u32, u32)>,
    /// Terms of the file name.
    pub(super) file_name: HashSet<String>,
    /// Terms at the beginning of the first page, where a document names its subject.
    pub(super) title: HashSet<String>,
}

impl Lookup {
    pub(super) fn of(meta: &Meta) -> Self {
        Self {
            lengths: meta.pages.iter().map(|page| page.lengths).collect(),
            own: pairs(&meta.headings, |heading| &heading.own),
            path: pairs(&meta.headings, |heading| &heading.path),
            file_name: terms(meta, file_stem(&meta.file_name)),
            title: terms(meta, &title(meta)),
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        size_of_val(self.lengths.as_slice()) + size_of_val(self.own.as_slice()) + size_of_val(self.path.as_slice())
    }
}

fn terms(meta: &Meta, text: &str) -> HashSet<String> {
    Analyzer::of(meta.language).terms(text).into_iter().collect()
}

fn file_stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn title(meta: &Meta) -> String {
    let first = meta.pages.iter().find(|page| !page.text.is_empty()).filter(|_| meta.pages.len() >= PAGES);
    first.map_or_else(String::new, |page| page.text.chars().take(TITLE).collect())
}

fn pairs(headings: &[HeadingEntry], terms: fn(&HeadingEntry) -> &[u32]) -> Vec<(u32, u32)> {
    let numbered = (0_u32..).zip(headings);
    let mut pairs: Vec<(u32, u32)> =
        numbered.flat_map(|(number, heading)| terms(heading).iter().map(move |term| (*term, number))).collect();
    pairs.sort_unstable();
    pairs
}

/// The titles paired with a term.
pub(super) fn headings(pairs: &[(u32, u32)], term: u32) -> impl Iterator<Item = usize> {
    let start = pairs.partition_point(|(known, _)| *known < term);
    let of_term = pairs.get(start..).unwrap_or_default().iter().take_while(move |(known, _)| *known == term);
    of_term.map(|(_, heading)| *heading as usize)
}
