//! From positioned runs of text to printed lines.

use std::borrow::Cow;

use pdf_oxide::layout::TextSpan;

use crate::documents::{Line, normalize::clean_line};

/// A gap wider than this many font sizes separates columns or table cells.
const CELL_GAP: f32 = 1.6;

/// What stands between two cells of a row.
const CELL_SEPARATOR: &str = "   ";

/// A gap wider than this many font sizes is a space where the file has none.
const SPACE_GAP: f32 = 0.18;

/// Glyphs that stand closer than this many font sizes have no spaces between them, whatever
/// the text says.
const TIGHT: f32 = 0.72;

/// The lines of a page from its runs, which come in reading order.
pub(super) fn lines(spans: Vec<TextSpan>) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut current: Option<Builder> = None;
    for span in spans {
        if span.text.trim().is_empty() {
            continue;
        }
        if let Some(builder) = current.as_mut().filter(|builder| builder.is_followed_by(&span)) {
            builder.push(&span);
            continue;
        }
        lines.extend(current.take().and_then(Builder::finish));
        current = Some(Builder::new(&span));
    }
    lines.extend(current.and_then(Builder::finish));
    lines
}

/// A line that grows run by run.
struct Builder {
    /// Finished cells, and the one that grows.
    cells: Vec<String>,
    cell: String,
    baseline: f32,
    right: f32,
    size: f32,
    rotation: f32,
    characters: usize,
    bold_characters: usize,
    size_sum: f32,
}

impl Builder {
    fn new(span: &TextSpan) -> Self {
        let mut builder = Self {
            cells: Vec::new(),
            cell: String::new(),
            baseline: span.bbox.y,
            right: span.bbox.x,
            size: span.font_size,
            rotation: span.rotation_degrees,
            characters: 0,
            bold_characters: 0,
            size_sum: 0.0,
        };
        builder.append(span);
        builder
    }

    /// Whether a run goes on this line: the same height, and not back to the left.
    fn is_followed_by(&self, span: &TextSpan) -> bool {
        let size = self.size.max(span.font_size).max(1.0);
        let same_height = (span.bbox.y - self.baseline).abs() < 0.45 * size;
        let forwards = span.bbox.x > self.right - size;
        self.rotation.abs() < 1.0 && span.rotation_degrees.abs() < 1.0 && same_height && forwards
    }

    fn push(&mut self, span: &TextSpan) {
        let size = self.size.max(span.font_size).max(1.0);
        let gap = span.bbox.x - self.right;
        if gap > CELL_GAP * size {
            self.cells.push(std::mem::take(&mut self.cell));
        } else if gap > SPACE_GAP * size {
            self.cell.push(' ');
        }
        self.append(span);
    }

    fn append(&mut self, span: &TextSpan) {
        let characters = span.text.trim().chars().count();
        self.characters += characters;
        if span.font_weight.is_bold() {
            self.bold_characters += characters;
        }
        #[expect(clippy::cast_precision_loss, reason = "characters of one line")]
        let weight = characters as f32;
        self.size_sum += span.font_size * weight;
        self.cell.push_str(&tightened(span));
        self.right = self.right.max(span.bbox.x + span.bbox.width);
    }

    fn finish(self) -> Option<Line> {
        let cells: Vec<String> = self
            .cells
            .iter()
            .chain([&self.cell])
            .map(|cell| clean_line(cell))
            .filter(|cell| !cell.is_empty())
            .collect();
        if cells.is_empty() {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "characters of one line")]
        let size = self.size_sum / self.characters.max(1) as f32;
        // JSON, in which lines leave this process, has no infinity; zero means "unknown".
        let size = if size.is_finite() { size } else { 0.0 };
        Some(Line { text: cells.join(CELL_SEPARATOR), size, bold: self.bold_characters * 2 > self.characters })
    }
}

/// Takes the spaces out of a run like `R E P A I R` that is set in one word: producers that
/// place every letter by itself leave gaps that look like spaces.
fn tightened(span: &TextSpan) -> Cow<'_, str> {
    let words = span.text.split_whitespace();
    let (count, single) =
        words.fold((0, 0), |(count, single), word| (count + 1, single + usize::from(word.chars().count() == 1)));
    let glyphs = span.text.chars().filter(|c| !c.is_whitespace()).count();
    #[expect(clippy::cast_precision_loss, reason = "glyphs of one line")]
    let tight = span.bbox.width <= TIGHT * span.font_size * glyphs as f32;
    if count < 3 || single * 5 < count * 4 || !tight {
        return Cow::Borrowed(&span.text);
    }
    let mut text: String = span.text.split_whitespace().collect();
    if span.text.ends_with(char::is_whitespace) {
        text.push(' ');
    }
    Cow::Owned(text)
}
