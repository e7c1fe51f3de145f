//! The order in which lines are read: column by column where there is prose in columns, else row by row.

use crate::measure::median;
use crate::{PixelBox, ReadLine};

/// Lines that overlap by this share of the lower one's height are in one row.
const BESIDE: f32 = 0.5;
/// Lines of a column of prose, and their characters in the middle. A data plate has labels and values beside each
/// other, which are read by row.
const LEAST_LINES: usize = 5;
const LEAST_CHARACTERS: usize = 14;
/// The gap between columns, in heights of lines.
const GAP: f32 = 0.6;

/// The lines in reading order.
pub(super) fn in_reading_order(lines: Vec<ReadLine>) -> Vec<ReadLine> {
    let height = median(lines.iter().map(|line| line.upright().height));
    parts(lines, height)
}

/// Splits lines at the first gap that goes through all of them: between columns, or across the page.
fn parts(lines: Vec<ReadLine>, height: f32) -> Vec<ReadLine> {
    let across = gap(&lines, GAP * height, |area| (area.x, area.right()));
    if let Some(at) = across {
        let (left, right): (Vec<_>, Vec<_>) = lines.iter().cloned().partition(|line| line.upright().right() <= at);
        if is_prose(&left) && is_prose(&right) {
            return [parts(left, height), parts(right, height)].concat();
        }
    }
    // A title or a picture above columns ends where no line is.
    if let Some(at) = gap(&lines, GAP * height, |area| (area.y, area.bottom())) {
        let (above, below): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.upright().bottom() <= at);
        return [parts(above, height), parts(below, height)].concat();
    }
    rows(lines)
}

/// The middle of the widest gap of at least this width that no line crosses.
fn gap(lines: &[ReadLine], least: f32, sides: fn(&PixelBox) -> (f32, f32)) -> Option<f32> {
    let mut spans: Vec<(f32, f32)> = lines.iter().map(|line| sides(&line.upright())).collect();
    spans.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
    let mut end = spans.first()?.1;
    let mut widest: Option<(f32, f32)> = None;
    for (from, to) in spans {
        let width = from - end;
        if width >= least && widest.is_none_or(|(known, _)| width > known) {
            widest = Some((width, f32::midpoint(from, end)));
        }
        end = end.max(to);
    }
    widest.map(|(_, middle)| middle)
}

fn is_prose(lines: &[ReadLine]) -> bool {
    let mut lengths: Vec<usize> = lines.iter().map(|line| line.text.chars().count()).collect();
    lengths.sort_unstable();
    lengths.len() >= LEAST_LINES && lengths.get(lengths.len() / 2).is_some_and(|middle| *middle >= LEAST_CHARACTERS)
}

/// Lines row by row, each from left to right.
fn rows(mut lines: Vec<ReadLine>) -> Vec<ReadLine> {
    lines.sort_by(|one, other| one.upright().y.total_cmp(&other.upright().y));
    let mut rows: Vec<Vec<ReadLine>> = Vec::new();
    for line in lines {
        let here = line.upright();
        let is_beside = |other: &ReadLine| {
            let other = other.upright();
            let shared = other.bottom().min(here.bottom()) - other.y.max(here.y);
            shared >= BESIDE * other.height.min(here.height)
        };
        match rows.last_mut().filter(|row| row.iter().any(is_beside)) {
            Some(row) => row.push(line),
            None => rows.push(vec![line]),
        }
    }
    for row in &mut rows {
        row.sort_by(|one, other| one.upright().x.total_cmp(&other.upright().x));
    }
    rows.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, x: f32, y: f32) -> ReadLine {
        #[expect(clippy::cast_precision_loss, reason = "a few characters")]
        let width = 10.0 * text.chars().count() as f32;
        let area = PixelBox { x, y, width, height: 20.0 };
        ReadLine { text: text.to_owned(), confidence: 0.9, area, words: Vec::new() }
    }

    fn texts(lines: Vec<ReadLine>) -> Vec<String> {
        in_reading_order(lines).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn a_plate_is_read_by_row() {
        let rows = [("MODEL", "V8-6.2"), ("SERIAL", "H075006"), ("VOLTS", "24"), ("HP", "150"), ("RPM", "3600")];
        let mut lines = Vec::new();
        for (row, (label, value)) in rows.iter().enumerate() {
            #[expect(clippy::cast_precision_loss, reason = "five rows")]
            let y = 25.0 * row as f32;
            lines.extend([line(value, 300.0, y + 4.0), line(label, 10.0, y)]);
        }
        let expected: Vec<&str> = rows.iter().flat_map(|(label, value)| [*label, *value]).collect();
        assert_eq!(texts(lines), expected);
    }

    #[test]
    fn columns_of_prose_are_read_one_after_the_other_below_their_title() {
        let mut lines = vec![line("A title over both of the columns of this page", 0.0, 0.0)];
        for row in 0_u8..6 {
            let y = 60.0 + 25.0 * f32::from(row);
            lines.push(line(&format!("line {row} of the right"), 400.0, y));
            lines.push(line(&format!("line {row} of the left one"), 0.0, y + 3.0));
        }
        let read = texts(lines);
        assert_eq!(read.first().map(String::as_str), Some("A title over both of the columns of this page"));
        let (left, right) = (read.get(1..7), read.get(7..));
        assert!(left.is_some_and(|lines| lines.iter().all(|line| line.ends_with("left one"))), "{read:?}");
        assert!(right.is_some_and(|lines| lines.len() == 6 && lines.iter().all(|line| line.ends_with("right"))));
    }

    #[test]
    fn nothing_is_lost() {
        assert_eq!(texts(Vec::new()), Vec::<String>::new());
        let same = vec![line("a", 0.0, 0.0), line("b", 0.0, 0.0), line("c", f32::MAX, 0.0)];
        assert_eq!(texts(same).len(), 3);
    }
}
