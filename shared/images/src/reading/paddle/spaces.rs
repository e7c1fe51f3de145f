//! Spaces that the recogniser leaves out, as in "0.6mm" or "SERVICEMANUAL": wide gaps between letters.

use image::imageops::grayscale;
use image::{GrayImage, RgbImage};
use imageproc::contrast::otsu_level;

use crate::area::pixels;
use crate::measure::median;

/// The rows of a line that count, as shares of its height: not what is above and below the letters.
const ROWS: (f32, f32) = (0.15, 0.85);
/// The least width of a space, as a share of the height of the line. Letters of a word are nearer to each other.
const LEAST: f32 = 0.15;
/// A space is at least this share of the narrowest one that the recogniser has seen in the same line.
const LIKE_OTHERS: f32 = 0.9;

/// A space is at least this many times as wide as the middle one of all gaps, which is wide where all characters are
/// given the same width.
const LIKE_GAPS: f32 = 2.5;

/// A gap between letters, in shares of the line's width.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Gap {
    pub(super) from: f32,
    pub(super) to: f32,
}

impl Gap {
    pub(super) fn middle(self) -> f32 {
        f32::midpoint(self.from, self.to)
    }

    fn width(self) -> f32 {
        self.to - self.from
    }
}

/// The gaps of a line that are as wide as spaces. `seen` are the places of the spaces that the recogniser has seen.
pub(super) fn wide_gaps(line: &RgbImage, seen: &[f32]) -> Vec<Gap> {
    let gaps = gaps(line);
    let holds = |gap: &Gap| seen.iter().any(|at| (gap.from..=gap.to).contains(at));
    let narrowest = gaps.iter().filter(|gap| holds(gap)).map(|gap| gap.width()).fold(f32::MAX, f32::min);
    let least = LEAST * pixels(line.height()) / pixels(line.width().max(1));
    let least = if narrowest < f32::MAX { least.max(LIKE_OTHERS * narrowest) } else { least };
    let least = least.max(LIKE_GAPS * median(gaps.iter().map(|gap| gap.width())));
    gaps.into_iter().filter(|gap| gap.width() >= least).collect()
}

/// All gaps between letters.
fn gaps(line: &RgbImage) -> Vec<Gap> {
    let grey = grayscale(line);
    let ink = columns_with_ink(&grey);
    let width = pixels(grey.width().max(1));
    let mut gaps = Vec::new();
    let mut last: Option<u32> = None;
    for (x, _) in (0_u32..).zip(ink).filter(|(_, has_ink)| *has_ink) {
        if let Some(last) = last.filter(|last| x > last + 1) {
            gaps.push(Gap { from: pixels(last + 1) / width, to: pixels(x) / width });
        }
        last = Some(x);
    }
    gaps
}

/// Whether each column has ink: pixels of the rarer of the two shades.
fn columns_with_ink(grey: &GrayImage) -> Vec<bool> {
    let level = otsu_level(grey);
    let dark = grey.pixels().filter(|pixel| pixel.0.first().is_some_and(|value| *value <= level)).count();
    let dark_is_ink = 2 * dark <= grey.pixels().len();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the picture")]
    let row = |share: f32| (share * pixels(grey.height())) as u32;
    let (top, bottom) = (row(ROWS.0), row(ROWS.1));
    let is_ink = |x: u32, y: u32| (grey.get_pixel(x, y).0.first().is_some_and(|value| *value <= level)) == dark_is_ink;
    (0..grey.width()).map(|x| (top..bottom).filter(|y| is_ink(x, *y)).count() > 1).collect()
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    /// Black bars of 10 pixels on white, or the other way round, with these gaps after them.
    fn bars(gaps: &[u32], inverted: bool) -> RgbImage {
        let mut starts = vec![5];
        for gap in gaps {
            starts.push(starts.last().copied().unwrap_or(0) + 10 + gap);
        }
        let width = starts.last().copied().unwrap_or(0) + 20;
        RgbImage::from_fn(width, 48, |x, y| {
            let is_ink = (8..40).contains(&y) && starts.iter().any(|start| (*start..start + 10).contains(&x));
            Rgb([if is_ink == inverted { 250 } else { 5 }; 3])
        })
    }

    #[test]
    fn only_wide_gaps_are_spaces() {
        for inverted in [false, true] {
            let line = bars(&[3, 4, 12, 3, 10, 3, 3], inverted);
            let found = wide_gaps(&line, &[]);
            assert_eq!(found.len(), 2, "{found:?}");
            // 5 + 3 bars, the gaps between them, and half of the wide one.
            let middle = found.first().map_or(0.0, |gap| gap.middle()) * pixels(line.width());
            assert!((middle - 48.0).abs() < 1.5, "{middle}");
        }
    }

    #[test]
    fn spaces_of_a_line_are_alike() {
        let line = bars(&[3, 3, 20, 3, 10, 3, 3], false);
        // The recogniser has seen the widest one: what is half as wide is none.
        let seen = (5.0 + 30.0 + 6.0 + 10.0) / pixels(line.width());
        assert_eq!(wide_gaps(&line, &[seen]).len(), 1);
        assert_eq!(wide_gaps(&line, &[]).len(), 2);
    }

    #[test]
    fn narrow_letters_of_a_typewriter_stay_together() {
        let line = bars(&[6, 11, 6, 12, 7, 30, 6, 11, 6], false);
        assert_eq!(wide_gaps(&line, &[]).len(), 1);
    }

    #[test]
    fn an_even_line_has_none() {
        assert_eq!(wide_gaps(&RgbImage::new(200, 48), &[]), []);
        assert_eq!(wide_gaps(&bars(&[2, 2, 2], false), &[]), []);
    }
}
