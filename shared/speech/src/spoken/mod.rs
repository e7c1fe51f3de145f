//! Text as a person would read it out.
//!
//! An answer is Markdown, written for the eye: with tables, links, marks of citations, units and part
//! numbers. [`spoken()`] gives the words that a person would say, and [`SentenceSplitter`] finds the
//! sentences of an answer while it is still being written, so that the first can be spoken at once.

mod abbreviations;
mod blocks;
mod numbers;
mod sentences;
mod sources;
mod units;
mod words;

pub use sentences::{SentenceSplitter, sentences};

/// The most bytes of a text that are read out.
const LONGEST_TEXT: usize = 256 * 1024;

/// A text in Markdown as a person would read it out: plain words, one paragraph, heading, item or row
/// on each line. The closing list of sources is not read; of a text beyond 256 KiB only its beginning
/// is. The time it takes is proportional to the length, whatever is in it.
#[must_use]
pub fn spoken(markdown: &str) -> String {
    let text = markdown.get(..markdown.floor_char_boundary(LONGEST_TEXT)).unwrap_or(markdown);
    let lines = blocks::blocks(sources::without(text)).into_iter();
    lines.map(|block| words::say(&block)).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
