//! Rows: segments next to each other at about the same height.

use super::Word;
use super::segments::Segment;

/// Segments whose baselines differ by less than this share of the font size are certainly on one row.
const SAME_HEIGHT: f32 = 0.22;
/// Maximum vertical distance of a value from its label, in font sizes.
const SAME_ROW: f32 = 0.5;
/// Number of rows that a segment may still join.
const OPEN_ROWS: usize = 6;

/// Segments at one height, from left to right.
#[derive(Debug, Clone)]
pub(super) struct TextRow {
    pub(super) baseline: f32,
    pub(super) size: f32,
    pub(super) segments: Vec<Segment>,
}

impl TextRow {
    pub(super) fn left(&self) -> f32 {
        self.segments.first().map_or(0.0, |segment| segment.left)
    }

    pub(super) fn right(&self) -> f32 {
        self.segments.last().map_or(0.0, |segment| segment.right)
    }

    pub(super) fn words(&self) -> impl Iterator<Item = &Word> {
        self.segments.iter().flat_map(|segment| &segment.words)
    }

    fn overlaps(&self, segments: &[Segment]) -> bool {
        let overlap = |a: &Segment, b: &Segment| a.left < b.right - 0.5 && b.left < a.right - 0.5;
        self.segments.iter().any(|a| segments.iter().any(|b| overlap(a, b)))
    }
}

/// The rows of these segments, from top to bottom.
pub(super) fn of(mut segments: Vec<Segment>) -> Vec<TextRow> {
    segments.sort_by(|a, b| a.baseline.total_cmp(&b.baseline).then(a.left.total_cmp(&b.left)));
    let mut rows: Vec<TextRow> = Vec::new();
    for segment in segments {
        let fits = |row: &&mut TextRow| {
            (row.baseline - segment.baseline).abs() <= SAME_HEIGHT * segment.size.min(row.size) + 0.3
                && !row.overlaps(std::slice::from_ref(&segment))
        };
        match rows.iter_mut().rev().take(OPEN_ROWS).find(fits) {
            Some(row) => row.segments.push(segment),
            None => {
                rows.push(TextRow { baseline: segment.baseline, size: segment.size, segments: vec![segment] });
            }
        }
    }
    while let Some((at, with)) = closest(&rows) {
        let other = rows.remove(with);
        if let Some(row) = rows.get_mut(at) {
            if other.segments.len() > row.segments.len() {
                row.baseline = other.baseline;
            }
            row.segments.extend(other.segments);
        }
    }
    rows.sort_by(|a, b| a.baseline.total_cmp(&b.baseline));
    for row in &mut rows {
        row.segments.sort_by(|a, b| a.left.total_cmp(&b.left));
    }
    rows
}

/// The two closest rows that are one row: baselines of a row may differ by some points. Starting with the closest makes
/// a value between two labels join the nearer one.
fn closest(rows: &[TextRow]) -> Option<(usize, usize)> {
    let mut best: Option<(f32, usize, usize)> = None;
    for (at, row) in rows.iter().enumerate() {
        for (with, other) in rows.iter().enumerate().skip(at + 1).take(OPEN_ROWS - 1) {
            let distance = (row.baseline - other.baseline).abs();
            let near = distance <= SAME_ROW * row.size.min(other.size);
            if near && best.is_none_or(|(least, ..)| distance < least) && !row.overlaps(&other.segments) {
                best = Some((distance, at, with));
            }
        }
    }
    best.map(|(_, at, with)| (at, with))
}
