//! From positioned words to blocks: columns, rows, tables, lists and running text.
//!
//! One engine for text layers and for recognised pictures. All places are in one unit (points or
//! pixels), from the upper left corner, y downwards; thresholds are shares of the font size.
//!
//! The steps: [`glyphs`] joins characters to words; [`segments`] joins words on one baseline to
//! segments without a wide gap; [`columns`] cuts the page where it is set in columns; [`rows`] puts
//! segments of one height beside each other; [`tables`] finds runs of rows that share columns;
//! [`grid`] sorts a run into cells under their heads; [`prose`] makes lines of the rest.

mod columns;
pub mod glyphs;
mod grid;
mod head;
mod measure;
mod prose;
mod rows;
mod rules;
mod segments;
mod tables;
#[cfg(test)]
mod tests;
mod wrapped;

use super::Block;
pub use rules::Rule;

/// A word with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// Its characters.
    pub text: String,
    /// Left edge.
    pub left: f32,
    /// Right edge.
    pub right: f32,
    /// Upper edge.
    pub top: f32,
    /// Lower edge.
    pub bottom: f32,
    /// Where its letters stand.
    pub baseline: f32,
    /// Font size: about the distance between closely set lines.
    pub size: f32,
    /// Whether it is set in a bold face.
    pub bold: bool,
}

impl Word {
    fn middle(&self) -> f32 {
        f32::midpoint(self.left, self.right)
    }
}

/// Smallest font size that counts as text.
const SMALLEST: f32 = 1.5;

/// Most words that are laid out; more is no page that anybody prints.
const MOST_WORDS: usize = 20_000;

/// The words by the printed lines on which they stand, cut at wide gaps.
#[must_use]
pub fn lines_of(words: Vec<Word>) -> Vec<Vec<Word>> {
    segments::of(words, &[]).into_iter().map(|segment| segment.words).collect()
}

/// The blocks of a page, in reading order, from its words and ruled lines.
#[must_use]
pub fn blocks(words: Vec<Word>, rules: &[Rule]) -> Vec<Block> {
    let mut words: Vec<Word> = words.into_iter().filter(|word| word.size > SMALLEST).collect();
    words.truncate(MOST_WORDS);
    let words = segments::without_doubles(words);
    let vertical = rules::vertical(rules);
    let horizontal = rules::horizontal(rules);
    let mut blocks = Vec::new();
    for part in columns::split(segments::of(words, &vertical), &vertical, 0) {
        for run in tables::split(&rows::of(part), &vertical) {
            match run {
                tables::Run::Text(rows) => blocks.extend(prose::blocks(rows)),
                tables::Run::Table(rows) => {
                    for piece in grid::pieces(rows, &vertical, 0) {
                        let tables = grid::tables(&piece, &vertical, &horizontal);
                        blocks.extend(tables.into_iter().map(Block::Table));
                    }
                }
            }
        }
    }
    blocks
}
