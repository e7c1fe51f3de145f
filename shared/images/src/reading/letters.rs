//! Finds shapes like letters.

use image::{GrayImage, ImageBuffer, Luma};
use imageproc::region_labelling::{Connectivity, connected_components};

use crate::area::pixels;

/// Possible heights of a letter in pixels.
const LETTERS: std::ops::RangeInclusive<u32> = 6..=160;
/// With fewer letters, their height is not reliable.
const FEW_LETTERS: usize = 12;

/// Maximum number of letters that are compared with each other.
pub(super) const MOST_COMPARED: usize = 3_000;

/// Everything with the shape of a letter.
pub(super) struct Letters {
    /// Left, top, right and bottom pixel of each.
    pub(super) boxes: Vec<[u32; 4]>,
    /// Their pixels, white on black, without other print.
    pub(super) ink: GrayImage,
}

/// Finds letters in print that is white on black.
pub(super) fn find(ink: &GrayImage) -> Letters {
    let labels = labelled(ink);
    let mut boxes = boxes(&labels);
    for place in &mut boxes {
        *place = place.filter(|area| is_letter(size(*area)));
    }
    let belongs = |label: u32| boxes.get(label as usize).is_some_and(Option::is_some);
    let mut letters = GrayImage::new(ink.width(), ink.height());
    for (Luma([value]), Luma([label])) in letters.pixels_mut().zip(labels.pixels()) {
        *value = if *label > 0 && belongs(*label) { u8::MAX } else { 0 };
    }
    Letters { boxes: boxes.into_iter().flatten().collect(), ink: letters }
}

/// Connected components of the print: left, top, right and bottom pixel of each.
pub(super) fn pieces(ink: &GrayImage) -> impl Iterator<Item = [u32; 4]> {
    boxes(&labelled(ink)).into_iter().flatten()
}

/// The label of the component of each pixel, from 1; 0 is paper.
fn labelled(ink: &GrayImage) -> ImageBuffer<Luma<u32>, Vec<u32>> {
    // The library has no room for the label of a single pixel.
    if ink.len() < 2 {
        return ImageBuffer::new(ink.width(), ink.height());
    }
    connected_components(ink, Connectivity::Eight, Luma([0]))
}

/// Boxes by label. There is none for label 0.
fn boxes(labels: &ImageBuffer<Luma<u32>, Vec<u32>>) -> Vec<Option<[u32; 4]>> {
    let mut boxes: Vec<Option<[u32; 4]>> = Vec::new();
    for (x, y, Luma([label])) in labels.enumerate_pixels().filter(|(_, _, label)| label.0 != [0]) {
        let at = *label as usize;
        if at >= boxes.len() {
            boxes.resize(at + 1, None);
        }
        if let Some(place) = boxes.get_mut(at) {
            let [left, top, right, bottom] = place.unwrap_or([x, y, x, y]);
            *place = Some([left.min(x), top.min(y), right.max(x), bottom.max(y)]);
        }
    }
    boxes
}

impl Letters {
    /// Their median height, if there are enough.
    pub(super) fn height(&self) -> Option<f32> {
        if self.boxes.len() < FEW_LETTERS {
            return None;
        }
        let mut heights: Vec<u32> = self.boxes.iter().map(|area| size(*area).1).collect();
        heights.sort_unstable();
        heights.get(heights.len() / 2).map(|height| pixels(*height))
    }

    /// How many have a neighbour beside them, and how many above or below, like the letters of words. Other shapes are
    /// scattered.
    pub(super) fn in_words(&self) -> (usize, usize) {
        let level: Vec<[u32; 4]> = self.boxes.iter().take(MOST_COMPARED).copied().collect();
        let on_end = level.iter().map(|[left, top, right, bottom]| [*top, *left, *bottom, *right]).collect();
        (with_neighbour(level), with_neighbour(on_end))
    }
}

/// How many have a right neighbour of the same height on the same line.
fn with_neighbour(mut boxes: Vec<[u32; 4]>) -> usize {
    boxes.sort_unstable();
    let has_neighbour = |at: usize, one: &[u32; 4]| {
        let height = size(*one).1;
        let near = boxes.iter().skip(at + 1).take_while(|other| other[0] <= one[2] + height);
        near.into_iter().any(|other| {
            let (high, low) = (height.max(size(*other).1), height.min(size(*other).1));
            let on_line = one[3].abs_diff(other[3]).min(one[1].abs_diff(other[1])) * 5 <= high;
            other[0] + height / 5 > one[2] && low * 5 >= high * 3 && on_line
        })
    };
    boxes.iter().enumerate().filter(|(at, one)| has_neighbour(*at, one)).count()
}

fn size([left, top, right, bottom]: [u32; 4]) -> (u32, u32) {
    (right - left + 1, bottom - top + 1)
}

fn is_letter((width, height): (u32, u32)) -> bool {
    LETTERS.contains(&height) && width <= height * 3 && height <= width * 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_what_lies_anywhere() {
        let row = |x: u32, y: u32| x % 16 < 10 && y % 40 < 18;
        let page = GrayImage::from_fn(300, 300, |x, y| Luma([if row(x, y) { 255 } else { 0 }]));
        let (level, on_end) = find(&page).in_words();
        assert!(level > 100 && on_end == 0, "{level} {on_end}");
        let sideways = GrayImage::from_fn(300, 300, |x, y| *page.get_pixel(y, x));
        assert_eq!(find(&sideways).in_words(), (on_end, level));
        let leaves = GrayImage::from_fn(300, 300, |x, y| {
            let (column, line) = (x / 60, y / 60);
            let (left, top) = (column * 60 + line * 23 % 40, line * 60 + column * 31 % 40);
            Luma([if (left..left + 9 + line).contains(&x) && (top..top + 9 + column * 3).contains(&y) {
                255
            } else {
                0
            }])
        });
        let leaves = find(&leaves);
        assert!(leaves.boxes.len() >= 20);
        assert!(leaves.in_words().0 < 4 && leaves.in_words().1 < 4, "{:?}", leaves.in_words());
    }
}
