//! A run of rows sorted into cells.

use super::head;
use super::measure::{greatest, least, median, number};
use super::prose::area;
use super::rows::TextRow;
use super::segments::{Segment, join};
use super::{Rule, Word, wrapped};
use crate::documents::{CELL_SEPARATOR, LEADERS, Line, Row, Table, normalize};

/// Tables within one run.
const DEEPEST: u8 = 3;
/// Share of the rows that may cross the strip between two columns.
const CROSSING: f32 = 0.06;

/// A row of cells with what it was made of.
#[derive(Debug, Clone)]
pub(super) struct GridRow {
    pub(super) cells: Vec<String>,
    pub(super) baseline: f32,
    pub(super) size: f32,
    pub(super) words: Vec<Word>,
    /// Whether leaders lead from one cell to another.
    pub(super) led: bool,
}

impl GridRow {
    pub(super) fn filled(&self) -> usize {
        self.cells.iter().filter(|cell| !cell.is_empty()).count()
    }

    /// Takes over the cells of a row that goes on from this one.
    pub(super) fn append(&mut self, other: Self) {
        for (cell, more) in self.cells.iter_mut().zip(&other.cells) {
            if !cell.is_empty() && !more.is_empty() {
                cell.push(' ');
            }
            cell.push_str(more);
        }
        self.led |= other.led;
        self.words.extend(other.words);
        self.baseline = self.baseline.max(other.baseline);
    }
}

/// The extent of a run, sideways.
pub(super) fn sides(run: &[TextRow]) -> (f32, f32) {
    (least(run.iter().map(TextRow::left)), greatest(run.iter().map(TextRow::right)))
}

/// One run may hold two tables: it is cut where the parts have more columns than the whole.
pub(super) fn pieces(run: Vec<TextRow>, vertical: &[Rule], depth: u8) -> Vec<Vec<TextRow>> {
    let Some((whole, at)) = better_cut(&run, vertical, depth) else { return vec![run] };
    let mut upper = run;
    let lower = upper.split_off(at);
    debug_assert!(whole > 0, "a cut leaves rows above it");
    let mut parts = pieces(upper, vertical, depth + 1);
    parts.extend(pieces(lower, vertical, depth + 1));
    parts
}

/// The number of columns of the whole run, and where to cut it, if that gives more columns.
fn better_cut(run: &[TextRow], vertical: &[Rule], depth: u8) -> Option<(usize, usize)> {
    let (first, last) = (run.first()?, run.last()?);
    let whole = columns(run, vertical).len();
    let typical = median(run.iter().map(|row| number(row.segments.len())));
    let framing = |rule: &&Rule| rule.top <= first.baseline + 3.0 && rule.bottom >= last.baseline - last.size;
    let framed = columns_ruled(run, vertical) >= 2;
    let frame = (sides(run), horizontal, framed);
    while let Some(at) = head::further(&rest) {
        let below = rest.split_off(at);
        tables.push(table(rest, cuts.len() + 1, frame));
        rest = below;
    }
    tables.push(table(rest, cuts.len() + 1, frame));
    tables
}

/// How many vertical rules stand between the cells of a run.
fn columns_ruled(run: &[TextRow], vertical: &[Rule]) -> usize {
    let (left, right) = sides(run);
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return 0 };
    let height = last.baseline - first.baseline + first.size;
    let between = |rule: &&Rule| {
        let covered = rule.bottom.min(last.baseline) - rule.top.max(first.baseline - first.size);
        left + 2.0 < rule.left && rule.left < right - 2.0 && covered > 0.4 * height
    };
    vertical.iter().filter(between).count()
}

fn table(rows: Vec<GridRow>, columns: usize, (sides, horizontal, framed): ((f32, f32), &[Rule], bool)) -> Table {
    let heads = head::count(&rows, sides, horizontal, framed);
    let mut rows = wrapped::merged(rows, heads, sides, horizontal);
    let body = rows.split_off(heads.min(rows.len()));
    Table {
        head: head::join(&rows, columns),
        head_lines: rows.iter().map(line).collect(),
        rows: body.into_iter().filter(|row| row.filled() > 0).map(to_row).collect(),
    }
}

fn line(row: &GridRow) -> Line {
    to_row(row.clone()).line
}

fn to_row(row: GridRow) -> Row {
    let separator = if row.led { LEADERS } else { CELL_SEPARATOR };
    Row::new(row.cells, separator, row.size, area(row.words.iter()))
}
