//! Cutting pages into chunks: the passages that are embedded, found and cited.
//!
//! A chunk stays on its page and in its section, holds whole lines (so that table rows stay
//! whole), and knows the titles above it. Neighbouring chunks of a section overlap a little, so
//! that a sentence at the border is found from both sides.

mod assemble;
mod pieces;

use super::{
    Page,
    outline::{HeadingKind, LineKind, PageOutline},
};
use assemble::assemble;
use pieces::Piece;

/// A passage of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// The passage, one printed line per line, without running headers and footers.
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
    let mut titles = Titles::default();
    let mut chunks = Vec::new();
    for (index, (page, outline)) in pages.iter().zip(outlines).enumerate() {
        let pieces = pieces::of_page(page, outline, options.target_tokens, &count_tokens);
        let from = chunks.len();
        let mut cutter = Cutter::new(page.number, options);
        for piece in pieces {
            cutter.add(piece, &mut titles, &mut chunks);
        }
        cutter.close(&titles, &mut chunks);
        let added = chunks.len() > from;
        if let (true, Some(last), Some(next), Some(next_outline)) =
            (added, chunks.last_mut(), pages.get(index + 1), outlines.get(index + 1))
        {
            pieces::run_over(last, next, next_outline);
        }
    }
    chunks
}

/// The titles in force while pages are cut.
#[derive(Default)]
struct Titles {
    open: Vec<(u8, String)>,
}

impl Titles {
    fn enter(&mut self, level: u8, title: &str) {
        if self.open.iter().any(|(l, t)| *l == level && t == title) {
            self.open.retain(|(l, _)| *l <= level);
            return;
        }
        self.open.retain(|(l, _)| *l < level);
        self.open.push((level, title.to_owned()));
    }

    fn path(&self) -> String {
        let titles: Vec<&str> = self.open.iter().map(|(_, title)| title.as_str()).collect();
        titles.join(" > ")
    }
}

/// Collects the pieces of one page into chunks.
struct Cutter {
    page: u32,
    options: ChunkOptions,
    pieces: Vec<Piece>,
    tokens: usize,
    /// Pieces at the front that repeat the chunk before.
    overlap: usize,
    heading: Option<String>,
}

impl Cutter {
    fn new(page: u32, options: ChunkOptions) -> Self {
        Self { page, options, pieces: Vec::new(), tokens: 0, overlap: 0, heading: None }
    }

    fn add(&mut self, piece: Piece, titles: &mut Titles, chunks: &mut Vec<Chunk>) {
        if let LineKind::Heading(heading) = &piece.kind {
            let deep = heading.level > 2;
            if !deep || self.tokens >= self.options.min_tokens {
                self.close(titles, chunks);
            }
            titles.enter(heading.level, &heading.title);
            // A chunk of several short subsections carries the titles of its first, and those
            // of the others in its text; a table's rows always carry the table's title.
            if heading.kind == HeadingKind::Caption && self.is_blank() {
                self.heading = None;
            }
        }
        if self.tokens + piece.tokens > self.options.target_tokens && !self.is_blank() {
            let repeated = self.tail();
            self.close(titles, chunks);
            self.tokens = repeated.iter().map(|piece| piece.tokens).sum();
            self.overlap = repeated.len();
            self.pieces = repeated;
        }
        if self.heading.is_none() {
            self.heading = Some(titles.path());
        }
        self.tokens += piece.tokens;
        self.pieces.push(piece);
    }

    fn is_blank(&self) -> bool {
        self.pieces.len() <= self.overlap
    }

    /// The last pieces, up to the overlap's tokens, whole lines only.
    fn tail(&self) -> Vec<Piece> {
        let mut tokens = 0;
        let mut tail: Vec<Piece> = Vec::new();
        for piece in self.pieces.iter().rev() {
            tokens += piece.tokens;
            if tokens > self.options.overlap_tokens || matches!(piece.kind, LineKind::Heading(_)) {
                break;
            }
            tail.push(piece.clone());
        }
        tail.reverse();
        tail
    }

    fn close(&mut self, titles: &Titles, chunks: &mut Vec<Chunk>) {
        let blank = self.is_blank();
        let pieces = std::mem::take(&mut self.pieces);
        let heading = self.heading.take();
        self.tokens = 0;
        self.overlap = 0;
        if blank {
            return;
        }
        let text = assemble(pieces.iter().map(|piece| piece.text.as_str()));
        if text.chars().any(char::is_alphanumeric) {
            chunks.push(Chunk {
                text,
                heading: heading.unwrap_or_else(|| titles.path()),
                page: self.page,
                page_end: self.page,
            });
        }
    }
}

#[cfg(test)]
mod tests;
