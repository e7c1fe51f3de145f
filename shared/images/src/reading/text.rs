//! The result of text recognition: lines, words and ruled lines with their positions.

use crate::PixelBox;
use crate::picture::QuarterTurn;

/// The text on a picture.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReadText {
    /// The text, line by line; empty if there is none.
    pub text: String,
    /// Its lines in reading order.
    pub lines: Vec<ReadLine>,
    /// Ruled lines, as between the cells of a table, on the upright page (see [`ReadWord::upright`]). Only some readers
    /// detect them.
    pub rules: Vec<PixelBox>,
    /// How the picture was turned to be read.
    pub turn: QuarterTurn,
}

impl ReadText {
    /// The text of these lines, which are in reading order.
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
    /// Confidence of the reader, from 0 to 1.
    pub confidence: f32,
    /// Its area.
    pub area: PixelBox,
    /// Its words; empty if the reader returns lines only.
    pub words: Vec<ReadWord>,
}

impl ReadLine {
    /// Its area once the page is upright (see [`ReadWord::upright`]).
    #[must_use]
    pub fn upright(&self) -> PixelBox {
        let words = self.words.iter().map(|word| word.upright);
        words.reduce(|one, other| one.with(&other)).unwrap_or(self.area)
    }
}

/// A word on a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadWord {
    /// The text.
    pub text: String,
    /// Confidence of the reader, from 0 to 1.
    pub confidence: f32,
    /// Its area on the picture.
    pub area: PixelBox,
    /// Its area once the page is upright and its lines are level, in pixels of the picture's size. The same as `area`
    /// for pages that were upright and straight.
    pub upright: PixelBox,
}
