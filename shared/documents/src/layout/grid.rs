//! Sorts a run of rows into cells.

use super::head;
use super::measure::{greatest, least, median, number};
use super::prose::area;
use super::rows::TextRow;
use super::segments::{Segment, join};
use super::{Rule, Word, wrapped};
use crate::{CELL_SEPARATOR, LEADERS, Line, Row, Table, normalize};

/// Maximum number of tables in one run, as a recursion depth.
const DEEPEST: u8 = 3;
/// Share of the rows that may cross the strip between two columns.
const CROSSING: f32 = 0.06;

/// A row of cells, and the segments that it was built from.
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

    /// Appends the cells of a row that continues this one.
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

/// Left and right edge of a run.
pub(super) fn sides(run: &[TextRow]) -> (f32, f32) {
    (least(run.iter().map(TextRow::left)), greatest(run.iter().map(TextRow::right)))
}

/// Splits a run that consists of two tables: if the parts have more columns than the whole.
pub(super) fn pieces(run: Vec<TextRow>, vertical: &[Rule], depth: u8) -> Vec<Vec<TextRow>> {
    let Some((whole, at)) = better_cut(&run, vertical, depth) else { return vec![run] };
    let mut upper = run;
    let lower = upper.split_off(at);
    debug_assert!(whole > 0, "a cut leaves rows above it");
    let mut parts = pieces(upper, vertical, depth + 1);
    parts.extend(pieces(lower, vertical, depth + 1));
    parts
}

/// The number of columns of the whole run, and where to split it if that gives more columns.
fn better_cut(run: &[TextRow], vertical: &[Rule], depth: u8) -> Option<(usize, usize)> {
    let (first, last) = (run.first()?, run.last()?);
    let whole = columns(run, vertical).len();
    let typical = median(run.iter().map(|row| number(row.segments.len())));
    let framing = |rule: &&Rule| rule.top <= first.baseline + 3.0 && rule.bottom >= last.baseline - last.size;
    let framed = vertical.iter().filter(framing).count() >= 2;
    if depth > DEEPEST || run.len() < 8 || number(whole + 1) >= typical || framed {
        return None;
    }
    let mut best: Option<(f32, usize)> = None;
    for at in 3..run.len() - 2 {
        let (upper, lower) = run.split_at(at);
        let count = |part: &[TextRow]| number(columns(part, vertical).len()) * number(part.len());
        let mean = (count(upper) + count(lower)) / number(run.len());
        if best.is_none_or(|(most, _)| mean > most + 1e-6) {
            best = Some((mean, at));
        }
    }
    let (mean, at) = best?;
    (mean >= number(whole) + 0.5).then_some((whole.max(1), at))
}

/// Positions between columns: vertical rules, and strips that almost no row crosses.
pub(super) fn columns(run: &[TextRow], vertical: &[Rule]) -> Vec<f32> {
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return Vec::new() };
    let (top, bottom) = (first.baseline - first.size, last.baseline + 2.0);
    let (left, right) = sides(run);
    let size = median(run.iter().flat_map(|row| &row.segments).map(|segment| segment.size));
    let mut cuts = strips(run, (left, right), size);
    for rule in vertical {
        let covered = rule.bottom.min(bottom) - rule.top.max(top);
        if covered > 0.4 * (bottom - top) && left + 2.0 < rule.left && rule.left < right - 2.0 {
            cuts.retain(|cut| (cut - rule.left).abs() >= 0.8 * size);
            if !cuts.iter().any(|cut| (cut - rule.left).abs() < 3.0) {
                cuts.push(rule.left);
            }
        }
    }
    cuts.sort_unstable_by(f32::total_cmp);
    // A column without a word is none.
    let mut kept: Vec<f32> = Vec::new();
    for cut in cuts {
        let from = kept.last().copied().unwrap_or(f32::MIN);
        if run.iter().flat_map(TextRow::words).any(|word| from <= word.middle() && word.middle() < cut) {
            kept.push(cut);
        }
    }
    kept
}

/// A gap within a segment that may be one between columns, in font sizes.
const WIDE_BLANK: f32 = 0.8;

/// The horizontal ranges that a segment covers. A wide gap may be the strip between two columns.
fn stretches(segment: &Segment) -> Vec<(f32, f32)> {
    let mut stretches: Vec<(f32, f32)> = Vec::new();
    for word in &segment.words {
        match stretches.last_mut() {
            Some((_, to)) if word.left - *to < WIDE_BLANK * segment.size => *to = to.max(word.right),
            _ => stretches.push((word.left, word.right)),
        }
    }
    stretches
}

/// The number of cells of a typical row, at most three. Enough rows must have them, because other rows contain a title
/// or a value across two columns.
fn typical_cells(run: &[TextRow]) -> usize {
    let several = run.iter().filter(|row| row.segments.len() >= 2).count();
    let three = run.iter().filter(|row| row.segments.len() >= 3).count();
    match (several, three) {
        (0, _) => 1,
        _ if 10 * three >= 3 * several => 3,
        _ => 2,
    }
}

/// Centres of the strips that few rows cross, one unit wide each.
fn strips(run: &[TextRow], (left, right): (f32, f32), size: f32) -> Vec<f32> {
    let typical = typical_cells(run);
    let mut body: Vec<&TextRow> = run.iter().filter(|row| row.segments.len() >= typical).collect();
    if body.is_empty() {
        body = run.iter().collect();
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places on a page, clamped")]
    let step = |place: f32| (place - left).clamp(0.0, 20_000.0) as usize;
    let mut cover = vec![0_usize; step(right) + 2];
    for (from, to) in body.iter().flat_map(|row| &row.segments).flat_map(stretches) {
        for count in cover.iter_mut().take(step(to) + 1).skip(step(from)) {
            *count += 1;
        }
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of the rows")]
    let limit = (CROSSING * number(body.len())) as usize;
    let mut cuts = Vec::new();
    let mut at = 0;
    for strip in cover.chunk_by(|a, b| (*a <= limit) == (*b <= limit)) {
        let (begin, end) = (at, at + strip.len());
        at = end;
        let open = strip.first().is_some_and(|count| *count <= limit);
        if !open || begin == 0 || end == cover.len() || number(strip.len()) < 0.45 * size {
            continue;
        }
        let least = strip.iter().min().copied().unwrap_or(0);
        let from = strip.iter().position(|count| *count == least).unwrap_or(0);
        let to = strip.iter().rposition(|count| *count == least).unwrap_or(from);
        cuts.push(left + number(begin) + f32::midpoint(number(from), number(to)));
    }
    cuts
}

/// Sorts the rows of a run into cells.
pub(super) fn rows(run: &[TextRow], cuts: &[f32]) -> Vec<GridRow> {
    run.iter().map(|row| grid_row(row, cuts)).collect()
}

fn grid_row(row: &TextRow, cuts: &[f32]) -> GridRow {
    let mut cells: Vec<Vec<Word>> = vec![Vec::new(); cuts.len() + 1];
    let column = |place: f32| cuts.iter().filter(|cut| **cut <= place).count();
    let mut put = |at: usize, word: &Word| {
        if let Some(cell) = cells.get_mut(at) {
            cell.push(word.clone());
        }
    };
    for segment in &row.segments {
        match placement(segment, cuts, row.segments.len() == 1) {
            Placement::At(place) => segment.words.iter().for_each(|word| put(column(place), word)),
            Placement::ByWord => segment.words.iter().for_each(|word| put(column(word.middle()), word)),
        }
    }
    let text = |words: &Vec<Word>| normalize::clean_line(&join(words));
    GridRow {
        cells: cells.iter().map(text).collect(),
        baseline: row.baseline,
        size: row.size,
        words: row.words().cloned().collect(),
        led: row.segments.iter().any(|segment| segment.led),
    }
}

enum Placement {
    /// The whole segment goes into the column at this position.
    At(f32),
    /// Each word goes into the column at its own position.
    ByWord,
}

/// Chooses the cell of a segment: one cell if no column boundary lies between two of its words, otherwise word by word.
fn placement(segment: &Segment, cuts: &[f32], alone: bool) -> Placement {
    let inside: Vec<f32> =
        cuts.iter().copied().filter(|cut| segment.left + 1.0 < *cut && *cut < segment.right - 1.0).collect();
    let gap = |cut: &f32| {
        let pairs = segment.words.windows(2).filter_map(|pair| match pair {
            [a, b] if a.right <= cut + 1.0 && b.left >= cut - 1.0 => Some(b.left - a.right),
            _ => None,
        });
        pairs.max_by(f32::total_cmp)
    };
    let gaps: Vec<Option<f32>> = inside.iter().map(gap).collect();
    let clean = gaps.iter().all(Option::is_some);
    if inside.is_empty() || (!clean && segment.words.len() < 8) {
        return Placement::At(f32::midpoint(segment.left, segment.right));
    }
    let narrowest = gaps.iter().flatten().copied().min_by(f32::total_cmp).unwrap_or(0.0);
    // A line of text that happens to have a blank between the columns.
    if !clean || (alone && narrowest < 0.33 * segment.size) {
        return Placement::At(segment.left + 1.0);
    }
    Placement::ByWord
}

/// The tables of a run: several if there are heads between its rows.
pub(super) fn tables(run: &[TextRow], vertical: &[Rule], horizontal: &[Rule]) -> Vec<Table> {
    let cuts = columns(run, vertical);
    let mut rest = rows(run, &cuts);
    let mut tables = Vec::new();
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

/// The number of vertical rules between the cells of a run.
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
