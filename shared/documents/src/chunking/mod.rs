//! Splits pages into chunks: the passages that are embedded, searched and cited.
//!
//! A chunk stays within its page and section, consists of whole units (so no table row or step is split), and knows the
//! titles above it. Rows carry the heads of their columns, and a chunk with rows begins with the table's title and the
//! groups that the rows belong to. Neighbouring chunks of a section overlap a little, so that text at the boundary is
//! found from both sides.

mod pieces;

use super::{
    Page,
    outline::PageOutline,
    units::{Unit, UnitKind, units},
};
use pieces::Piece;

/// A passage of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// The text, one sentence, step or row per line, without running headers and footers.
    pub text: String,
    /// Titles of the sections that contain it, outermost first, joined by ` > `; empty if there are none.
    pub heading: String,
    /// First page, counted from 1.
    pub page: u32,
    /// Last page: the next one if a sentence continues there, otherwise the first.
    pub page_end: u32,
}

impl Chunk {
    /// The text for the embedding model: titles give a passage its subject.
    #[must_use]
    pub fn embedding_text(&self) -> String {
        if self.heading.is_empty() {
            return self.text.clone();
        }
        format!("{}\n{}", self.heading, self.text)
    }
}

/// Sizes of chunks in tokens of the embedding model, not counting titles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkOptions {
    /// Maximum size. A line that would exceed it begins the next chunk.
    pub target_tokens: usize,
    /// Tokens that are repeated from the previous chunk of the same section.
    pub overlap_tokens: usize,
    /// If a chunk is shorter than this, the next subsection joins it.
    pub min_tokens: usize,
}

impl Default for ChunkOptions {
    fn default() -> Self {
        Self { target_tokens: 200, overlap_tokens: 30, min_tokens: 60 }
    }
}

/// Splits pages into chunks. `outlines` is the result of [`super::outline::outline`] for the same pages; `count_tokens`
/// counts tokens as the embedding model does.
pub fn chunk(
    pages: &[Page],
    outlines: &[PageOutline],
    options: ChunkOptions,
    count_tokens: impl Fn(&str) -> usize,
) -> Vec<Chunk> {
    let units = units(pages, outlines);
    let mut chunks = Vec::new();
    for on_page in units.chunk_by(|a, b| a.page == b.page) {
        let mut cutter = Cutter::new(options);
        for unit in on_page {
            for piece in pieces::of_unit(unit, options.target_tokens, &count_tokens) {
                cutter.add(piece, &mut chunks);
            }
        }
        cutter.close(&mut chunks);
    }
    chunks
}

/// Collects the pieces of one page into chunks.
struct Cutter<'a> {
    options: ChunkOptions,
    pieces: Vec<Piece<'a>>,
    tokens: usize,
    /// Pieces at the front that repeat the chunk before.
    overlap: usize,
}

impl<'a> Cutter<'a> {
    fn new(options: ChunkOptions) -> Self {
        Self { options, pieces: Vec::new(), tokens: 0, overlap: 0 }
    }

    fn add(&mut self, piece: Piece<'a>, chunks: &mut Vec<Chunk>) {
        let is_new_task = self.pieces.last().is_some_and(|last| last.unit.task != piece.unit.task);
        let is_title = piece.unit.kind == UnitKind::Title;
        if is_new_task || (is_title && self.tokens >= self.options.min_tokens) {
            self.close(chunks);
        }
        let more = piece.tokens + if self.says_lead_of(piece.unit) { 0 } else { piece.lead_tokens };
        if self.tokens + more > self.options.target_tokens && !self.is_blank() {
            let repeated = self.tail();
            self.close(chunks);
            self.tokens = repeated.iter().map(|piece| piece.tokens + piece.lead_tokens).sum();
            self.overlap = repeated.len();
            self.pieces = repeated;
        }
        self.tokens += piece.tokens + if self.says_lead_of(piece.unit) { 0 } else { piece.lead_tokens };
        self.pieces.push(piece);
    }

    fn is_blank(&self) -> bool {
        self.pieces.len() <= self.overlap
    }

    /// Whether the previous row has the same title and groups.
    fn says_lead_of(&self, unit: &Unit) -> bool {
        self.pieces.last().is_some_and(|last| last.unit.lead == unit.lead)
    }

    /// The last pieces, up to the overlap's tokens.
    fn tail(&self) -> Vec<Piece<'a>> {
        let mut tokens = 0;
        let mut tail: Vec<Piece<'a>> = Vec::new();
        for piece in self.pieces.iter().rev() {
            tokens += piece.tokens + piece.lead_tokens;
            if tokens > self.options.overlap_tokens || piece.unit.kind == UnitKind::Title {
                break;
            }
            tail.push(piece.clone());
        }
        tail.reverse();
        tail
    }

    fn close(&mut self, chunks: &mut Vec<Chunk>) {
        let fresh = self.pieces.get(self.overlap..).unwrap_or_default();
        let (Some(first), Some(last)) = (fresh.first(), self.pieces.last()) else { return };
        let text = text(&self.pieces);
        if text.chars().any(char::is_alphanumeric) {
            let (heading, page) = (first.unit.titles.clone(), first.unit.page);
            chunks.push(Chunk { text, heading, page, page_end: last.unit.page_end.max(page) });
        }
        self.pieces.clear();
        self.tokens = 0;
        self.overlap = 0;
    }
}

/// The text of some pieces, one unit per line. Rows begin with the title and groups of their table.
fn text(pieces: &[Piece<'_>]) -> String {
    let mut text = String::new();
    let mut lead = "";
    for piece in pieces {
        let own = piece.unit.lead.as_str();
        if !own.is_empty() && own != lead && !text.ends_with(&format!("{own}\n")) {
            text.push_str(own);
            text.push('\n');
        }
        lead = own;
        text.push_str(&piece.text);
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests;
