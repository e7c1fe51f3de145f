//! Builds blocks from positioned words: columns, rows, tables, lists and running text.
//!
//! The same engine serves text layers and recognised pictures. All positions have the same unit (points or pixels),
//! from the upper left corner, y downwards. Thresholds are relative to the font size.
//!
//! The steps: [`glyphs`] joins characters to words; [`segments`] joins words on one baseline, up to a wide gap;
//! [`columns`] splits the page into columns; [`rows`] groups segments of the same height; [`tables`] finds runs of rows
//! with common columns; [`grid`] sorts a run into cells under their heads; [`prose`] makes lines of the rest.

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

/// A word and its position.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// Its text.
    pub text: String,
    /// Left edge.
    pub left: f32,
    /// Right edge.
    pub right: f32,
    /// Upper edge.
    pub top: f32,
    /// Lower edge.
    pub bottom: f32,
    /// Y coordinate of the baseline.
    pub baseline: f32,
    /// Font size: about the distance of tightly set lines.
    pub size: f32,
    /// Whether it is bold.
    pub bold: bool,
}

impl Word {
    fn middle(&self) -> f32 {
        f32::midpoint(self.left, self.right)
    }
}

/// Smallest font size that counts as text.
const SMALLEST: f32 = 1.5;

/// Maximum number of words; no printed page has more.
const MOST_WORDS: usize = 20_000;

/// Groups words by printed line. Lines are split at wide gaps.
#[must_use]
pub fn lines_of(words: Vec<Word>) -> Vec<Vec<Word>> {
    segments::of(words, &[]).into_iter().map(|segment| segment.words).collect()
}

/// Builds the blocks of a page, in reading order, from its words and ruled lines.
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
