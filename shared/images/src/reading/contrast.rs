//! Normalises pictures to dark print on white paper, whether they are faint, light on dark, or lit from one side.

use image::imageops::{FilterType, resize};
use image::{GrayImage, Luma};
use imageproc::contrast::{ThresholdType, otsu_level, threshold};
use imageproc::filter::box_filter;
use imageproc::morphology::{Mask, grayscale_dilate, grayscale_erode};

use super::letters;

/// Shares of dark pixels between which the letters decide whether print is dark or light. Below, the print is dark.
const SURELY_PAPER: f32 = 0.4;
/// The paper is estimated on a picture reduced by this factor.
const REDUCED: u32 = 8;
/// Strokes up to twice as wide, in pixels of the reduced picture, are print.
const REACH: u8 = 4;
/// The paper is uneven if its darkest parts reach less than this share of the lightest.
const EVEN: f32 = 0.85;
/// Anything darker is print or a dark part of the scene, not paper in the shade.
const DARKEST_PAPER: u8 = 90;
/// Difference of grey levels between print and paper that needs no stretching.
const CLEAR: f32 = 150.0;
/// A smaller difference is noise of the paper.
const GRAIN: f32 = 12.0;

/// The picture with dark print on even, light paper.
pub(super) fn normalised(grey: GrayImage) -> GrayImage {
    stretched(evened(dark_on_light(grey)))
}

/// The print, white on black.
pub(super) fn ink(grey: &GrayImage) -> GrayImage {
    ink_up_to(grey, otsu_level(grey))
}

/// The print, white on black, including print as light as `level`.
pub(super) fn ink_up_to(grey: &GrayImage, level: u8) -> GrayImage {
    threshold(grey, level, ThresholdType::BinaryInverted)
}

/// Inverts light print on dark background.
fn dark_on_light(mut grey: GrayImage) -> GrayImage {
    let dark = ink(&grey);
    if share(dark.iter().filter(|value| **value > 0).count(), dark.len()) < SURELY_PAPER {
        return grey;
    }
    let mut light = dark.clone();
    image::imageops::invert(&mut light);
    // A ground that fills most of the picture counts as such where neither shows letters.
    let (dark, light) = (letters::find(&dark).boxes.len(), letters::find(&light).boxes.len());
    let is_light = light > dark || (light == dark && share_of_dark(&grey) > 0.5);
    if is_light {
        image::imageops::invert(&mut grey);
    }
    grey
}

fn share_of_dark(grey: &GrayImage) -> f32 {
    let level = otsu_level(grey);
    share(grey.iter().filter(|value| **value <= level).count(), grey.len())
}

/// Removes shades: divides each pixel by the surrounding paper.
fn evened(grey: GrayImage) -> GrayImage {
    let (width, height) = grey.dimensions();
    let reduced = resize(&grey, width.div_ceil(REDUCED), height.div_ceil(REDUCED), FilterType::Triangle);
    let mask = Mask::square(REACH);
    let paper = grayscale_erode(&grayscale_dilate(&reduced, &mask), &mask);
    let mut levels = paper.to_vec();
    levels.sort_unstable();
    let at = |hundredth: usize| levels.get(levels.len() * hundredth / 100).copied().unwrap_or(u8::MAX);
    if f32::from(at(5)) >= EVEN * f32::from(at(95)) {
        return grey;
    }
    let smooth = box_filter(&paper, u32::from(REACH), u32::from(REACH));
    let paper = resize(&smooth, width, height, FilterType::Triangle);
    let mut even = grey;
    for (Luma([value]), Luma([paper])) in even.pixels_mut().zip(paper.pixels()) {
        let divided = u32::from(*value) * 255 / u32::from((*paper).max(DARKEST_PAPER));
        *value = u8::try_from(divided).unwrap_or(u8::MAX);
    }
    even
}

/// Stretches the contrast: faint print becomes black and grey paper white.
fn stretched(mut grey: GrayImage) -> GrayImage {
    let level = otsu_level(&grey);
    let (dark, light) = (mean(&grey, |value| value <= level), mean(&grey, |value| value > level));
    let (Some(dark), Some(light)) = (dark, light) else { return grey };
    if !(GRAIN..CLEAR).contains(&(light - dark)) {
        return grey;
    }
    let factor = 255.0 / (light - dark);
    for value in grey.iter_mut() {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the range of a byte")]
        let stretched = ((f32::from(*value) - dark) * factor).clamp(0.0, 255.0) as u8;
        *value = stretched;
    }
    grey
}

fn mean(grey: &GrayImage, belongs: impl Fn(u8) -> bool) -> Option<f32> {
    let (mut sum, mut count) = (0_u64, 0_u64);
    for value in grey.iter().filter(|value| belongs(**value)) {
        sum += u64::from(*value);
        count += 1;
    }
    let mean = sum.checked_div(count)?;
    u8::try_from(mean).ok().map(f32::from)
}

fn share(part: usize, whole: usize) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    let share = part as f32 / whole.max(1) as f32;
    share
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "tests")]
mod tests {
    use super::*;

    /// Rows of blocks as letters are from afar: where the print is.
    fn is_print(x: u32, y: u32) -> bool {
        (40..360).contains(&x) && (40..360).contains(&y) && x % 20 < 12 && y % 40 < 18
    }

    /// The share of pixels whose ink is as printed.
    fn right(picture: GrayImage) -> f32 {
        let ink = ink(&normalised(picture));
        let good = ink.enumerate_pixels().filter(|(x, y, value)| (value.0 == [255]) == is_print(*x, *y)).count();
        share(good, ink.len())
    }

    #[test]
    fn print_is_found_however_faint_or_dark() {
        for (print, paper) in [(0, 255), (215, 255), (90, 130), (255, 0), (235, 60), (150, 110)] {
            let picture = GrayImage::from_fn(400, 400, |x, y| Luma([if is_print(x, y) { print } else { paper }]));
            assert!(right(picture) > 0.999, "{print} on {paper}");
        }
    }

    #[test]
    fn shade_across_the_page_is_no_print() {
        let picture = GrayImage::from_fn(400, 400, |x, y| {
            let light = 1.0 - 0.55 * f64::from(x + y) / 800.0;
            Luma([((if is_print(x, y) { 60.0 } else { 245.0 }) * light) as u8])
        });
        assert!(right(picture) > 0.995);
    }

    #[test]
    fn clear_print_stays_as_it_is_and_grain_is_not_made_print() {
        let clear = GrayImage::from_fn(400, 400, |x, y| Luma([if is_print(x, y) { 30 } else { 240 }]));
        assert_eq!(normalised(clear.clone()), clear);
        let grain = GrayImage::from_fn(400, 400, |x, y| Luma([if (x * 7 + y * 13) % 17 == 0 { 246 } else { 252 }]));
        assert_eq!(normalised(grain.clone()), grain);
    }
}
