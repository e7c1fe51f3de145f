//! A page of a document as lines of text.

use serde::{Deserialize, Serialize};

use super::normalize;

/// Where the text of a page comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageSource {
    /// The text layer of the file.
    TextLayer,
    /// Optical character recognition of the page's image.
    Ocr,
    /// No readable text was found; a scanned page, a drawing, or an undecodable font.
    None,
}

/// One printed line, cleaned by [`normalize`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The text without leading and trailing white space.
    pub text: String,
    /// Font size in points; zero where unknown (plain text, OCR).
    pub size: f32,
    /// Whether most of the line is set in a bold face.
    pub bold: bool,
}

impl Line {
    /// A line of which only the text is known.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), size: 0.0, bold: false }
    }
}

/// One page of a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// Position in the file, counted from 1: what a PDF viewer shows, not what is printed.
    pub number: u32,
    /// Lines in reading order.
    pub lines: Vec<Line>,
    /// Where the text comes from.
    pub source: PageSource,
    /// Whether the page holds text worth indexing.
    pub has_text: bool,
}

impl Page {
    /// A page from its lines, which are judged for readability.
    #[must_use]
    pub fn new(number: u32, lines: Vec<Line>, source: PageSource) -> Self {
        let readable = normalize::is_readable(lines.iter().map(|line| line.text.as_str()));
        if readable {
            Self { number, lines, source, has_text: true }
        } else {
            Self { number, lines: Vec::new(), source: PageSource::None, has_text: false }
        }
    }

    /// A page from plain text; every line is cleaned.
    #[must_use]
    pub fn from_text(number: u32, text: &str, source: PageSource) -> Self {
        let lines = text.lines().map(normalize::clean_line).filter(|line| !line.is_empty()).map(Line::plain).collect();
        Self::new(number, lines, source)
    }

    /// The page's text, one printed line per line.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.lines.iter().map(|l| l.text.len() + 1).sum());
        for line in &self.lines {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&line.text);
        }
        text
    }
}
