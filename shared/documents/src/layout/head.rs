//! The head of a table.

use super::Rule;
use super::grid::GridRow;

/// Maximum number of rows in a head.
const MOST: usize = 6;

/// The number of rows in the head: those above the first long rule, otherwise those before the first values.
pub(super) fn count(rows: &[GridRow], (left, right): (f32, f32), horizontal: &[Rule], framed: bool) -> usize {
    for (at, pair) in rows.windows(2).enumerate().take(MOST) {
        let [above, below] = pair else { continue };
        let (from, to) = (above.baseline - 1.0, below.baseline - 0.4 * below.size + 1.0);
        if horizontal.iter().any(|rule| from <= rule.y() && rule.y() <= to && covers(rule, (left, right), 0.6)) {
            // A single cell above a rule is a title, not a head.
            return if above.filled() >= 2 { at + 1 } else { 0 };
        }
    }
    let figures = rows.iter().take(MOST - 1).position(is_body).unwrap_or(1);
    // A single cell below the names of the columns is the title of a group of rows.
    let group = rows.windows(2).position(|pair| matches!(pair, [a, b] if a.filled() >= 2 && b.filled() == 1));
    let heads = group.map_or(figures, |at| figures.min(at + 1));
    let (head, body) = rows.split_at(heads.min(rows.len()));
    if is_certain(head, body, framed) { heads } else { 0 }
}

/// Whether a row belongs to the body: half of its cells contain numbers, or dot leaders lead to its value.
fn is_body(row: &GridRow) -> bool {
    row.led || 2 * row.cells.iter().filter(|cell| has_figure(cell)).count() >= row.filled()
}

fn has_figure(cell: &str) -> bool {
    cell.chars().any(|c| c.is_ascii_digit())
}

/// Whether a head without a rule below it is certain, since wrong heads are worse than none. It must be bold or in
/// capitals, or name columns of numbers. In a frame of vertical rules, words alone are enough.
fn is_certain(head: &[GridRow], body: &[GridRow], framed: bool) -> bool {
    let Some(last) = head.last() else { return false };
    let bold = |row: &GridRow| row.words.iter().filter(|word| word.bold).count() * 2 > row.words.len();
    let emphasised = head.iter().all(bold) && !body.iter().take(3).any(bold);
    let capitals = |row: &GridRow| row.cells.iter().all(|cell| !cell.chars().any(char::is_lowercase));
    let raised = head.iter().all(capitals) && !body.iter().take(3).all(capitals);
    let columns = last.cells.len();
    let over_figures = |column: usize| {
        let cells = body.iter().filter_map(|row| row.cells.get(column)).filter(|cell| !cell.is_empty());
        let figures = cells.clone().filter(|cell| has_figure(cell)).count();
        last.cells.get(column).is_some_and(|cell| !cell.is_empty()) && 2 * figures > cells.count()
    };
    let named = (0..columns).filter(|column| over_figures(*column)).count();
    let is_name = |cell: &String| !cell.is_empty() && cell.split(' ').count() <= 3 && !cell.ends_with(['.', ';', ',']);
    let names = last.cells.iter().all(is_name);
    emphasised || raised || (columns >= 3 && (named >= 2 || (names && (named >= 1 || framed))))
}

/// The index of a further head among the rows: names over columns of numbers, without a key in the first column.
pub(super) fn further(rows: &[GridRow]) -> Option<usize> {
    let is_head = |row: &GridRow| {
        let names = row.cells.iter().skip(1).filter(|cell| cell.chars().filter(|c| c.is_alphabetic()).count() >= 3);
        row.cells.first().is_some_and(String::is_empty)
            && names.count() >= 2
            && row.cells.iter().all(|cell| !cell.chars().any(|c| c.is_lowercase() || c.is_ascii_digit()))
    };
    let at = rows.iter().skip(1).position(is_head)? + 1;
    let figures = rows.iter().skip(at + 1).take(4).filter(|row| row.cells.iter().skip(1).any(|cell| has_figure(cell)));
    (at >= 1 && figures.count() >= 2 && rows.iter().take(at).any(|row| row.filled() >= 2)).then_some(at)
}

/// Whether a rule covers this share of the table's width.
pub(super) fn covers(rule: &Rule, (left, right): (f32, f32), share: f32) -> bool {
    rule.right.min(right) - rule.left.max(left) > share * (right - left)
}

/// The heads of the columns: the cells of the head's rows, joined from top to bottom.
pub(super) fn join(rows: &[GridRow], columns: usize) -> Vec<String> {
    let of = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.cells.get(column)).filter(|cell| !cell.is_empty());
        cells.cloned().collect::<Vec<_>>().join(" ")
    };
    (0..columns).map(of).collect()
}
