//! A picture as Tesseract likes it: grey, straight, with letters of the right size.

use std::collections::BTreeMap;

use image::imageops::{FilterType, grayscale, resize};
use image::{GrayImage, Luma};
use imageproc::contrast::{ThresholdType, otsu_level, threshold};
use imageproc::geometric_transformations::{Border, Interpolation, rotate_about_center_no_crop};
use imageproc::region_labelling::{Connectivity, connected_components};

use super::skew;
use crate::vision::area::pixels;
use crate::vision::{Picture, PixelBox};

/// Most pixels that are read: a page of A4 at 300 dots per inch, and a little more.
const MOST_PIXELS: f32 = 10_000_000.0;
/// Most pixels that a picture is enlarged to: time grows with them.
const MOST_ENLARGED: f32 = 6_000_000.0;
/// The height of letters that is read best, in pixels.
const BEST_HEIGHT: f32 = 25.0;
/// Letters of these heights are left as they are.
const GOOD_HEIGHTS: std::ops::RangeInclusive<f32> = 20.0..=48.0;
/// The most that a picture is enlarged.
const LARGEST_SCALE: f32 = 3.0;
/// Heights in pixels that a letter may have.
const LETTERS: std::ops::RangeInclusive<u32> = 6..=160;
/// With fewer letters, their height tells nothing.
const FEW_LETTERS: usize = 12;
/// The shorter side, in pixels, from which on a picture without measurable letters is not enlarged.
const SMALL_PICTURE: u32 = 600;

/// A picture for Tesseract, and the way back from it.
pub(super) struct Prepared {
    /// A portable grey map, which holds its pixels as they are.
    pub(super) pgm: Vec<u8>,
    /// Width and height of the original.
    original: (u32, u32),
    /// Width and height of what is read.
    read: (u32, u32),
    /// How many times larger it is, before it was turned.
    scale: f32,
    /// By how much it was turned clockwise, in radians.
    turned: f32,
}

/// Prepares a picture. Takes a tenth of a second for a photo.
pub(super) fn prepare(picture: &Picture) -> Prepared {
    let original = picture.size();
    let fits = (MOST_PIXELS / (pixels(original.0) * pixels(original.1))).sqrt().min(1.0);
    let grey = scaled(grayscale(&picture.pixels), fits);
    let ink = ink(&grey);
    let wanted = fits * enlargement(&ink, fits);
    let turned = skew::angle(&ink);
    drop(ink);
    let grey = if (wanted - fits).abs() > 0.05 { scaled(grayscale(&picture.pixels), wanted) } else { grey };
    let scale = pixels(grey.width()) / pixels(original.0);
    let grey = if turned == 0.0 {
        grey
    } else {
        let paper = Border::Constant(Luma([255]));
        rotate_about_center_no_crop(&grey, turned, Interpolation::Bilinear, paper)
    };
    Prepared { original, read: grey.dimensions(), scale, turned, pgm: pgm(&grey) }
}

impl Prepared {
    /// Where a rectangle of what was read lies on the picture.
    pub(super) fn on_picture(&self, area: PixelBox) -> Option<PixelBox> {
        let corners =
            [(area.x, area.y), (area.right(), area.y), (area.x, area.bottom()), (area.right(), area.bottom())];
        let mut sides = [f32::MAX, f32::MAX, f32::MIN, f32::MIN];
        for (x, y) in corners.map(|corner| self.point(corner)) {
            let [left, top, right, bottom] = sides;
            sides = [left.min(x), top.min(y), right.max(x), bottom.max(y)];
        }
        PixelBox::between(sides, self.original)
    }

    /// Back around the centre, and back to the original's size.
    fn point(&self, (x, y): (f32, f32)) -> (f32, f32) {
        let (x, y) = (x - pixels(self.read.0) / 2.0, y - pixels(self.read.1) / 2.0);
        let (sin, cos) = self.turned.sin_cos();
        let (x, y) = (x * cos + y * sin, y * cos - x * sin);
        (x / self.scale + pixels(self.original.0) / 2.0, y / self.scale + pixels(self.original.1) / 2.0)
    }
}

/// What is printed, white on black, whether the picture is dark on light or light on dark.
fn ink(grey: &GrayImage) -> GrayImage {
    let level = otsu_level(grey);
    let ink = threshold(grey, level, ThresholdType::BinaryInverted);
    let dark = ink.iter().filter(|value| **value > 0).count();
    if dark * 2 > ink.len() { threshold(grey, level, ThresholdType::Binary) } else { ink }
}

/// How much larger the letters should be.
fn enlargement(ink: &GrayImage, fits: f32) -> f32 {
    let largest = (MOST_ENLARGED / (pixels(ink.width()) * pixels(ink.height()))).sqrt().clamp(1.0, LARGEST_SCALE);
    let wanted = match letter_height(ink) {
        Some(height) if GOOD_HEIGHTS.contains(&height) => 1.0,
        Some(height) => BEST_HEIGHT / height,
        None if fits >= 1.0 && ink.width().min(ink.height()) < SMALL_PICTURE => 2.0,
        None => 1.0,
    };
    wanted.clamp(0.25, largest)
}

/// The median height of what is shaped like letters.
fn letter_height(ink: &GrayImage) -> Option<f32> {
    let labels = connected_components(ink, Connectivity::Eight, Luma([0]));
    let mut boxes: BTreeMap<u32, [u32; 4]> = BTreeMap::new();
    for (x, y, Luma([label])) in labels.enumerate_pixels().filter(|(_, _, label)| label.0[0] > 0) {
        let sides = boxes.entry(*label).or_insert([x, y, x, y]);
        let [left, top, right, bottom] = *sides;
        *sides = [left.min(x), top.min(y), right.max(x), bottom.max(y)];
    }
    let size = |[left, top, right, bottom]: [u32; 4]| (right - left + 1, bottom - top + 1);
    let is_letter =
        |(width, height): &(u32, u32)| LETTERS.contains(height) && *width <= height * 3 && *height <= width * 8;
    let mut heights: Vec<u32> = boxes.into_values().map(size).filter(is_letter).map(|(_, height)| height).collect();
    if heights.len() < FEW_LETTERS {
        return None;
    }
    heights.sort_unstable();
    heights.get(heights.len() / 2).map(|height| pixels(*height))
}

fn scaled(grey: GrayImage, scale: f32) -> GrayImage {
    if (scale - 1.0).abs() < 0.01 {
        return grey;
    }
    let side = |side: u32| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the limit on pixels")]
        let scaled = (pixels(side) * scale).round() as u32;
        scaled.max(1)
    };
    resize(&grey, side(grey.width()), side(grey.height()), FilterType::CatmullRom)
}

fn pgm(grey: &GrayImage) -> Vec<u8> {
    let mut bytes = format!("P5\n{} {}\n255\n", grey.width(), grey.height()).into_bytes();
    bytes.extend_from_slice(grey);
    bytes
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use image::RgbImage;

    use super::*;

    /// Rows of black blocks, as letters are from afar.
    fn blocks(height: u32) -> Picture {
        let pixels = RgbImage::from_fn(400, 400, |x, y| {
            let is_ink = x % height < height * 2 / 3 && y % (height * 2) < height;
            image::Rgb(if is_ink { [0; 3] } else { [255; 3] })
        });
        Picture { pixels }
    }

    #[test]
    fn small_letters_are_enlarged_and_large_ones_reduced() {
        let width = |height| prepare(&blocks(height)).read.0;
        assert_eq!(width(10), 1000);
        assert_eq!(width(24), 400);
        assert_eq!(width(60), 167);
    }

    #[test]
    fn light_letters_count_as_dark_ones_do() {
        let mut picture = blocks(10);
        picture.pixels.iter_mut().for_each(|value| *value = 255 - *value);
        assert_eq!(prepare(&picture).read.0, 1000);
    }

    #[test]
    fn places_lead_back_to_the_picture() {
        let prepared = Prepared { pgm: Vec::new(), original: (200, 100), read: (400, 200), scale: 2.0, turned: 0.0 };
        let area = prepared.on_picture(PixelBox { x: 100.0, y: 50.0, width: 40.0, height: 20.0 }).unwrap();
        assert_eq!(area, PixelBox { x: 50.0, y: 25.0, width: 20.0, height: 10.0 });
        let turned = Prepared { turned: std::f32::consts::FRAC_PI_2, read: (200, 400), ..prepared };
        // Turned clockwise, the upper left corner is now at the upper right.
        let area = turned.on_picture(PixelBox { x: 180.0, y: 0.0, width: 20.0, height: 40.0 }).unwrap();
        assert!(area.x.abs() < 0.1 && area.y.abs() < 0.1 && (area.width - 20.0).abs() < 0.1, "{area:?}");
    }

    #[test]
    fn enormous_and_tiny_pictures_are_bounded() {
        let large = prepare(&Picture { pixels: RgbImage::new(6000, 5000) });
        assert!(pixels(large.read.0) * pixels(large.read.1) <= MOST_PIXELS * 1.01);
        let tiny = prepare(&Picture { pixels: RgbImage::new(1, 1) });
        assert_eq!(tiny.read, (2, 2));
    }
}
