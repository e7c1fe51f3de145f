//! What a reader found: lines, words and ruled lines, each with its place.

use crate::PixelBox;
use crate::picture::QuarterTurn;

/// What is written on a picture.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReadText {
    /// All of it, line by line; empty where nothing is written.
    pub text: String,
    /// Its lines in reading order.
    pub lines: Vec<ReadLine>,
    /// Long thin lines, as between the cells of a table, on the upright page: see [`ReadWord::upright`].
    /// Only readers that look for them give any.
    pub rules: Vec<PixelBox>,
    /// How the picture was turned before it could be read.
    pub turn: QuarterTurn,
}

impl ReadText {
    /// The text of these lines, which come in reading order.
    #[must_use]
    pub fn of(lines: Vec<ReadLine>) -> Self {
        let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        Self { text: texts.join("\n"), lines, ..Self::default() }
    }
}

/// A line of text on a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadLine {
    /// The text.
    pub text: String,
    /// How sure the reader is, from 0 to 1.
    pub confidence: f32,
    /// Where it stands.
    pub area: PixelBox,
    /// Its words; empty where the reader knows the places of lines only.
    pub words: Vec<ReadWord>,
}

/// A word on a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadWord {
    /// The text.
    pub text: String,
    /// How sure the reader is, from 0 to 1.
    pub confidence: f32,
    /// Where it stands on the picture.
    pub area: PixelBox,
    /// Where it stands once the page is upright and its lines are level, in pixels of the picture's
    /// size. On a page that was straight from the start, both places are the same.
    pub upright: PixelBox,
}
