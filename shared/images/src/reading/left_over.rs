//! Letters that belong to no word after a page was read: mostly single digits and letters in the cells of a table,
//! which Tesseract takes for dirt.
//!
//! They are cut out and stacked on a separate picture, one group below the other, where they look like lines of text.
//! Single letters are read better at one size or another, so the stack is read at two sizes, and for each group the
//! results vote with their confidences.

use image::{GrayImage, Luma, imageops};

use super::letters;
use super::prepare::{pgm, scaled};
use super::tsv::{Line, Word};
use crate::PixelBox;
use crate::area::pixels;

/// Heights of letters at which the stack is read, in pixels.
const HEIGHTS_READ: [f32; 2] = [30.0, 40.0];
/// Maximum enlargement.
const LARGEST_SCALE: f32 = 3.0;
/// Height of a group relative to letters. Smaller ones are dirt, larger ones drawings.
const HEIGHTS: std::ops::Range<f32> = 0.6..2.5;
/// Maximum distance of pieces of one group, relative to letters.
const NEAR: f32 = 1.0;
/// Maximum distance between a letter and its dot.
const DOT: f32 = 0.3;
/// Distance of groups on the stack, and to its edge, relative to letters.
const BETWEEN: f32 = 0.8;
/// More pieces than this, if they are also more than a share of the page's letters, are a drawing.
const MOST_PIECES: usize = 60;
const MOST_SHARE: usize = 4;
/// Maximum number of pieces of a page.
const LIMIT: usize = 1_500;

/// The stack of letters that belong to no word.
#[derive(Debug)]
pub(super) struct LeftOver {
    /// The stack.
    stack: GrayImage,
    /// The height of its letters.
    height: f32,
    /// The original area of each group, and its vertical position on the stack.
    groups: Vec<(PixelBox, f32)>,
    /// Horizontal position of the groups on the stack.
    margin: f32,
}

impl LeftOver {
    /// Finds what is left over on a picture without the recognised words. `height` and `letters` are the height and the
    /// number of the page's letters.
    pub(super) fn on(grey: &GrayImage, ink: &GrayImage, height: f32, letters: usize) -> Option<Self> {
        let most = (MOST_PIECES + letters / MOST_SHARE).min(LIMIT);
        let tall = |sides: &[u32; 4]| pixels(sides[3] - sides[1] + 1) < HEIGHTS.end * height;
        let pieces: Vec<[u32; 4]> = letters::pieces(ink).filter(|sides| tall(sides)).take(LIMIT + 1).collect();
        if pieces.len() > LIMIT {
            return None;
        }
        let like_letters = |sides: &&[u32; 4]| HEIGHTS.contains(&(pixels(sides[3] - sides[1] + 1) / height));
        if pieces.iter().filter(like_letters).count() > most {
            return None;
        }
        let mut groups = grouped(&pieces, height);
        groups.retain(|group| HEIGHTS.contains(&(pixels(group[3] - group[1] + 1) / height)));
        groups.sort_unstable_by_key(|[left, top, ..]| (*top, *left));
        (!groups.is_empty()).then(|| Self::stacked(grey, &groups, height))
    }

    fn stacked(grey: &GrayImage, groups: &[[u32; 4]], height: f32) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a letter's height")]
        let margin = (height * BETWEEN).round().max(1.0) as u32;
        let (mut widest, mut down) = (0, margin);
        for [left, top, right, bottom] in groups {
            widest = widest.max(right - left + 1);
            down += bottom - top + 1 + margin;
        }
        let mut stack = GrayImage::from_pixel(widest + 2 * margin, down, Luma([u8::MAX]));
        let (mut places, mut y) = (Vec::new(), margin);
        for [left, top, right, bottom] in groups {
            let (width, tall) = (right - left + 1, bottom - top + 1);
            let group = imageops::crop_imm(grey, *left, *top, width, tall).to_image();
            imageops::replace(&mut stack, &group, i64::from(margin), i64::from(y));
            let place = PixelBox { x: pixels(*left), y: pixels(*top), width: pixels(width), height: pixels(tall) };
            places.push((place, pixels(y)));
            y += tall + margin;
        }
        Self { stack, height, groups: places, margin: pixels(margin) }
    }

    /// The stack at each size, as a portable grey map, and the factor of the size.
    pub(super) fn sizes(&self) -> impl Iterator<Item = (Vec<u8>, f32)> {
        HEIGHTS_READ.into_iter().map(|height| {
            let stack = scaled(self.stack.clone(), (height / self.height).clamp(1.0, LARGEST_SCALE));
            (pgm(&stack), pixels(stack.width()) / pixels(self.stack.width()))
        })
    }

    /// The cells that were read at each size, at the original positions of their groups.
    pub(super) fn cells(&self, readings: Vec<(Vec<Line>, f32)>) -> Vec<Line> {
        let mut cells: Vec<Vec<(f32, Line)>> = self.groups.iter().map(|_| Vec::new()).collect();
        for (lines, scale) in readings {
            for (at, line) in lines.into_iter().filter_map(|line| self.back(line, scale)) {
                let Some(votes) = cells.get_mut(at) else { continue };
                let confidence = line.confidence();
                match votes.iter_mut().find(|(_, known)| known.text() == line.text()) {
                    Some((sum, known)) => {
                        *sum += confidence;
                        if confidence > known.confidence() {
                            *known = line;
                        }
                    }
                    None => votes.push((confidence, line)),
                }
            }
        }
        let elected = |votes: Vec<(f32, Line)>| votes.into_iter().max_by(|one, other| one.0.total_cmp(&other.0));
        cells.into_iter().filter_map(elected).map(|(_, line)| line).collect()
    }

    /// Maps a line of the stack back to its group. Returns the group's index too.
    fn back(&self, line: Line, scale: f32) -> Option<(usize, Line)> {
        let area = line.area()?;
        let middle = (area.y + area.height / 2.0) / scale;
        let at = self.groups.iter().rposition(|(_, down)| *down <= middle)?;
        let (group, down) = self.groups.get(at)?;
        let word = |word: Word| {
            let (x, y) = (word.area.x / scale - self.margin, word.area.y / scale - down);
            let (width, height) = (word.area.width / scale, word.area.height / scale);
            Word { area: PixelBox { x: group.x + x, y: group.y + y, width, height }, ..word }
        };
        Some((at, Line { words: line.words.into_iter().map(word).collect(), ..line }))
    }
}

/// Groups pieces that are close together, like the letters of a word.
fn grouped(pieces: &[[u32; 4]], height: f32) -> Vec<[u32; 4]> {
    let mut groups: Vec<[u32; 4]> = pieces.to_vec();
    loop {
        let before = groups.len();
        let mut joined: Vec<[u32; 4]> = Vec::new();
        for piece in groups {
            match joined.iter_mut().find(|group| are_near(group, &piece, height)) {
                Some(group) => {
                    let [left, top, right, bottom] = *group;
                    let [other_left, other_top, other_right, other_bottom] = piece;
                    *group =
                        [left.min(other_left), top.min(other_top), right.max(other_right), bottom.max(other_bottom)];
                }
                None => joined.push(piece),
            }
        }
        if joined.len() == before {
            return joined;
        }
        groups = joined;
    }
}

/// Whether two pieces are next to each other, or above each other like the dot of an "i".
fn are_near(one: &[u32; 4], other: &[u32; 4], height: f32) -> bool {
    let gap = |from: usize, to: usize| {
        let side = |sides: &[u32; 4], at: usize| sides.get(at).copied().map_or(0.0, pixels);
        side(one, from).max(side(other, from)) - side(one, to).min(side(other, to))
    };
    gap(0, 2) < NEAR * height && gap(1, 3) < DOT * height
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    /// A page with ink in these places.
    fn page(places: &[[u32; 4]]) -> (GrayImage, GrayImage) {
        let inked = |x: u32, y: u32| {
            places
                .iter()
                .any(|[left, top, right, bottom]| (*left..=*right).contains(&x) && (*top..=*bottom).contains(&y))
        };
        let ink = GrayImage::from_fn(300, 200, |x, y| Luma([if inked(x, y) { 255 } else { 0 }]));
        let mut grey = ink.clone();
        imageops::invert(&mut grey);
        (grey, ink)
    }

    #[test]
    fn groups_lead_back_to_where_they_were() {
        // A digit far to the right; an "i" with its dot; a speck.
        let (grey, ink) = page(&[[250, 20, 257, 39], [40, 86, 43, 99], [40, 80, 43, 82], [150, 150, 152, 152]]);
        let left = LeftOver::on(&grey, &ink, 20.0, 100).unwrap();
        let places: Vec<PixelBox> = left.groups.iter().map(|(place, _)| *place).collect();
        let digit = PixelBox { x: 250.0, y: 20.0, width: 8.0, height: 20.0 };
        assert_eq!(places, [digit, PixelBox { x: 40.0, y: 80.0, width: 4.0, height: 20.0 }]);
        // Margins of 16 pixels, once twice as large.
        let read = |text: &str, confidence: f32, scale: f32| {
            let area = PixelBox { x: 16.0 * scale, y: 16.0 * scale, width: 8.0 * scale, height: 20.0 * scale };
            (vec![Line { words: vec![Word { text: text.to_owned(), confidence, area }], ..Line::default() }], scale)
        };
        let cells = left.cells(vec![read("1", 0.6, 1.5), read("l", 0.8, 2.0), read("1", 0.5, 2.5)]);
        let found: Vec<(String, Option<PixelBox>)> = cells.iter().map(|line| (line.text(), line.area())).collect();
        assert_eq!(found, [("1".to_owned(), Some(digit))]);
        let scales: Vec<f32> = left.sizes().map(|(_, scale)| scale).collect();
        assert!((scales[0] - 1.5).abs() < 0.02 && (scales[1] - 2.0).abs() < 0.02, "{scales:?}");
    }

    #[test]
    fn drawings_and_clean_pages_leave_nothing() {
        let (grey, ink) = page(&[]);
        assert!(LeftOver::on(&grey, &ink, 20.0, 100).is_none());
        let hatched: Vec<[u32; 4]> =
            (0..70).map(|at| [4 * at, 20 * (at % 8), 4 * at + 1, 20 * (at % 8) + 15]).collect();
        let (grey, ink) = page(&hatched);
        assert!(LeftOver::on(&grey, &ink, 20.0, 0).is_none());
    }
}
