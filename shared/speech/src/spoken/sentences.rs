//! Splits a text into sentences while it is being written.

use super::abbreviations::ends_sentence;
use super::sources;

/// Maximum length of a piece in bytes. A longer one is cut at a comma or between words, because nobody should wait for
/// a long piece.
const LONGEST_PIECE: usize = 400;

/// Maximum length of a table or listing that stays in one piece.
const LONGEST_BLOCK: usize = 8 * 1024;

/// Number of bytes before a space that are examined.
const LOOKED_AT: usize = 64;

/// The sentences of a whole text, still in Markdown.
#[must_use]
pub fn sentences(text: &str) -> Vec<String> {
    let mut splitter = SentenceSplitter::default();
    let mut found = splitter.push(text);
    found.extend(splitter.finish());
    found
}

/// Finds the sentences of a Markdown text while it is being written. Headings, items, tables and listings are pieces
/// too. The closing list of sources is omitted.
#[derive(Debug, Default)]
pub struct SentenceSplitter {
    /// Text that has not been returned yet.
    text: String,
    /// How much of it has been examined.
    seen: usize,
    /// The start of the current line.
    line: usize,
    block: Block,
}

/// The kind of block that the current line belongs to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Block {
    #[default]
    Text,
    Table,
    Listing,
    /// The closing list of sources, unless other text follows.
    Sources,
}

impl SentenceSplitter {
    /// Takes the next part of the text and returns the pieces that it completes, in order.
    pub fn push(&mut self, text: &str) -> Vec<String> {
        self.text.push_str(text);
        let mut found = Vec::new();
        self.look(false, &mut found);
        found
    }

    /// Ends the text and returns the remaining pieces.
    pub fn finish(&mut self) -> Vec<String> {
        let mut found = Vec::new();
        self.text.push('\n');
        self.look(true, &mut found);
        let rest = std::mem::take(&mut self.text);
        let spoken = if self.block == Block::Sources { sources::without(&rest) } else { &rest };
        give(spoken, &mut found);
        *self = Self::default();
        found
    }

    fn look(&mut self, complete: bool, found: &mut Vec<String>) {
        // Where the piece begins that is being looked at: taken from the text once, at the end.
        let mut start = 0;
        while let Some(c) = self.text.get(self.seen..).and_then(|rest| rest.chars().next()) {
            let next = self.seen + c.len_utf8();
            let end = if c == '\n' {
                self.end_of_line(next)
            } else if self.block == Block::Text && c.is_whitespace() {
                match self.end_of_sentence(start, next, complete) {
                    Some(true) => Some(next),
                    Some(false) => None,
                    // What follows decides, and is not there yet.
                    None => break,
                }
            } else {
                None
            };
            self.seen = next;
            if let Some(end) = end.or_else(|| self.too_long(start)) {
                give(self.text.get(start..end).unwrap_or_default(), found);
                start = end;
            }
        }
        self.text.drain(..start);
        self.seen -= start;
        self.line = self.line.saturating_sub(start);
    }

    /// The end of the piece that the line before `next` completes.
    fn end_of_line(&mut self, next: usize) -> Option<usize> {
        let (start, was) = (self.line, self.block);
        let line = self.text.get(start..next).unwrap_or_default().trim_start_matches([' ', '\t', '>']).trim_end();
        let fence = line.starts_with("```") || line.starts_with("~~~");
        let (block, end) = match was {
            Block::Listing if fence => (Block::Text, Some(next)),
            Block::Listing => (was, None),
            Block::Sources => (was, None),
            // What the line begins ends what stands before it.
            _ if fence => (Block::Listing, Some(start)),
            _ if sources::is_heading(line) => (Block::Sources, Some(start)),
            Block::Table if line.starts_with('|') => (was, None),
            Block::Table => (Block::Text, Some(start)),
            Block::Text if line.starts_with('|') => (Block::Table, Some(start)),
            Block::Text => (was, ends_piece(line).then_some(next)),
        };
        self.block = block;
        self.line = next;
        end
    }

    /// Whether a sentence ends before the space before `next`; `None` if that cannot be decided yet.
    fn end_of_sentence(&self, start: usize, next: usize, complete: bool) -> Option<bool> {
        let before = self.text.get(start.max(self.line)..self.seen).unwrap_or_default();
        let tail = before.get(before.ceil_char_boundary(before.len().saturating_sub(LOOKED_AT))..).unwrap_or(before);
        let ended = without_closing(tail);
        if !ended.ends_with(['.', '!', '?', '…']) {
            return Some(false);
        }
        let rest = self.text.get(next..).unwrap_or_default();
        // The line's end decides about what stands before it.
        let Some(following) = rest.chars().find(|c| !matches!(c, ' ' | '\t')) else { return complete.then_some(false) };
        if following == '[' || following == '\n' || following == '|' {
            return Some(false);
        }
        let word = ended.rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '[' | '"')).next().unwrap_or(ended);
        let is_number = word.strip_suffix('.').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        if is_number && (before.trim_start().len() <= word.len() || following.is_ascii_digit()) {
            return Some(false);
        }
        Some(if word.ends_with('.') { ends_sentence(word, following) } else { !following.is_lowercase() })
    }

    /// Where to cut a piece that has become too long.
    fn too_long(&self, start: usize) -> Option<usize> {
        let limit = if self.block == Block::Text { LONGEST_PIECE } else { LONGEST_BLOCK };
        if self.seen - start < limit || self.block == Block::Sources {
            return None;
        }
        let piece = self.text.get(start..self.seen)?;
        let late = piece.ceil_char_boundary(limit / 2);
        let tail = piece.get(late..).unwrap_or_default();
        let cut = tail.rfind('\n').or_else(|| tail.rfind([',', ';', ':'])).or_else(|| tail.rfind(' '));
        let end = cut.map_or(self.seen, |at| start + late + at + 1);
        Some(self.text.ceil_char_boundary(end))
    }
}

/// Whether a line is a piece or ends one: the end of a paragraph, a heading, an item, the end of a sentence.
fn ends_piece(line: &str) -> bool {
    let item = line.starts_with(['#', '-', '+', '•']) || line.starts_with("* ") || is_numbered(line);
    line.is_empty() || item || without_closing(line).ends_with(['.', '!', '?', ':', '…'])
}

/// Whether a line is a numbered item: "1. Remove the cover", "2) Drain the oil".
fn is_numbered(line: &str) -> bool {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < line.len() && (rest.starts_with(". ") || rest.starts_with(") "))
}

/// The text without what may follow a full stop: quotation marks, emphasis, citation marks.
fn without_closing(text: &str) -> &str {
    let mut text = text;
    loop {
        text = text.trim_end_matches([' ', '*', '_', '"', '\'', '”', '’', ')', '`']);
        let Some(open) = text.strip_suffix(']').and_then(|inside| {
            let open = inside.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, ',' | ' ' | '–'));
            open.strip_suffix('[').filter(|open| open.len() + 1 < inside.len())
        }) else {
            return text;
        };
        text = open;
    }
}

fn give(piece: &str, found: &mut Vec<String>) {
    // The last line of a quotation may be empty.
    let piece = piece.trim().trim_end_matches(['>', '\n', ' ']);
    if piece.contains(|c: char| c.is_alphanumeric()) {
        found.push(piece.to_owned());
    }
}
