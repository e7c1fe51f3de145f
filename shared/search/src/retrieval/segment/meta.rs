//! What is kept of a document, but for the vectors.

use serde::{Deserialize, Serialize};

use crate::retrieval::analysis::Language;
use documents::Spot;
use documents::units::{Position, UnitKind};

/// Everything but the vectors.
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
    /// Where the postings of a term end; those of the first begin at zero.
    pub(in crate::retrieval) ends: Vec<u32>,
    pub(in crate::retrieval) postings: Vec<Posting>,
    /// Words as they are written, without endings cut: what a misspelt word is compared with. Sorted.
    pub(in crate::retrieval) words: Vec<WordEntry>,
    /// The titles that begin on the pages, in the order of the pages.
    pub(in crate::retrieval) headings: Vec<HeadingEntry>,
    /// What can be quoted, in the order of the pages.
    pub(in crate::retrieval) units: Vec<UnitEntry>,
    /// What stands over units, each text once.
    pub(in crate::retrieval) contexts: Vec<String>,
    /// Where units stand, and what is over them.
    pub(in crate::retrieval) spots: Vec<Spot>,
}

/// Some of the spots: from `first`, `count` of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::retrieval) struct SpotRange {
    pub(in crate::retrieval) first: u32,
    pub(in crate::retrieval) count: u32,
}

/// A unit; what many units share is kept once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::retrieval) struct UnitEntry {
    pub(in crate::retrieval) kind: UnitKind,
    pub(in crate::retrieval) text: String,
    /// Positions in `contexts`.
    pub(in crate::retrieval) titles: u32,
    pub(in crate::retrieval) lead: u32,
    pub(in crate::retrieval) page: u32,
    pub(in crate::retrieval) page_end: u32,
    pub(in crate::retrieval) task: u32,
    pub(in crate::retrieval) place: Option<Position>,
    /// Where it stands, and where what is over it.
    pub(in crate::retrieval) spots: SpotRange,
    pub(in crate::retrieval) over: SpotRange,
}

/// A word of the text, in lower case and without accents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::retrieval) struct WordEntry {
    pub(in crate::retrieval) word: String,
    /// How often it stands there.
    pub(in crate::retrieval) count: u32,
}

/// A title that begins on a page, as distinct terms (positions in `terms`, sorted).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::retrieval) struct HeadingEntry {
    /// Position in `pages`.
    pub(in crate::retrieval) page: u32,
    /// The title's own terms, its number left out.
    pub(in crate::retrieval) own: Vec<u32>,
    /// Further terms of the titles above it.
    pub(in crate::retrieval) path: Vec<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::retrieval) struct PageEntry {
    pub(in crate::retrieval) number: u32,
    pub(in crate::retrieval) text: String,
    pub(in crate::retrieval) navigation: bool,
    /// Terms per field.
    pub(in crate::retrieval) lengths: Fields,
    /// The page's chunks: from `first_chunk`, `chunks` of them.
    pub(in crate::retrieval) first_chunk: u32,
    pub(in crate::retrieval) chunks: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::retrieval) struct ChunkEntry {
    pub(in crate::retrieval) text: String,
    pub(in crate::retrieval) heading: String,
    /// Position in `pages`, not the page's number.
    pub(in crate::retrieval) page_index: u32,
    pub(in crate::retrieval) page_end: u32,
}

/// Counts by field: a term in a title says more than one in the text, and one in the title of
/// the section that a page continues says less than one in a title that begins on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::retrieval) struct Fields {
    pub(in crate::retrieval) body: u32,
    pub(in crate::retrieval) opened: u32,
    pub(in crate::retrieval) inherited: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::retrieval) struct Posting {
    /// Position in `pages`.
    pub(in crate::retrieval) page: u32,
    pub(in crate::retrieval) body: u16,
    pub(in crate::retrieval) opened: u8,
    pub(in crate::retrieval) inherited: u8,
}
