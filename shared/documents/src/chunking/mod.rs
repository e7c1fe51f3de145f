//! Cutting pages into chunks: the passages that are embedded, found and cited.
//!
//! A chunk stays on its page and in its section, holds whole units (so that no table row and no step
//! is cut), and knows the titles above it. Rows name the heads of their columns, and a chunk with
//! rows begins with what stands over them. Neighbouring chunks of a section overlap a little, so that
//! what is said at the border is found from both sides.

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
    /// The passage, one sentence, step or row per line, without running headers and footers.
    pub text: String,
    /// Titles in force, outermost first, joined by ` > `; empty where there are none.
    pub heading: String,
    /// First page, counted from 1.
    pub page: u32,
    /// Last page; the next one where a sentence runs over the border, else the first.
    pub page_end: u32,
}

impl Chunk {
    /// What the embedding model should see: the titles give a passage its subject.
    #[must_use]
    pub fn embedding_text(&self) -> String {
        if self.heading.is_empty() {
            return self.text.clone();
        }
        format!("{}\n{}", self.heading, self.text)
    }
}

/// Sizes of chunks in tokens of the embedding model, titles not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkOptions {
    /// A chunk is closed before the line that would make it longer.
    pub target_tokens: usize,
    /// Tokens repeated from the chunk before in the same section.
    pub overlap_tokens: usize,
    /// A subsection that begins when the chunk is shorter than this joins it.
    pub min_tokens: usize,
}

impl Default for ChunkOptions {
    fn default() -> Self {
        Self { target_tokens: 200, overlap_tokens: 30, min_tokens: 60 }
    }
}

/// Cuts pages into chunks. `outlines` is what [`super::outline::outline`] found for the same
/// pages; `count_tokens` counts as the embedding model does.
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

    /// Whether the row before has the same over it.
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

/// One unit a line; above rows, what stands over them.
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
