//! The head of a table.

use super::Rule;
use super::grid::GridRow;

/// Most rows of a head.
const MOST: usize = 6;

/// How many rows are head: those above the first long rule, else those before figures begin.
pub(super) fn count(rows: &[GridRow], (left, right): (f32, f32), horizontal: &[Rule]) -> usize {
    for (at, pair) in rows.windows(2).enumerate().take(MOST) {
        let [above, below] = pair else { continue };
        let (from, to) = (above.baseline - 1.0, below.baseline - 0.4 * below.size + 1.0);
        if horizontal.iter().any(|rule| from <= rule.y() && rule.y() <= to && covers(rule, (left, right), 0.6)) {
            // A single cell above a rule is a title, not a head.
            return if above.filled() >= 2 { at + 1 } else { 0 };
        }
    }
    let is_body = |row: &GridRow| {
        let filled = row.cells.iter().filter(|cell| !cell.is_empty());
        let figures = filled.clone().filter(|cell| cell.chars().any(|c| c.is_ascii_digit())).count();
        figures * 2 >= filled.count()
    };
    rows.iter().take(MOST - 1).position(is_body).unwrap_or(1)
}

/// Whether a rule covers so much of the table's width.
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
