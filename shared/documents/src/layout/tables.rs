//! Finds tables: rows between the same vertical rules, or rows whose cells have common edges.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::Rule;
use super::measure::{greatest, least};
use super::rows::TextRow;
use super::segments::Segment;
use crate::outline::is_caption;
use crate::units::notice_word;

/// A run of rows.
pub(super) enum Run {
    /// Running text and lists.
    Text(Vec<TextRow>),
    /// Rows of a table.
    Table(Vec<TextRow>),
}

/// The mark of a list's item: `•`, `3.`, `(b)`, `2-14.`, `Step 4.`
static MARK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^(?:[•●▪■◦*–—-]|\(?(?:\d{1,3}|[a-zA-Z]{1,2}|[ivx]{1,4})(?:\.\d+)*[.)]|\d+(?:[.-]\d+)+\.?|(?i:step)\d+[.:]?|NOTE:?)$",
    )
    .ok()
});

/// Whether a row begins something new by itself.
fn opens(row: &TextRow) -> bool {
    match row.segments.as_slice() {
        [alone] => is_opening(alone.text().trim()),
        _ => false,
    }
}

/// Whether a line begins something new: a caption of a table or figure, or a signal word in capitals.
pub(super) fn is_opening(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    let is_signal_word = || !first.chars().any(char::is_lowercase) && notice_word(line).is_some();
    is_caption(line) || is_signal_word()
}

/// Whether a text is the label of a list item.
pub(super) fn is_mark(text: &str) -> bool {
    // Letters that are set one by one: `a .`
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    MARK.as_ref().is_some_and(|mark| mark.is_match(&text))
}

/// Whether a row is a list item: a label and its text.
pub(super) fn is_item(row: &TextRow) -> bool {
    match row.segments.as_slice() {
        [mark, text] => text.words.len() >= 2 && is_mark(&mark.text()),
        _ => false,
    }
}

fn is_columnar(row: &TextRow) -> bool {
    row.segments.len() >= 2 && !is_item(row)
}

/// Splits rows, from top to bottom, into text and tables.
pub(super) fn split(rows: &[TextRow], vertical: &[Rule]) -> Vec<Run> {
    let frame = Frame {
        left: least(rows.iter().map(TextRow::left)),
        right: greatest(rows.iter().map(TextRow::right)),
        vertical,
    };
    let mut runs: Vec<Run> = Vec::new();
    let mut rest = rows;
    while !rest.is_empty() {
        let table = frame.ruled_table(rest).or_else(|| unruled_table(rest));
        let (taken, after) = rest.split_at(table.unwrap_or(1));
        rest = after;
        match (table, runs.last_mut()) {
            (Some(_), _) => runs.push(Run::Table(taken.to_vec())),
            (None, Some(Run::Text(text))) => text.extend_from_slice(taken),
            (None, _) => runs.push(Run::Text(taken.to_vec())),
        }
    }
    runs
}

/// The vertical rules of a part of the page.
struct Frame<'a> {
    left: f32,
    right: f32,
    vertical: &'a [Rule],
}

impl Frame<'_> {
    /// The number of rows at the front that are between the same two or more long vertical rules.
    fn ruled_table(&self, rows: &[TextRow]) -> Option<usize> {
        let mut common = self.rules_at(rows.first()?);
        if common.len() < 2 {
            return None;
        }
        let mut end = 1;
        while let Some(row) = rows.get(end) {
            let shared: BTreeSet<i32> = common.intersection(&self.rules_at(row)).copied().collect();
            if shared.len() < 2 {
                break;
            }
            common = shared;
            end += 1;
        }
        let run = rows.get(..end)?;
        (run.iter().filter(|row| is_columnar(row)).count() >= 3).then_some(end)
    }

    /// The rules next to a row, by position. The two edges of a bar count as one.
    fn rules_at(&self, row: &TextRow) -> BTreeSet<i32> {
        let height = row.baseline - 0.35 * row.size;
        let beside = self.vertical.iter().filter(|rule| {
            rule.bottom - rule.top > 5.0 * row.size
                && rule.top - 2.0 <= height
                && height <= rule.bottom + 2.0
                && self.left + 3.0 < rule.left
                && rule.left < self.right - 3.0
        });
        #[expect(clippy::cast_possible_truncation, reason = "a place on a page")]
        beside.map(|rule| (rule.left / 6.0).round() as i32).collect()
    }
}

/// The number of rows at the front whose cells line up, without rules.
fn unruled_table(rows: &[TextRow]) -> Option<usize> {
    if !is_columnar(rows.first()?) {
        return None;
    }
    let (mut last, mut misses) = (0, 0);
    for (at, row) in rows.iter().enumerate().skip(1) {
        let pitch = row.baseline - rows.get(at - 1)?.baseline;
        let run = rows.get(..=last)?;
        if opens(row) || pitch > 4.5 * row.size || (pitch > 2.2 * row.size && !fits(row, run)) {
            break;
        }
        let alone = row.segments.len() == 1;
        if is_columnar(row) {
            last = at;
            misses = 0;
        } else if alone && at - last == 1 && pitch < 1.6 * row.size && hangs_below(row, run) {
            last = at;
        } else if alone && pitch < 3.2 * row.size && fits(row, run) {
            // A long run of single cells is a column of text beside a figure.
            if at - last > 12 {
                break;
            }
            if pitch < 1.6 * row.size && at - last <= 4 {
                last = at;
            }
        } else {
            misses += 1;
            if misses > 3 || (alone && is_wide(row, run)) {
                break;
            }
        }
    }
    let run = rows.get(..=last)?;
    let columnar = run.iter().filter(|row| is_columnar(row)).count();
    (columnar >= 3 && agree(run)).then_some(last + 1)
}

/// Whether two cells have the same start, end or centre.
fn aligned(a: &Segment, b: &Segment, (start, end, middle): (f32, f32, f32)) -> bool {
    (a.left - b.left).abs() < start
        || (a.right - b.right).abs() < end
        || (a.left + a.right - b.left - b.right).abs() < middle
}

/// The cells of a row except the first column.
fn further(row: &TextRow) -> impl Iterator<Item = &Segment> {
    row.segments.iter().skip(1)
}

/// Whether a cell of the row lines up with a cell of the run, other than in the first column.
fn fits(row: &TextRow, run: &[TextRow]) -> bool {
    run.iter().flat_map(further).any(|cell| row.segments.iter().any(|own| aligned(own, cell, (3.0, 2.0, 4.0))))
}

/// Whether a cell continues below a word of the last full row. If two cells are so close that they look like one, the
/// second is wrapped to where its first word begins.
fn hangs_below(row: &TextRow, run: &[TextRow]) -> bool {
    const SAME_EDGE: f32 = 1.0;
    let Some(above) = run.iter().rev().find(|row| is_columnar(row)) else { return false };
    let hangs = |segment: &Segment| segment.words.iter().skip(1).any(|word| (word.left - row.left()).abs() < SAME_EDGE);
    let first = above.segments.first().map_or(0.0, |segment| segment.right);
    row.left() > first && further(above).any(hangs)
}

/// Whether a row is a line of text across the whole run.
fn is_wide(row: &TextRow, run: &[TextRow]) -> bool {
    let width = greatest(run.iter().map(TextRow::right)) - least(run.iter().map(TextRow::left));
    row.segments.first().is_some_and(|segment| segment.width() > 0.6 * width && segment.words.len() > 6)
}

/// Whether at least half of the rows share an edge of a cell, beyond the first, with another row.
fn agree(run: &[TextRow]) -> bool {
    let rows: Vec<&TextRow> = run.iter().filter(|row| row.segments.len() >= 2).collect();
    let shares = |at: usize, row: &TextRow| {
        let others = rows.iter().enumerate().filter(|(other, _)| *other != at);
        others
            .flat_map(|(_, other)| further(other))
            .any(|cell| further(row).any(|own| aligned(own, cell, (3.0, 3.0, 6.0))))
    };
    let agreeing = rows.iter().enumerate().filter(|(at, row)| shares(*at, row)).count();
    agreeing * 2 >= rows.len()
}
