//! Columns of a page. They are separated before rows are built, so that neighbouring lines in two columns are not taken
//! for one row.

use super::Rule;
use super::measure::{greatest, least, median, number};
use super::rows::{self, TextRow};
use super::segments::Segment;

/// Maximum nesting of columns.
const DEEPEST: u8 = 3;
/// Minimum number of segments that can form columns.
const FEW: usize = 8;
/// Minimum number of segments that begin at the same position to make it a column edge.
const EDGE_SEGMENTS: usize = 4;

/// A split into two columns.
struct Cut {
    score: f32,
    left: Vec<usize>,
    right: Vec<usize>,
}

/// The parts of a page in reading order: the part above the columns, the left column, the right one, the part below;
/// each split again.
pub(super) fn split(segments: Vec<Segment>, vertical: &[Rule], depth: u8) -> Vec<Vec<Segment>> {
    if depth > DEEPEST || segments.len() < FEW {
        return vec![segments];
    }
    let Some(cut) = best_cut(&segments, vertical) else { return vec![segments] };
    let size = median(segments.iter().map(|segment| segment.size));
    let top = least(cut.left.iter().chain(&cut.right).filter_map(|at| segments.get(*at)).map(|s| s.baseline));
    let (mut above, mut left, mut right, mut below) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (at, segment) in segments.into_iter().enumerate() {
        if cut.left.contains(&at) {
            left.push(segment);
        } else if cut.right.contains(&at) {
            right.push(segment);
        } else if segment.baseline <= top + 0.3 * size {
            above.push(segment);
        } else {
            below.push(segment);
        }
    }
    let parts = [above, left, right, below].into_iter().filter(|part| !part.is_empty());
    parts.flat_map(|part| split(part, vertical, depth + 1)).collect()
}

fn best_cut(segments: &[Segment], vertical: &[Rule]) -> Option<Cut> {
    let size = median(segments.iter().map(|segment| segment.size));
    let mut order: Vec<usize> = (0..segments.len()).collect();
    order.sort_by(|a, b| baseline(segments, *a).total_cmp(&baseline(segments, *b)));
    let mut best: Option<Cut> = None;
    for edge in edges(segments) {
        for run in runs(segments, &order, edge - 2.5, size) {
            let cut = judge(segments, &run, edge - 2.5, (size, vertical));
            if let Some(cut) = cut.filter(|cut| best.as_ref().is_none_or(|best| cut.score > best.score)) {
                best = Some(cut);
            }
        }
    }
    best
}

fn baseline(segments: &[Segment], at: usize) -> f32 {
    segments.get(at).map_or(0.0, |segment| segment.baseline)
}

/// Left edges that several segments share.
fn edges(segments: &[Segment]) -> Vec<f32> {
    let mut starts = std::collections::BTreeMap::<i32, usize>::new();
    for segment in segments {
        #[expect(clippy::cast_possible_truncation, reason = "a place on a page")]
        let place = (segment.left / 2.0).round() as i32;
        *starts.entry(place).or_default() += 1;
    }
    let around = |place: i32| (place - 1..=place + 1).filter_map(|at| starts.get(&at)).sum::<usize>();
    let shared = starts.keys().filter(|place| around(**place) >= EDGE_SEGMENTS);
    #[expect(clippy::cast_precision_loss, reason = "a place on a page")]
    shared.map(|place| 2.0 * *place as f32).collect()
}

/// Vertical ranges of the page in which no segment crosses the edge.
fn runs(segments: &[Segment], order: &[usize], edge: f32, size: f32) -> Vec<Vec<usize>> {
    let crosses = |at: &usize| {
        segments.get(*at).is_some_and(|segment| segment.left < edge - 0.1 && segment.right > edge - 0.35 * size)
    };
    order.split(crosses).filter(|run| !run.is_empty()).map(<[usize]>::to_vec).collect()
}

/// Whether a range is set in two columns at the edge, and how much of the page it covers.
fn judge(segments: &[Segment], run: &[usize], edge: f32, (size, vertical): (f32, &[Rule])) -> Option<Cut> {
    let side = |is: &dyn Fn(&Segment) -> bool| -> Vec<usize> {
        run.iter().copied().filter(|at| segments.get(*at).is_some_and(is)).collect()
    };
    let (left, right) = (side(&|s| s.right <= edge + 0.1), side(&|s| s.left >= edge - 0.1));
    if left.len() < 4 || right.len() < 4 {
        return None;
    }
    let of = |side: &[usize]| -> Vec<&Segment> { side.iter().filter_map(|at| segments.get(*at)).collect() };
    let (left_segments, right_segments) = (of(&left), of(&right));
    let first = |side: &[&Segment]| least(side.iter().map(|segment| segment.baseline));
    let last = |side: &[&Segment]| greatest(side.iter().map(|segment| segment.baseline));
    let top = first(&left_segments).max(first(&right_segments)) - 2.2 * size;
    let bottom = last(&left_segments).min(last(&right_segments)) + 2.2 * size;
    let gutter = (
        greatest(left_segments.iter().map(|segment| segment.right)),
        least(right_segments.iter().map(|segment| segment.left)),
    );
    let ruled: f32 = vertical
        .iter()
        .filter(|rule| gutter.0 - 3.0 <= rule.left && rule.left <= gutter.1 + 3.0)
        .map(|rule| (rule.bottom.min(bottom) - rule.top.max(top)).max(0.0))
        .sum();
    if bottom - top < 6.0 * size || ruled > 0.3 * (bottom - top) || gutter.1 - gutter.0 < 0.6 * size {
        return None;
    }
    let left_side = Side::new(&left_segments);
    let right_side = Side::new(&right_segments);
    (left_side.width.min(right_side.width) >= 9.0 * size && are_columns(&left_side, &right_side, size)).then(|| {
        let (fewer, more) = (left.len().min(right.len()), left.len().max(right.len()));
        let score = number(left.len() + right.len()) * (number(fewer) / number(more)).sqrt();
        Cut { score, left, right }
    })
}

/// One side of a possible gap between columns.
struct Side {
    rows: Vec<TextRow>,
    width: f32,
    /// Share of rows that fill the column.
    filled: f32,
    /// Words with letters in a segment, on average.
    words: f32,
    /// Share of rows with dot leaders that lead to something.
    led: f32,
    /// Share of rows that consist of a number only.
    bare: f32,
}

impl Side {
    fn new(segments: &[&Segment]) -> Self {
        let width = greatest(segments.iter().map(|s| s.right)) - least(segments.iter().map(|s| s.left));
        let rows = rows::of(segments.iter().copied().cloned().collect());
        let full = rows.iter().filter(|row| row.right() - row.left() > 0.72 * width).count();
        let lettered =
            |segment: &Segment| segment.words.iter().filter(|word| word.text.chars().any(char::is_alphabetic)).count();
        let segments = || rows.iter().flat_map(|row| &row.segments);
        let words: usize = segments().map(lettered).sum();
        Self {
            width,
            filled: number(full) / number(rows.len()),
            words: number(words) / number(segments().count().max(1)),
            led: number(rows.iter().filter(|row| is_led(row)).count()) / number(rows.len()),
            bare: number(rows.iter().filter(|row| is_bare(row)).count()) / number(rows.len()),
            rows,
        }
    }
}

/// Whether leaders lead from a text to something on this row.
fn is_led(row: &TextRow) -> bool {
    let lettered = row.words().next().is_some_and(|word| word.text.chars().filter(|c| c.is_alphabetic()).count() >= 3);
    lettered && row.segments.iter().any(|segment| segment.led)
}

/// A page's number or a value without a text of its own.
fn is_bare(row: &TextRow) -> bool {
    let figures = row.words().flat_map(|word| word.text.chars()).any(|c| c.is_ascii_digit());
    let lettered = |word: &super::Word| word.text.chars().filter(|c| c.is_alphabetic()).count() >= 3;
    figures && !row.words().any(lettered)
}

/// Whether the sides are columns: running text, entries of an index, or lines at different heights. Rows of a table are
/// at equal heights.
fn are_columns(left: &Side, right: &Side, size: f32) -> bool {
    let (few, many) =
        if left.rows.len() <= right.rows.len() { (&left.rows, &right.rows) } else { (&right.rows, &left.rows) };
    let matches = |row: &&TextRow| many.iter().any(|other| (row.baseline - other.baseline).abs() <= 0.18 * size);
    let matched = number(few.iter().filter(matches).count()) / number(few.len());
    let words = left.words.min(right.words);
    let prose = left.filled >= 0.5 && right.filled >= 0.5 && words >= 4.0;
    let loose = matched < 0.6 && words >= 2.5 && few.len() >= 4;
    // Each side leads from a text to its page.
    let entries = left.led.min(right.led) >= 0.4 && left.bare.max(right.bare) <= 0.1 && few.len() >= 6;
    prose || loose || entries
}
