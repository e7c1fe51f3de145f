//! Cells that are wrapped over several lines.

use super::Rule;
use super::grid::GridRow;
use super::head::covers;
use super::measure::{median, number};

/// Joins the lines of a row, if they are certainly one row. Rows with a key of their own are never joined.
pub(super) fn merged(rows: Vec<GridRow>, head: usize, sides: (f32, f32), horizontal: &[Rule]) -> Vec<GridRow> {
    match bands(&rows, head, sides, horizontal) {
        Some(begins) => by_bands(rows, head, &begins),
        None => by_distance(rows, head),
    }
}

/// For tables with rules between all rows: for each line, whether a row begins there.
fn bands(rows: &[GridRow], head: usize, sides: (f32, f32), horizontal: &[Rule]) -> Option<Vec<bool>> {
    let ruled = |pair: &[GridRow]| match pair {
        [above, below] => {
            let (from, to) = (above.baseline - 1.0, below.baseline - 0.3 * below.size);
            horizontal.iter().any(|rule| from <= rule.y() && rule.y() <= to && covers(rule, sides, 0.7))
        }
        _ => false,
    };
    let begins: Vec<bool> = std::iter::once(true).chain(rows.windows(2).map(ruled)).collect();
    let count = begins.iter().skip(1).filter(|begins| **begins).count();
    let full = count >= 3 && number(count) >= 0.4 * number(rows.len().saturating_sub(head));
    full.then_some(begins)
}

fn by_bands(rows: Vec<GridRow>, head: usize, begins: &[bool]) -> Vec<GridRow> {
    let mut out: Vec<GridRow> = Vec::new();
    let before: Vec<f32> = rows.iter().map(|row| row.baseline).collect();
    for (at, row) in rows.into_iter().enumerate() {
        let begins = begins.get(at).copied().unwrap_or(true);
        let pitch = at.checked_sub(1).and_then(|above| before.get(above)).map_or(f32::MAX, |y| row.baseline - y);
        let goes_on = at > head && !begins && row.filled() > 0;
        match out.last_mut() {
            Some(last) if goes_on && pitch < 1.5 * row.size && !both_value(last, &row) => last.append(row),
            _ => out.push(row),
        }
    }
    out
}

/// Without rules, a line continues the row above if it has no key, fills no cell that is empty above, and is close or
/// continues in lower case.
fn by_distance(mut rows: Vec<GridRow>, head: usize) -> Vec<GridRow> {
    let body = rows.split_off(head.min(rows.len()));
    let full = body.iter().filter(|row| row.filled() > 1).count();
    if body.len() < 3 || full < 2 {
        for row in body {
            let is_rest = |last: &GridRow| {
                let pitch = row.baseline - last.baseline;
                row.filled() == 1 && pitch < 1.3 * row.size && goes_on(last, &row) && !both_value(last, &row)
            };
            match rows.get_mut(head..).and_then(<[GridRow]>::last_mut) {
                Some(last) if is_rest(last) => last.append(row),
                _ => rows.push(row),
            }
        }
        return rows;
    }
    let size = median(body.iter().map(|row| row.size));
    let pitches: Vec<f32> = body
        .windows(2)
        .filter_map(|pair| match pair {
            [a, b] => Some(b.baseline - a.baseline),
            _ => None,
        })
        .collect();
    let closest = pitches.iter().copied().filter(|pitch| *pitch >= 0.9 * size).min_by(f32::total_cmp).unwrap_or(size);
    let apart = pitches.iter().filter(|pitch| **pitch > 1.12 * closest).count();
    let spaced = number(apart) >= 0.15 * number(pitches.len());
    let groups = are_groups(&body, &pitches, closest);
    for (at, row) in body.into_iter().enumerate() {
        let pitch = at.checked_sub(1).and_then(|above| pitches.get(above)).copied().unwrap_or(f32::MAX);
        let close = spaced && pitch <= 1.12 * closest && pitch < 1.7 * size;
        match rows.last_mut() {
            Some(last) if at > 0 && groups && pitch <= 1.12 * closest => last.append(row),
            Some(last) if at > 0 && goes_on(last, &row) && (close || (pitch < 1.6 * size && is_open(last, &row))) => {
                last.append(row);
            }
            _ => rows.push(row),
        }
    }
    rows
}

/// Whether the distance between rows is larger than that between their lines, and no two lines that would be joined are
/// rows of their own.
fn are_groups(body: &[GridRow], pitches: &[f32], closest: f32) -> bool {
    let near = |pitch: &f32| *pitch <= 1.12 * closest;
    let far = pitches.iter().filter(|pitch| **pitch >= 1.3 * closest).count();
    let between = pitches.iter().filter(|pitch| !near(pitch) && **pitch < 1.3 * closest).count();
    let joined = || body.windows(2).zip(pitches).filter(|(_, pitch)| near(pitch)).map(|(pair, _)| pair);
    let conflict = joined().any(|pair| matches!(pair, [above, row] if both_value(above, row)));
    far >= 2 && between == 0 && joined().count() > 0 && 4 * far >= pitches.len() && !conflict
}

/// Whether both lines have a value or item number in the same column. Then each is a row.
fn both_value(above: &GridRow, row: &GridRow) -> bool {
    let is_value = |cell: &String| {
        let text = cell.trim_start_matches(['(', '+', '-', '±', '<', '>', '≤', '≥', '.', ' ']);
        text.starts_with(|c: char| c.is_ascii_digit())
    };
    let is_item = |cell: &String| super::tables::is_mark(cell);
    above.cells.iter().zip(&row.cells).any(|(a, b)| (is_value(a) && is_value(b)) || (is_item(a) && is_item(b)))
}

fn is_keyless(row: &GridRow) -> bool {
    row.cells.first().is_some_and(String::is_empty)
}

/// Whether a line has no key and fills only cells that are filled above.
fn goes_on(above: &GridRow, row: &GridRow) -> bool {
    let within = row.cells.iter().zip(&above.cells).all(|(cell, above)| cell.is_empty() || !above.is_empty());
    is_keyless(row) && within && row.filled() > 0
}

/// Whether a cell continues an unfinished sentence in lower case.
fn is_open(above: &GridRow, row: &GridRow) -> bool {
    row.cells.iter().zip(&above.cells).any(|(cell, above)| {
        cell.starts_with(char::is_lowercase) && !above.is_empty() && !above.ends_with(['.', ':', ';'])
    })
}
