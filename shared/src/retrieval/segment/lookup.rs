//! What a search looks up often, laid out for that. Made when a segment is made or loaded, not stored.

use super::{Fields, HeadingEntry, Meta};

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Lookup {
    /// Terms of each page, one after the other.
    pub(super) lengths: Vec<Fields>,
    /// Which titles hold a term themselves: pairs of term and title, sorted.
    pub(super) own: Vec<(u32, u32)>,
    /// Which titles are below others that hold a term.
    pub(super) path: Vec<(u32, u32)>,
}

impl Lookup {
    pub(super) fn of(meta: &Meta) -> Self {
        Self {
            lengths: meta.pages.iter().map(|page| page.lengths).collect(),
            own: pairs(&meta.headings, |heading| &heading.own),
            path: pairs(&meta.headings, |heading| &heading.path),
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        size_of_val(self.lengths.as_slice()) + size_of_val(self.own.as_slice()) + size_of_val(self.path.as_slice())
    }
}

fn pairs(headings: &[HeadingEntry], terms: fn(&HeadingEntry) -> &[u32]) -> Vec<(u32, u32)> {
    let numbered = (0_u32..).zip(headings);
    let mut pairs: Vec<(u32, u32)> =
        numbered.flat_map(|(number, heading)| terms(heading).iter().map(move |term| (*term, number))).collect();
    pairs.sort_unstable();
    pairs
}

/// The titles that are paired with a term.
pub(super) fn headings(pairs: &[(u32, u32)], term: u32) -> impl Iterator<Item = usize> {
    let start = pairs.partition_point(|(known, _)| *known < term);
    let of_term = pairs.get(start..).unwrap_or_default().iter().take_while(move |(known, _)| *known == term);
    of_term.map(|(_, heading)| *heading as usize)
}
