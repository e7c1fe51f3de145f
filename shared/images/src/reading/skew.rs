//! Detects the rotation of text lines.
//!
//! Along the right direction, ink is concentrated in lines with paper between them, so that the sums of ink along
//! parallel rays differ most from ray to ray (the projection profile of Postl, 1986).

use image::GrayImage;

use crate::area::pixels;

/// Maximum rotation. Pictures with more were not meant to be read.
pub(super) const MOST_DEGREES: f32 = 20.0;
/// The same if it is unknown which ink is text, since patterns have directions too.
pub(super) const MOST_UNSURE: f32 = 10.0;
/// Step sizes of the two searches in degrees.
const COARSE: f32 = 0.5;
const FINE: f32 = 0.1;
/// Smaller rotations are left to Tesseract, which corrects them.
const LEAST_DEGREES: f32 = 1.2;
/// Minimum improvement over no rotation. On a photo, all directions are about equal.
const CLEARER: f32 = 1.25;
/// Maximum number of points of ink that are evaluated.
const MOST_POINTS: usize = 40_000;
/// Number of rays across the picture.
const RAYS: u16 = 400;

/// The clockwise rotation in radians that makes the lines of a picture level. `ink` is white on black. Searches up to
/// `most` degrees.
pub(super) fn angle(ink: &GrayImage, most: f32) -> f32 {
    let points = points(ink);
    let clearest = |angles: &mut dyn Iterator<Item = f32>| {
        let scored = angles.map(|degrees| (degrees, clearness(&points, degrees)));
        scored.max_by(|one, other| one.1.total_cmp(&other.1)).unwrap_or((0.0, 0.0))
    };
    let (coarse, _) = clearest(&mut steps(0.0, most, COARSE));
    let (degrees, clear) = clearest(&mut steps(coarse, COARSE, FINE));
    if degrees.abs() < LEAST_DEGREES || degrees.abs() > most || clear < CLEARER * clearness(&points, 0.0) {
        return 0.0;
    }
    -degrees.to_radians()
}

/// Angles around `middle` in steps.
fn steps(middle: f32, range: f32, step: f32) -> impl Iterator<Item = f32> {
    #[expect(clippy::cast_possible_truncation, reason = "some dozens")]
    let count = (range / step).round() as i16;
    (-count..=count).map(move |at| middle + f32::from(at) * step)
}

/// Points of ink relative to the centre, as shares of the longer side.
fn points(ink: &GrayImage) -> Vec<(f32, f32)> {
    let (width, height) = (pixels(ink.width()), pixels(ink.height()));
    let longest = width.max(height).max(1.0);
    let count = ink.iter().filter(|value| **value > 0).count();
    let every = count.div_ceil(MOST_POINTS).max(1);
    let inked = ink.enumerate_pixels().filter(|(_, _, value)| value.0[0] > 0).step_by(every);
    inked.map(|(x, y, _)| ((pixels(x) - width / 2.0) / longest, (pixels(y) - height / 2.0) / longest)).collect()
}

/// How clearly ink and paper alternate if lines descend to the right by this many degrees.
fn clearness(points: &[(f32, f32)], degrees: f32) -> f32 {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let mut rays = vec![0.0_f32; usize::from(RAYS) + 1];
    for (x, y) in points {
        // Between -0.71 and 0.71.
        let across = ((y * cos - x * sin) / 1.42 + 0.5) * f32::from(RAYS);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of a ray")]
        let ray = across as usize;
        // Shared between two rays: else rows of pixels and rays would fall in and out of step.
        let share = across.fract();
        if let Some([near, far]) = rays.get_mut(ray..ray + 2) {
            *near += 1.0 - share;
            *far += share;
        }
    }
    rays.windows(2).map(|pair| pair.iter().fold(0.0, |difference, ray| ray - difference).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    /// Lines of ink that go down to the right by so many degrees.
    fn lines(degrees: f32) -> GrayImage {
        let (sin, cos) = degrees.to_radians().sin_cos();
        GrayImage::from_fn(600, 400, |x, y| {
            let across = pixels(y) * cos - pixels(x) * sin;
            let is_word = pixels(x) % 90.0 < 70.0;
            Luma([if across.rem_euclid(24.0) < 12.0 && is_word { 255 } else { 0 }])
        })
    }

    #[test]
    fn turned_lines_are_turned_back() {
        for degrees in [-16.0, -8.0, -2.5, 1.5, 6.0, 15.0_f32] {
            let back = angle(&lines(degrees), MOST_DEGREES).to_degrees();
            assert!((back + degrees).abs() < 0.4, "{degrees}: {back}");
        }
    }

    #[test]
    fn level_lines_and_pictures_without_lines_stay() {
        assert!(angle(&lines(0.0), MOST_DEGREES).abs() < 1e-6);
        assert!(angle(&GrayImage::new(50, 50), MOST_DEGREES).abs() < 1e-6);
        let noise =
            GrayImage::from_fn(300, 300, |x, y| Luma([if (x * 7919 + y * 104_729) % 11 == 0 { 255 } else { 0 }]));
        assert!(angle(&noise, MOST_UNSURE).abs() < 1e-6);
    }
}
