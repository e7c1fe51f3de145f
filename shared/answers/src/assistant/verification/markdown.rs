//! Parts of an answer in Markdown: paragraphs, items and rows, with their marks, sentences and cells.

use std::ops::Range;

use crate::assistant::mark_groups::{MarkGroup, mark_groups};
use documents::units::abbreviates;

/// A paragraph, list item or table row.
pub(super) struct Item {
    pub(super) range: Range<usize>,
    /// The first row of the same table.
    pub(super) head: Option<Range<usize>>,
    pub(super) marks: Vec<MarkGroup>,
}

/// Paragraphs, items and rows, with their marks.
pub(super) fn items(text: &str) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let mut head: Option<Range<usize>> = None;
    let mut is_open = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let range = at..at + line.len();
        at = range.end;
        let bare = line.trim().trim_start_matches(['>', ' ']).trim_start();
        if bare.is_empty() {
            (is_open, head) = (false, None);
        } else if bare.starts_with('|') {
            let is_rule = bare.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '));
            if head.is_none() {
                head = Some(range.clone());
            }
            if !is_rule {
                items.push(Item { range, head: head.clone(), marks: Vec::new() });
            }
            is_open = false;
        } else if is_open && !begins_item(bare) {
            if let Some(last) = items.last_mut() {
                last.range.end = range.end;
            }
        } else {
            items.push(Item { range, head: None, marks: Vec::new() });
            (is_open, head) = (true, None);
        }
    }
    for item in &mut items {
        item.marks = mark_groups(text.get(item.range.clone()).unwrap_or_default());
    }
    items
}

/// Whether a line begins with a list marker (`- `, `* `, `3. `, `3) `) or a heading marker.
fn begins_item(line: &str) -> bool {
    let behind_number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_numbered = behind_number.len() < line.len()
        && behind_number.trim_start_matches('\\').starts_with(['.', ')'])
        && line.len() - behind_number.len() <= 3;
    is_numbered || line.starts_with("- ") || line.starts_with("* ") || line.starts_with("+ ") || line.starts_with('#')
}

/// The destinations of links and the labels of marks, which contain no figures.
pub(super) fn hidden(text: &str) -> Vec<Range<usize>> {
    let mut hidden: Vec<Range<usize>> = mark_groups(text).into_iter().map(|group| group.range).collect();
    for (at, _) in text.match_indices("](") {
        let length = text.get(at..).and_then(|rest| rest.find(')')).unwrap_or(0);
        hidden.push(at..at + length);
    }
    for (at, _) in text.match_indices("://") {
        let length = text.get(at..).map_or(0, |rest| rest.find(char::is_whitespace).unwrap_or(rest.len()));
        hidden.push(at..at + length);
    }
    hidden
}

/// The sentences of an item.
pub(super) struct Sentences {
    /// The end of each, including marks after its full stop.
    ends: Vec<usize>,
    length: usize,
}

impl Sentences {
    pub(super) fn of(text: &str) -> Self {
        let mut ends: Vec<usize> = Vec::new();
        for (at, stop) in text.char_indices() {
            let is_inside = ends.last().is_some_and(|end| at < *end);
            if is_inside || !matches!(stop, '.' | '!' | '?' | ';') {
                continue;
            }
            let behind = text.get(at + 1..).unwrap_or_default();
            let next = behind.trim_start().chars().next();
            let ends_here = next.is_none_or(|c| !c.is_lowercase() && !c.is_ascii_digit());
            let is_of_word = stop == '.' && abbreviates(text.get(..at).unwrap_or_default());
            if behind.starts_with(char::is_whitespace) && ends_here && !is_of_word {
                ends.push(at + 1 + leading_marks(behind));
            }
        }
        Self { ends, length: text.len() }
    }

    /// The sentence that contains a position.
    pub(super) fn around(&self, place: &Range<usize>) -> Range<usize> {
        let next = self.ends.partition_point(|end| *end <= place.start);
        let begin = next.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        begin..self.ends.get(next).copied().unwrap_or(self.length)
    }
}

/// Length of the marks at the beginning of a sentence, which belong to the previous one.
fn leading_marks(text: &str) -> usize {
    let mut length = 0;
    while let Some(next) = text.get(length..).map(str::trim_start).filter(|next| next.starts_with('[')) {
        let Some(end) = next.find(']') else { break };
        length = text.len() - next.len() + end + 1;
    }
    length
}

/// The cells of a Markdown table row, as ranges in bytes.
pub(super) fn cells(row: &str) -> Vec<Range<usize>> {
    let borders: Vec<usize> = row
        .match_indices('|')
        .map(|(at, _)| at)
        .filter(|at| !row.get(..*at).unwrap_or_default().ends_with('\\'))
        .collect();
    borders.windows(2).filter_map(|pair| pair.first().zip(pair.last()).map(|(from, to)| from + 1..*to)).collect()
}
