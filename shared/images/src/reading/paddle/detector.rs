//! Where there is text: a network that gives each pixel the probability that it belongs to the middle of a line.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use image::{GrayImage, Luma, RgbImage};
use imageproc::contours::find_contours;
use inference::rten::{self, Weights};
use inference::{Network, NetworkError, Tensor};

use super::quad::{Point, Quad};
use crate::area::pixels;
use crate::picture::resize;

/// The sides of a picture are multiples of this.
const STEP: u32 = 32;
/// The least shorter side, to which small pictures are enlarged, and the most pixels: a page of 1,130 by 1,600. The
/// network takes 70 bytes for each.
const LEAST_SIDE: f32 = 736.0;
const MOST_PIXELS: f32 = 1_810_000.0;
/// The most squares of [`STEP`] pixels, with what rounding adds.
const MOST_STEPS: u32 = 1_900;
/// The probability at which a pixel is text, and the mean one at which an area is.
const PIXEL: f32 = 0.3;
const AREA: f32 = 0.5;
/// How much larger a line is than what the network marks of it.
const GROWTH: f32 = 1.6;
/// The least side of an area, in pixels of the network.
const LEAST: f32 = 3.0;
/// The most lines of a picture.
const MOST: usize = 1_000;

/// The network.
#[derive(Debug)]
pub(super) struct Detector {
    /// One picture at a time, since each takes up to 130 MB.
    network: Mutex<Arc<dyn Network>>,
}

impl Detector {
    pub(super) fn load(file: &Path) -> Result<Self, NetworkError> {
        Ok(Self { network: Mutex::new(rten::load(file, Weights::AsTheyAre, &[])?) })
    }

    /// The lines of text on a picture.
    pub(super) fn lines(&self, picture: &RgbImage) -> Result<Vec<Quad>, NetworkError> {
        let (width, height) = fitting(picture.dimensions());
        let resized = resize::rgb(picture, (width, height));
        let output = {
            let network = self.network.lock().unwrap_or_else(PoisonError::into_inner);
            network.run(vec![planes(&resized).into()])?
        };
        let likely = output.first().and_then(Tensor::floats).unwrap_or_default();
        let marked = GrayImage::from_fn(width, height, |x, y| {
            let at = y as usize * width as usize + x as usize;
            Luma([if likely.get(at).is_some_and(|likely| *likely > PIXEL) { 255 } else { 0 }])
        });
        let scale = (pixels(picture.width()) / pixels(width), pixels(picture.height()) / pixels(height));
        let contours = find_contours::<u32>(&marked);
        let quads = contours.iter().take(MOST).filter_map(|contour| {
            let corners = contour.points.iter().flat_map(|point| {
                let (x, y) = (pixels(point.x), pixels(point.y));
                [(x, y), (x + 1.0, y), (x, y + 1.0), (x + 1.0, y + 1.0)]
            });
            let quad = Quad::around(&corners.collect::<Vec<Point>>())?;
            let is_text = quad.width.min(quad.height) >= LEAST && mean(likely, (width, height), quad) >= AREA;
            let margin = quad.width * quad.height * GROWTH / (2.0 * (quad.width + quad.height));
            is_text.then(|| quad.grown(margin).scaled(scale))
        });
        Ok(quads.collect())
    }
}

/// The size in which a picture is looked at.
fn fitting((width, height): (u32, u32)) -> (u32, u32) {
    let (shorter, area) = (pixels(width.min(height)), pixels(width) * pixels(height));
    let scale = (LEAST_SIDE / shorter).max(1.0).min((MOST_PIXELS / area).sqrt());
    let side = |side: u32| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within MOST_PIXELS")]
        let steps = (pixels(side) * scale / pixels(STEP)).round() as u32;
        steps.max(1)
    };
    // One side of at least a step makes a strip of pixels longer than it may be.
    let height_steps = side(height).min(MOST_STEPS / side(width).min(MOST_STEPS));
    (side(width).min(MOST_STEPS / height_steps) * STEP, height_steps * STEP)
}

/// Blue, green and red values from -1 to 1, each as a plane.
pub(super) fn planes(picture: &RgbImage) -> Tensor {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut values = Vec::with_capacity(3 * width * height);
    for channel in [2, 1, 0] {
        let plane = picture.pixels().map(|pixel| f32::from(*pixel.0.get(channel).unwrap_or(&0)) / 127.5 - 1.0);
        values.extend(plane);
    }
    Tensor::new([1, 3, height, width], values)
}

/// The mean probability within a rectangle.
fn mean(likely: &[f32], (width, height): (u32, u32), quad: Quad) -> f32 {
    let [left, top, right, bottom] = quad.sides();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the picture")]
    let range = |from: f32, to: f32, end: u32| (from.max(0.0) as u32)..(to.max(0.0).ceil() as u32).min(end);
    let (sin, cos) = quad.angle.sin_cos();
    let (mut sum, mut count) = (0.0, 0_u32);
    for y in range(top, bottom, height) {
        for x in range(left, right, width) {
            let (across, down) = (pixels(x) + 0.5 - quad.centre.0, pixels(y) + 0.5 - quad.centre.1);
            let (along, beside) = (across * cos + down * sin, down * cos - across * sin);
            if along.abs() <= quad.width / 2.0 && beside.abs() <= quad.height / 2.0 {
                sum += likely.get(y as usize * width as usize + x as usize).copied().unwrap_or(0.0);
                count += 1;
            }
        }
    }
    sum / pixels(count.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_is_looked_at_in_a_size_within_the_limit() {
        for (size, expected) in [
            ((640, 480), (992, 736)),
            ((1700, 2200), (1184, 1536)),
            ((8_000, 8_000), (1344, 1344)),
            ((10, 10), (736, 736)),
        ] {
            assert_eq!(fitting(size), expected, "{size:?}");
        }
        for size in [(1, 10_000_000), (10_000_000, 1), (8, 1_250_000), (30_000, 300), (1, 1), (4_000, 2_500)] {
            let (width, height) = fitting(size);
            assert!(
                width * height <= MOST_STEPS * STEP * STEP && width.min(height) >= STEP,
                "{size:?}: {width}x{height}"
            );
        }
    }
}
