//! A segment: everything that search needs of one document, immutable.
//!
//! It consists of the texts of pages and chunks, postings of terms with counts per field, and embeddings in one
//! contiguous block. `format.rs` describes the file format.

mod build;
mod format;
mod lookup;
mod meta;

use std::ops::RangeInclusive;

use super::analysis::Language;
use documents::chunking::Chunk;
use documents::units::{Unit, UnitKind};
use documents::{Page, Spot};

pub use format::SegmentError;
use lookup::Lookup;
pub(super) use meta::{ChunkEntry, Fields, HeadingEntry, Meta, PageEntry, Posting, SpotRange, UnitEntry, WordEntry};

/// What a segment is built from.
#[derive(Debug, Clone)]
pub struct SegmentSource<'a> {
    /// The document's id, for hits.
    pub document_id: String,
    /// The file name of the document.
    pub file_name: String,
    /// All pages, including those without text.
    pub pages: &'a [Page],
    /// The chunks of these pages.
    pub chunks: Vec<Chunk>,
    /// The model of the embeddings. Those of different models cannot be compared.
    pub model: String,
    /// One normalised embedding per chunk, or none at all for lexical search only.
    pub embeddings: Vec<Vec<f32>>,
}

/// A document, ready to be searched.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    pub(super) meta: Meta,
    /// The embeddings of all chunks, in one block.
    pub(super) vectors: Vec<f32>,
    lookup: Lookup,
}

impl Segment {
    /// Builds a segment.
    ///
    /// # Errors
    /// If there is not exactly one embedding per chunk, if embeddings differ in length or are not finite, or if a chunk
    /// has a page number that the document does not have.
    pub fn build(source: SegmentSource<'_>) -> Result<Self, SegmentError> {
        build::build(source)
    }

    fn new(meta: Meta, vectors: Vec<f32>) -> Self {
        Self { lookup: Lookup::of(&meta), meta, vectors }
    }

    /// The document's id.
    #[must_use]
    pub fn document_id(&self) -> &str {
        &self.meta.document_id
    }

    /// The file name of the document.
    #[must_use]
    pub fn file_name(&self) -> &str {
        &self.meta.file_name
    }

    /// The model of the embeddings.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.meta.model
    }

    /// The language in which the text was analysed.
    #[must_use]
    pub fn language(&self) -> Language {
        self.meta.language
    }

    /// Number of pages.
    #[must_use]
    pub fn page_count(&self) -> usize {
        self.meta.pages.len()
    }

    /// Number of chunks.
    #[must_use]
    pub fn chunk_count(&self) -> usize {
        self.meta.chunks.len()
    }

    /// Number of dimensions of the embeddings; zero if the segment has none.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.meta.dimensions as usize
    }

    /// The text of a page, counted from 1.
    #[must_use]
    pub fn page_text(&self, number: u32) -> Option<&str> {
        let page = self.meta.pages.iter().find(|page| page.number == number)?;
        Some(&page.text)
    }

    /// The units that begin on these pages, counted from 1, in reading order.
    #[must_use]
    pub fn units_on(&self, pages: RangeInclusive<u32>) -> Vec<Unit> {
        let units = &self.meta.units;
        let from = units.partition_point(|unit| unit.page < *pages.start());
        let on_pages = units.iter().skip(from).take_while(|unit| unit.page <= *pages.end());
        on_pages.map(|entry| self.unit(entry)).collect()
    }

    /// The titles of the document, in reading order.
    #[must_use]
    pub fn titles(&self) -> Vec<Unit> {
        let titles = self.meta.units.iter().filter(|unit| unit.kind == UnitKind::Title);
        titles.map(|entry| self.unit(entry)).collect()
    }

    fn unit(&self, entry: &UnitEntry) -> Unit {
        let context = |at: u32| self.meta.contexts.get(at as usize).cloned().unwrap_or_default();
        Unit {
            kind: entry.kind,
            text: entry.text.clone(),
            titles: context(entry.titles),
            lead: context(entry.lead),
            page: entry.page,
            page_end: entry.page_end,
            task: entry.task,
            place: entry.place,
            spots: self.spots(entry.spots),
            over: self.spots(entry.over),
        }
    }

    fn spots(&self, stretch: SpotRange) -> Vec<Spot> {
        let first = stretch.first as usize;
        self.meta.spots.get(first..first + stretch.count as usize).unwrap_or_default().to_vec()
    }

    /// The chunks of a page, counted from 1, with their cosines to a normalised embedding.
    #[must_use]
    pub fn similarities(&self, number: u32, embedding: &[f32]) -> Vec<(&str, f32)> {
        let Some(page) = self.meta.pages.iter().find(|page| page.number == number) else { return Vec::new() };
        let chunks = self.meta.chunks.iter().enumerate().skip(page.first_chunk as usize).take(page.chunks as usize);
        let cosine = |at: usize| {
            let vector = self.vectors(at, 1);
            let fits = vector.len() == embedding.len();
            if fits { vector.iter().zip(embedding).map(|(a, b)| a * b).sum() } else { 0.0 }
        };
        chunks.map(|(at, chunk)| (chunk.text.as_str(), cosine(at))).collect()
    }

    /// The texts of all pages.
    pub fn page_texts(&self) -> impl Iterator<Item = &str> {
        self.meta.pages.iter().map(|page| page.text.as_str())
    }

    /// Number of pages with a term of [`crate::retrieval::analysis::Analyzer`].
    #[must_use]
    pub fn pages_with(&self, term: &str) -> usize {
        self.term(term).map_or(0, |term| self.postings(term).len())
    }

    /// Approximate size in memory in bytes, for the cache.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let meta = &self.meta;
        let pages: usize = meta.pages.iter().map(|p| p.text.len() + size_of::<PageEntry>()).sum();
        let chunks: usize = meta.chunks.iter().map(|c| c.text.len() + c.heading.len() + size_of::<ChunkEntry>()).sum();
        let terms: usize = meta.terms.iter().map(|t| t.len() + size_of::<String>() + size_of::<u32>()).sum();
        let words: usize = meta.words.iter().map(|entry| entry.word.len() + size_of::<WordEntry>()).sum();
        let heading = |h: &HeadingEntry| size_of::<HeadingEntry>() + 4 * (h.own.len() + h.path.len());
        let headings: usize = meta.headings.iter().map(heading).sum();
        let units: usize = meta.units.iter().map(|unit| size_of::<UnitEntry>() + unit.text.len()).sum();
        let contexts: usize = meta.contexts.iter().map(|text| size_of::<String>() + text.len()).sum();
        let texts = pages + chunks + terms + words + headings + units + contexts;
        texts
            + size_of_val(meta.postings.as_slice())
            + size_of_val(meta.spots.as_slice())
            + size_of_val(self.vectors.as_slice())
            + self.lookup.memory_bytes()
    }

    /// The words with this beginning, which is in lower case without accents.
    pub(super) fn words_beginning(&self, start: &str) -> &[WordEntry] {
        let words = &self.meta.words;
        let first = words.partition_point(|entry| entry.word.as_str() < start);
        let rest = words.get(first..).unwrap_or_default();
        let count = rest.partition_point(|entry| entry.word.starts_with(start));
        rest.get(..count).unwrap_or_default()
    }

    /// Whether the file name contains a term.
    pub(super) fn is_named(&self, term: &str) -> bool {
        self.lookup.file_name.contains(term)
    }

    /// Whether the beginning of the document contains a term.
    pub(super) fn is_titled(&self, term: &str) -> bool {
        self.lookup.title.contains(term)
    }

    /// The index of a term.
    pub(super) fn term(&self, term: &str) -> Option<u32> {
        let position = self.meta.terms.binary_search_by(|known| known.as_str().cmp(term)).ok()?;
        u32::try_from(position).ok()
    }

    /// The lengths of all pages, in order.
    pub(super) fn lengths(&self) -> &[Fields] {
        &self.lookup.lengths
    }

    /// The titles that contain a term themselves, as indices in `headings`.
    pub(super) fn headings_with(&self, term: u32) -> impl Iterator<Item = usize> {
        lookup::headings(&self.lookup.own, term)
    }

    /// The titles below others that contain a term, as indices in `headings`.
    pub(super) fn headings_below(&self, term: u32) -> impl Iterator<Item = usize> {
        lookup::headings(&self.lookup.path, term)
    }

    /// The postings of a term, by its index.
    pub(super) fn postings(&self, term: u32) -> &[Posting] {
        let index = term as usize;
        let start = index.checked_sub(1).and_then(|before| self.meta.ends.get(before)).copied().unwrap_or(0);
        let end = self.meta.ends.get(index).copied().unwrap_or(start);
        self.meta.postings.get(start as usize..end as usize).unwrap_or(&[])
    }

    /// The embeddings of a range of chunks, in one block.
    pub(super) fn vectors(&self, first: usize, count: usize) -> &[f32] {
        let dimensions = self.dimensions();
        self.vectors.get(first * dimensions..(first + count) * dimensions).unwrap_or(&[])
    }
}

#[cfg(test)]
mod tests;
