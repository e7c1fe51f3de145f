//! Scans that were recognised twice: they have two invisible layers of the same text, one of them displaced.

use std::collections::HashMap;

use crate::{Area, Block, Line};

/// Minimum share of the page that the scan covers.
const COVERED: f32 = 0.5;
/// Minimum share of lines that occur twice.
const DOUBLED: f32 = 0.8;

/// Removes the second layer, if a picture covers the page and nearly all lines occur twice.
pub(super) fn without_second_layer(blocks: &mut Vec<Block>, pictures: &[Area], (width, height): (f32, f32)) {
    if !pictures.iter().any(|picture| picture.surface() >= COVERED * width * height) {
        return;
    }
    let mut counts: HashMap<String, usize> = HashMap::new();
    for line in blocks.iter().flat_map(Block::lines) {
        *counts.entry(letters(line)).or_default() += 1;
    }
    let all: usize = counts.values().sum();
    let twice: usize = counts.values().filter(|count| **count >= 2).sum();
    #[expect(clippy::cast_precision_loss, reason = "lines of one page")]
    let doubled = all >= 4 && twice as f32 >= DOUBLED * all as f32;
    if !doubled {
        return;
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut is_first = |line: &Line| {
        let known = seen.entry(letters(line)).or_default();
        *known += 1;
        // What stands four times was printed twice.
        2 * *known <= counts.get(&letters(line)).copied().unwrap_or(0).max(1) + 1
    };
    for block in blocks.iter_mut() {
        match block {
            Block::Prose(lines) | Block::List(lines) => lines.retain(&mut is_first),
            Block::Table(table) => table.rows.retain(|row| is_first(&row.line)),
        }
    }
    blocks.retain(|block| block.lines().next().is_some());
}

/// The line without blanks and case.
fn letters(line: &Line) -> String {
    line.text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}
