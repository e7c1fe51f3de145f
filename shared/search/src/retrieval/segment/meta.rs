//! The metadata of a segment: everything except vectors.

use serde::{Deserialize, Serialize};

use crate::retrieval::analysis::Language;
use documents::Spot;
use documents::units::{Position, UnitKind};

/// Everything except the vectors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::retrieval) struct Meta {
    pub(in crate::retrieval) document_id: String,
    pub(in crate::retrieval) file_name: String,
    pub(in crate::retrieval) model: String,
    pub(in crate::retrieval) dimensions: u32,
    /// The language that the text was analysed in.
    pub(in crate::retrieval) language: Language,
    pub(in crate::retrieval) pages: Vec<PageEntry>,
    pub(in crate::retrieval) chunks: Vec<ChunkEntry>,
    /// All terms, sorted.
    pub(in crate::retrieval) terms: Vec<String>,
    /// The end of each term's postings. Those of the first term begin at zero.
    pub(in crate::retrieval) ends: Vec<u32>,
    pub(in crate::retrieval) postings: Vec<Posting>,
    /// Words without stemming, sorted: what misspelled words are compared with.
    pub(in crate::retrieval) words: Vec<WordEntry>,
    /// The titles that begin on the pages, in the order of the pages.
    pub(in crate::retrieval) headings: Vec<HeadingEntry>,
    /// The units that can be quoted, in page order.
    pub(in crate::retrieval) units: Vec<UnitEntry>,
    /// Titles and leads of units, each text once.
    pub(in crate::retrieval) contexts: Vec<String>,
    /// Areas of units and of their context.
    pub(in crate::retrieval) spots: Vec<Spot>,
}

/// A range of spots.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::retrieval) struct SpotRange {
    pub(in crate::retrieval) first: u32,
    pub(in crate::retrieval) count: u32,
}

/// A unit. What many units share is stored once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::retrieval) struct UnitEntry {
    pub(in crate::retrieval) kind: UnitKind,
    pub(in crate::retrieval) text: String,
    /// Index in `contexts`.
    pub(in crate::retrieval) titles: u32,
    pub(in crate::retrieval) lead: u32,
    pub(in crate::retrieval) page: u32,
    pub(in crate::retrieval) page_end: u32,
    pub(in crate::retrieval) task: u32,
    pub(in crate::retrieval) place: Option<Position>,
    /// The areas of the unit and of its context.
    pub(in crate::retrieval) spots: SpotRange,
    pub(in crate::retrieval) over: SpotRange,
}

/// A word of the text, in lower case and without accents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::retrieval) struct WordEntry {
    pub(in crate::retrieval) word: String,
    /// How often it occurs.
    pub(in crate::retrieval) count: u32,
}

/// A title that begins on a page, as distinct terms (indices in `terms`, sorted).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::retrieval) struct HeadingEntry {
    /// Index in `pages`.
    pub(in crate::retrieval) page: u32,
    /// The title's own terms, without its number.
    pub(in crate::retrieval) own: Vec<u32>,
    /// Additional terms of the titles above it.
    pub(in crate::retrieval) path: Vec<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::retrieval) struct PageEntry {
    pub(in crate::retrieval) number: u32,
    pub(in crate::retrieval) text: String,
    pub(in crate::retrieval) navigation: bool,
    /// Number of terms by field.
    pub(in crate::retrieval) lengths: Fields,
    /// The first of the page's chunks.
    pub(in crate::retrieval) first_chunk: u32,
    pub(in crate::retrieval) chunks: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::retrieval) struct ChunkEntry {
    pub(in crate::retrieval) text: String,
    pub(in crate::retrieval) heading: String,
    /// Index in `pages`, not the page number.
    pub(in crate::retrieval) page_index: u32,
    pub(in crate::retrieval) page_end: u32,
}

/// Counts by field. A term in a title that begins on the page says more than one in the text; one in the title of a
/// section that the page continues says less than the former.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::retrieval) struct Fields {
    pub(in crate::retrieval) body: u32,
    pub(in crate::retrieval) opened: u32,
    pub(in crate::retrieval) inherited: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::retrieval) struct Posting {
    /// Index in `pages`.
    pub(in crate::retrieval) page: u32,
    pub(in crate::retrieval) body: u16,
    pub(in crate::retrieval) opened: u8,
    pub(in crate::retrieval) inherited: u8,
}
