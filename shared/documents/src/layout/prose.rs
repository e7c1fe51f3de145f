//! Rows outside tables, as printed lines: running text and lists.

use super::Word;
use super::rows::TextRow;
use super::tables::{is_item, is_mark};
use crate::normalize::{clean_line, join_hyphenated};
use crate::{Area, Block, CELL_SEPARATOR, LEADERS, Line};

/// The blocks of these rows: lists apart from running text.
pub(super) fn blocks(rows: Vec<TextRow>) -> Vec<Block> {
    let mut lines: Vec<(bool, Line)> = Vec::new();
    let mut in_item: Option<f32> = None;
    for row in rows {
        let Some(line) = line(&row) else { continue };
        let marked = is_item(&row) || begins_with_mark(&line.text);
        // An item goes on where its lines are indented, or as far as they are not below each other.
        let goes_on = in_item.is_some_and(|left| row.left() > left + 0.5 * row.size);
        if marked {
            in_item = Some(row.left());
        } else if !goes_on {
            in_item = None;
        }
        lines.push((marked || goes_on, line));
    }
    join_broken_words(&mut lines);
    let mut blocks: Vec<Block> = Vec::new();
    for (listed, line) in lines {
        match (blocks.last_mut(), listed) {
            (Some(Block::List(lines)), true) | (Some(Block::Prose(lines)), false) => lines.push(line),
            (_, true) => blocks.push(Block::List(vec![line])),
            (_, false) => blocks.push(Block::Prose(vec![line])),
        }
    }
    blocks
}

/// Whether a line is a list item: a label, a space, and words, as in `3. Remove the bolt`.
fn begins_with_mark(text: &str) -> bool {
    text.split_once(' ').is_some_and(|(mark, rest)| {
        is_mark(mark) && mark != "-" && rest.chars().filter(|c| c.is_alphabetic()).count() >= 2
    })
}

fn line(row: &TextRow) -> Option<Line> {
    let mut texts = String::new();
    for segment in &row.segments {
        let text = clean_line(&segment.text());
        if text.is_empty() {
            continue;
        }
        if !texts.is_empty() {
            texts.push_str(match segment.led {
                true => LEADERS,
                false if is_item(row) => " ",
                false => CELL_SEPARATOR,
            });
        }
        texts.push_str(&text);
    }
    if texts.is_empty() {
        return None;
    }
    let characters =
        |bold: bool| row.words().filter(|word| word.bold || !bold).map(|word| word.text.chars().count()).sum::<usize>();
    let bold = characters(true) * 2 > characters(false);
    Some(Line { text: texts, size: row.size, bold, area: area(row.words()), in_picture: false })
}

/// Joins words that were hyphenated at the end of a line, on the line where they begin.
fn join_broken_words(lines: &mut Vec<(bool, Line)>) {
    for at in 1..lines.len() {
        let (before, after) = lines.split_at_mut(at);
        let (Some((_, line)), Some((_, next))) = (before.last_mut(), after.first_mut()) else { continue };
        if let Some((joined, taken)) = join_hyphenated(&line.text, &next.text) {
            let mut rest = next.text.get(taken..).unwrap_or_default();
            line.text = joined;
            // Punctuation belongs to the word that was made whole.
            if let Some(mark) = rest.chars().next().filter(|c| matches!(c, '.' | ',' | ';' | ':' | ')')) {
                line.text.push(mark);
                rest = rest.get(mark.len_utf8()..).unwrap_or_default();
            }
            next.text = rest.trim_start().to_owned();
        }
    }
    lines.retain(|(_, line)| !line.text.is_empty());
}

/// The area of some words.
pub(super) fn area<'a>(words: impl Iterator<Item = &'a Word>) -> Area {
    let of = |word: &Word| Area { left: word.left, top: word.top, right: word.right, bottom: word.bottom };
    words.map(of).reduce(Area::union).unwrap_or_default()
}
