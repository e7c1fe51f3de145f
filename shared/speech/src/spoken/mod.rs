//! Turns written text into spoken words.
//!
//! An answer is Markdown, written to be read: with tables, links, citation marks, units and part numbers. [`spoken()`]
//! returns the words that a person would say. [`SentenceSplitter`] finds the sentences of an answer while it is being
//! written, so that the first can be spoken at once.

mod abbreviations;
mod blocks;
mod numbers;
mod sentences;
mod sources;
mod units;
mod words;

pub use sentences::{SentenceSplitter, sentences};

/// Maximum length of a text to be spoken, in bytes.
const LONGEST_TEXT: usize = 256 * 1024;

/// Converts a Markdown text to plain words as a person would read them, with one paragraph, heading, item or row per
/// line. Omits the closing list of sources and everything after 256 KiB. Takes linear time, whatever the text contains.
#[must_use]
pub fn spoken(markdown: &str) -> String {
    let text = markdown.get(..markdown.floor_char_boundary(LONGEST_TEXT)).unwrap_or(markdown);
    let lines = blocks::blocks(sources::without(text)).into_iter();
    lines.map(|block| words::say(&block)).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
