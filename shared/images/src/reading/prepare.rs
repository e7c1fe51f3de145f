//! Prepares pictures for Tesseract: dark on light, straight, without ruled lines, with letters of a suitable size.

use image::imageops::grayscale;
use image::{GrayImage, Luma};
use imageproc::contrast::otsu_level;
use imageproc::geometric_transformations::{Border, Interpolation, rotate_about_center_no_crop};

use super::left_over::LeftOver;
use super::letters::Letters;
use super::{contrast, letters, rules, skew};
use crate::area::pixels;
use crate::picture::{QuarterTurn, resize};
use crate::{Picture, PixelBox};

/// Maximum number of pixels that are read: slightly more than a page of A4 at 300 dots per inch.
const MOST_PIXELS: f32 = 10_000_000.0;
/// Maximum number of pixels after enlarging, since time grows with them.
const MOST_ENLARGED: f32 = 6_000_000.0;
/// The height of letters that is read best, in pixels.
const BEST_HEIGHT: f32 = 25.0;
/// Heights of letters that need no scaling.
const GOOD_HEIGHTS: std::ops::RangeInclusive<f32> = 20.0..=48.0;
/// Maximum enlargement.
const LARGEST_SCALE: f32 = 3.0;
/// Pictures without measurable letters are enlarged only if their shorter side is below this, in pixels.
const SMALL_PICTURE: u32 = 600;
/// Pixels around a word that belong to it.
const MARGIN: f32 = 3.0;
/// Minimum number of letters in words, and their minimum share of all letters as one of this many, for a picture to
/// contain text.
const LEAST_IN_WORDS: usize = 8;
const LEAST_SHARE: usize = 4;

/// A prepared picture, and the mapping back to the original.
pub(super) struct Prepared {
    /// The picture to read.
    grey: GrayImage,
    /// The lightest grey of its print.
    darkness: u8,
    /// Width and height of the original.
    original: (u32, u32),
    /// The quarter turn that was applied first.
    pub(super) turn: QuarterTurn,
    /// The scale, before it was straightened.
    scale: f32,
    /// The clockwise rotation that straightened it, in radians.
    turned: f32,
    /// The height of its letters in pixels, if there are enough.
    letter_height: Option<f32>,
    /// The number of letters, of those with a neighbour beside them, and of those with one above or below.
    letters: usize,
    pub(super) level: usize,
    pub(super) on_end: usize,
    /// Ruled lines, in pixels of the prepared picture.
    rules: Vec<PixelBox>,
}

/// Prepares a picture after a quarter turn. Takes a fraction of a second for a page.
pub(super) fn prepare(picture: &Picture, turn: QuarterTurn) -> Prepared {
    let original = picture.size();
    let fits = (MOST_PIXELS / (pixels(original.0) * pixels(original.1))).sqrt().min(1.0);
    // A picture that was decoded is no larger than it may be.
    let kept = picture.pixels.dimensions();
    let fitting = (MOST_PIXELS / (pixels(kept.0) * pixels(kept.1))).sqrt().min(1.0);
    let grey = contrast::normalised(scaled(turn.apply(grayscale(&picture.pixels)), fitting));
    let fitted = pixels(grey.width()) / pixels(turn.size(original).0);
    let ink = contrast::ink(&grey);
    let letters = letters::find(&ink);
    let (count, height, (level, on_end)) = (letters.boxes.len(), letters.height(), letters.in_words());
    let turned = match height {
        Some(_) => skew::angle(&letters.ink, skew::MOST_DEGREES),
        None => skew::angle(&ink, skew::MOST_UNSURE),
    };
    let enlarged = enlargement(&letters, fits);
    drop(letters);
    drop(ink);
    let across = grey.width();
    let mut grey = if (enlarged - 1.0).abs() > 0.05 { scaled(grey, enlarged) } else { grey };
    let enlarged = pixels(grey.width()) / pixels(across);
    if turned != 0.0 {
        grey = rotate_about_center_no_crop(&grey, turned, Interpolation::Bilinear, Border::Constant(Luma([255])));
    }
    let darkness = otsu_level(&grey);
    let letter_height = height.map(|height| height * enlarged);
    let ink = contrast::ink_up_to(&grey, darkness);
    let rules = rules::find(&ink, letter_height);
    if rules.are_a_grid() {
        rules.erase(&mut grey, &ink);
    }
    let rules = rules.sides().map(pixel_box).collect();
    let scale = fitted * enlarged;
    Prepared { grey, darkness, original, turn, scale, turned, letter_height, letters: count, level, on_end, rules }
}

fn pixel_box([left, top, right, bottom]: [u32; 4]) -> PixelBox {
    PixelBox { x: pixels(left), y: pixels(top), width: pixels(right - left + 1), height: pixels(bottom - top + 1) }
}

impl Prepared {
    /// The picture as a portable grey map, which stores pixels uncompressed.
    pub(super) fn pgm(&self) -> Vec<u8> {
        pgm(&self.grey)
    }

    /// The letters outside all of these words: single digits and letters in the cells of a table are easily missed.
    pub(super) fn left_over(&self, words: impl Iterator<Item = PixelBox>) -> Option<LeftOver> {
        let mut grey = self.grey.clone();
        words.for_each(|word| paint(&mut grey, &word));
        LeftOver::on(&grey, &contrast::ink_up_to(&grey, self.darkness), self.letter_height?, self.letters)
    }

    /// Whether enough letters are in words, in either direction.
    pub(super) fn has_words(&self) -> bool {
        let in_words = self.level.max(self.on_end);
        in_words >= LEAST_IN_WORDS && in_words * LEAST_SHARE >= self.letters.min(letters::MOST_COMPARED)
    }

    /// The ruled lines on the upright page.
    pub(super) fn rules(&self) -> Vec<PixelBox> {
        self.rules.iter().filter_map(|area| self.upright(*area)).collect()
    }

    /// Maps a rectangle of the prepared picture to the upright page, in pixels of the original's size.
    pub(super) fn upright(&self, area: PixelBox) -> Option<PixelBox> {
        if self.turned == 0.0 {
            return self.before_straightening(area);
        }
        let size = self.grey.dimensions();
        PixelBox::between([area.x, area.y, area.right(), area.bottom()], size).map(|area| PixelBox {
            x: area.x / self.scale,
            y: area.y / self.scale,
            width: area.width / self.scale,
            height: area.height / self.scale,
        })
    }

    /// Maps a rectangle of the prepared picture to the original.
    pub(super) fn on_picture(&self, area: PixelBox) -> Option<PixelBox> {
        Some(self.turn.back(self.before_straightening(area)?, self.original))
    }

    /// Maps a rectangle of the prepared picture to the picture after the quarter turn.
    fn before_straightening(&self, area: PixelBox) -> Option<PixelBox> {
        let corners =
            [(area.x, area.y), (area.right(), area.y), (area.x, area.bottom()), (area.right(), area.bottom())];
        let mut sides = [f32::MAX, f32::MAX, f32::MIN, f32::MIN];
        for (x, y) in corners.map(|corner| self.point(corner)) {
            let [left, top, right, bottom] = sides;
            sides = [left.min(x), top.min(y), right.max(x), bottom.max(y)];
        }
        PixelBox::between(sides, self.turn.size(self.original))
    }

    /// Undoes the straightening and scaling for a point.
    fn point(&self, (x, y): (f32, f32)) -> (f32, f32) {
        let (read, before) = (self.grey.dimensions(), self.turn.size(self.original));
        let (x, y) = (x - pixels(read.0) / 2.0, y - pixels(read.1) / 2.0);
        let (sin, cos) = self.turned.sin_cos();
        let (x, y) = (x * cos + y * sin, y * cos - x * sin);
        (x / self.scale + pixels(before.0) / 2.0, y / self.scale + pixels(before.1) / 2.0)
    }
}

/// Paints a word and its margin in the colour of paper.
fn paint(grey: &mut GrayImage, area: &PixelBox) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels of the picture")]
    let pixel = |side: f32| side.max(0.0) as u32;
    let (left, right) = (pixel(area.x - MARGIN), pixel(area.right() + MARGIN).min(grey.width()));
    let (top, bottom) = (pixel(area.y - MARGIN), pixel(area.bottom() + MARGIN).min(grey.height()));
    for y in top..bottom {
        for x in left..right {
            grey.put_pixel(x, y, Luma([u8::MAX]));
        }
    }
}

/// The factor by which to enlarge the letters.
fn enlargement(letters: &Letters, fits: f32) -> f32 {
    let ink = &letters.ink;
    let largest = (MOST_ENLARGED / (pixels(ink.width()) * pixels(ink.height()))).sqrt().clamp(1.0, LARGEST_SCALE);
    let wanted = match letters.height() {
        Some(height) if GOOD_HEIGHTS.contains(&height) => 1.0,
        Some(height) => BEST_HEIGHT / height,
        None if fits >= 1.0 && ink.width().min(ink.height()) < SMALL_PICTURE => 2.0,
        None => 1.0,
    };
    wanted.clamp(0.25, largest)
}

/// Scales a picture.
pub(super) fn scaled(grey: GrayImage, scale: f32) -> GrayImage {
    if (scale - 1.0).abs() < 0.01 {
        return grey;
    }
    let side = |side: u32| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the limit on pixels")]
        let scaled = (pixels(side) * scale).round() as u32;
        scaled.max(1)
    };
    resize::grey(&grey, (side(grey.width()), side(grey.height())))
}

pub(super) fn pgm(grey: &GrayImage) -> Vec<u8> {
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
        Picture::of(pixels)
    }

    fn read(picture: &Picture) -> (u32, u32) {
        prepare(picture, QuarterTurn::None).grey.dimensions()
    }

    #[test]
    fn small_letters_are_enlarged_and_large_ones_reduced() {
        let width = |height| read(&blocks(height)).0;
        assert_eq!(width(10), 1000);
        assert_eq!(width(24), 400);
        assert_eq!(width(60), 167);
    }

    #[test]
    fn light_letters_count_as_dark_ones_do() {
        let mut picture = blocks(10);
        picture.pixels.iter_mut().for_each(|value| *value = 255 - *value);
        assert_eq!(read(&picture).0, 1000);
    }

    /// As if a picture of 200 by 100 pixels had been read in this way.
    fn prepared(size: (u32, u32), turn: QuarterTurn, turned: f32) -> Prepared {
        let grey = GrayImage::new(size.0, size.1);
        let (original, rules) = ((200, 100), Vec::new());
        let (letter_height, letters, level, on_end) = (None, 0, 0, 0);
        let (darkness, scale) = (128, 2.0);
        Prepared { grey, darkness, original, turn, scale, turned, letter_height, letters, level, on_end, rules }
    }

    #[test]
    fn places_lead_back_to_the_picture() {
        let area = PixelBox { x: 100.0, y: 50.0, width: 40.0, height: 20.0 };
        let back = PixelBox { x: 50.0, y: 25.0, width: 20.0, height: 10.0 };
        let straight = prepared((400, 200), QuarterTurn::None, 0.0);
        assert_eq!((straight.on_picture(area), straight.upright(area)), (Some(back), Some(back)));
        // Turned clockwise, the upper left corner is now at the upper right.
        let corner = PixelBox { x: 180.0, y: 0.0, width: 20.0, height: 40.0 };
        for turned in [
            prepared((200, 400), QuarterTurn::None, std::f32::consts::FRAC_PI_2),
            prepared((200, 400), QuarterTurn::Right, 0.0),
        ] {
            let area = turned.on_picture(corner).unwrap();
            assert!(area.x.abs() < 0.1 && area.y.abs() < 0.1 && (area.width - 20.0).abs() < 0.1, "{area:?}");
            assert_eq!(turned.upright(corner).map(|area| (area.x, area.height)), Some((90.0, 20.0)));
        }
    }

    #[test]
    fn the_rules_of_a_table_are_told_and_gone() {
        let mut picture = blocks(24);
        // Between the rows of blocks and over their gaps.
        for at in 0..380 {
            for line in [30, 174, 366] {
                picture.pixels.put_pixel(10 + at, line, image::Rgb([0; 3]));
                picture.pixels.put_pixel(10 + at, line + 1, image::Rgb([0; 3]));
            }
            picture.pixels.put_pixel(19, 10 + at, image::Rgb([0; 3]));
            picture.pixels.put_pixel(20, 10 + at, image::Rgb([0; 3]));
        }
        let prepared = prepare(&picture, QuarterTurn::None);
        let rules = prepared.rules();
        assert!(rules.contains(&PixelBox { x: 10.0, y: 30.0, width: 380.0, height: 2.0 }), "{rules:?}");
        assert!(rules.contains(&PixelBox { x: 19.0, y: 10.0, width: 2.0, height: 380.0 }), "{rules:?}");
        let is_paper = |x: u32, y: u32| prepared.grey.get_pixel(x, y).0 == [255];
        assert!((10..390).all(|x| is_paper(x, 30)) && (34..40).all(|y| is_paper(19, y)));
    }

    #[test]
    fn letters_without_a_word_are_left_over() {
        let prepared = prepare(&blocks(24), QuarterTurn::None);
        let all = PixelBox::whole((400, 400));
        assert!(prepared.left_over([all].into_iter()).is_none());
        let most = PixelBox { height: 330.0, ..all };
        assert!(prepared.left_over([most].into_iter()).is_some());
        assert!(prepared.left_over(std::iter::empty()).is_none(), "a picture whose letters nobody could read");
    }

    #[test]
    fn enormous_and_tiny_pictures_are_bounded() {
        let large = read(&Picture::of(RgbImage::new(6000, 5000)));
        assert!(pixels(large.0) * pixels(large.1) <= MOST_PIXELS * 1.01);
        assert_eq!(read(&Picture::of(RgbImage::new(1, 1))), (2, 2));
    }
}
