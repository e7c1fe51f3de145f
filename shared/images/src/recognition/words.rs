//! Converts recognised words for the layout engine: to points, with baselines and font sizes.

use crate::measure::median;
use crate::{PixelBox, QuarterTurn, ReadLine, ReadText};
use documents::layout::{Rule, Word};
use documents::{Area, Block, Line, Table, normalize};

/// Shares of the font size above and below the baseline.
const CAPITALS: f32 = 0.72;
const SMALL_LETTERS: f32 = 0.5;
const BELOW: f32 = 0.21;

/// The position of the recognised part on the page.
pub(super) struct PartPlacement {
    /// Pixels per point.
    pub(super) scale: f32,
    /// Left edge in points.
    pub(super) left: f32,
    /// Upper edge in points.
    pub(super) top: f32,
    /// Width and height in pixels.
    pub(super) pixels: (u32, u32),
}

/// Calls `with` for all lines of a block.
pub(super) fn each_line(block: &mut Block, with: impl FnMut(&mut Line)) {
    match block {
        Block::Prose(lines) | Block::List(lines) => lines.iter_mut().for_each(with),
        Block::Table(Table { head_lines, rows, .. }) => {
            head_lines.iter_mut().chain(rows.iter_mut().map(|row| &mut row.line)).for_each(with);
        }
    }
}

impl PartPlacement {
    /// Maps the lines of a block from the upright picture to the page.
    pub(super) fn put(&self, block: &mut Block, turn: QuarterTurn) {
        let place = |line: &mut Line| {
            let Area { left, top, right, bottom } = line.area;
            let upright = PixelBox {
                x: left * self.scale,
                y: top * self.scale,
                width: (right - left) * self.scale,
                height: (bottom - top) * self.scale,
            };
            let area = turn.back(upright, self.pixels);
            line.area = Area {
                left: self.left + area.x / self.scale,
                top: self.top + area.y / self.scale,
                right: self.left + area.right() / self.scale,
                bottom: self.top + area.bottom() / self.scale,
            };
        };
        each_line(block, place);
    }
}

/// The words and ruled lines of a result, in points of the upright picture.
pub(super) fn laid_out(read: &ReadText, place: &PartPlacement) -> (Vec<Word>, Vec<Rule>) {
    let words = read.lines.iter().flat_map(|line| line_words(line, place.scale)).collect();
    let rule = |rule: &PixelBox| {
        let (left, top) = (rule.x / place.scale, rule.y / place.scale);
        let (right, bottom) = (rule.right() / place.scale, rule.bottom() / place.scale);
        // A line in a scan is some pixels thick, and a little askew.
        let middle = (f32::midpoint(left, right), f32::midpoint(top, bottom));
        if right - left > bottom - top {
            Rule::between((left, middle.1), (right, middle.1))
        } else {
            Rule::between((middle.0, top), (middle.0, bottom))
        }
    };
    (words, read.rules.iter().filter_map(rule).collect())
}

/// A word before its line's baseline and font size are known.
struct UnscaledWord {
    text: String,
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

fn line_words(line: &ReadLine, scale: f32) -> Vec<Word> {
    let found = found(line, scale);
    let baseline = median(found.iter().map(|word| word.bottom - below(&word.text) * word.size()));
    let size = median(found.iter().map(UnscaledWord::size));
    let word = |word: UnscaledWord| Word {
        text: word.text,
        left: word.left,
        right: word.right,
        top: word.top,
        bottom: word.bottom,
        // On a line that is not quite level each word stands at its own height.
        baseline: if (word.bottom - baseline).abs() > size { word.bottom } else { baseline },
        size: size.max(2.0),
        bold: false,
    };
    found.into_iter().map(word).collect()
}

/// The words of a line. If only the line's area is known, it is divided by the lengths of the words.
fn found(line: &ReadLine, scale: f32) -> Vec<UnscaledWord> {
    let found = |text: &str, area: PixelBox| {
        let text = normalize::clean_line(text);
        (!text.is_empty()).then_some(UnscaledWord {
            text,
            left: area.x / scale,
            top: area.y / scale,
            right: area.right() / scale,
            bottom: area.bottom() / scale,
        })
    };
    if !line.words.is_empty() {
        return line.words.iter().filter_map(|word| found(&word.text, word.upright)).collect();
    }
    #[expect(clippy::cast_precision_loss, reason = "letters of one line")]
    let share = line.area.width / line.text.chars().count().max(1) as f32;
    let mut x = line.area.x;
    let mut words = Vec::new();
    for word in line.text.split(' ') {
        #[expect(clippy::cast_precision_loss, reason = "letters of one word")]
        let width = share * word.chars().count() as f32;
        words.extend(found(word, PixelBox { x, width, ..line.area }));
        x += width + share;
    }
    words
}

impl UnscaledWord {
    /// The font size by the height of the word's letters.
    fn size(&self) -> f32 {
        let tall = self.text.chars().any(|c| c.is_uppercase() || c.is_ascii_digit() || "bdfhklt()/|".contains(c));
        let above = if tall { CAPITALS } else { SMALL_LETTERS };
        (self.bottom - self.top) / (above + below(&self.text))
    }
}

/// How far the letters of a word extend below the baseline, relative to the font size.
fn below(text: &str) -> f32 {
    if text.chars().any(|c| "gjpqy(),;|Q".contains(c)) { BELOW } else { 0.0 }
}
