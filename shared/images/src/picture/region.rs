//! Parts of a picture.

use image::{GenericImageView, GrayImage, Rgb, imageops};

use super::Picture;
use crate::PixelBox;
use crate::area::pixels as as_f32;

/// Minimum difference of grey levels between paper and print. Anything less is noise of the scan.
const LEAST_CONTRAST: u8 = 24;
/// Minimum number of pixels of a letter. Fewer are dirt.
const LEAST_PIXELS: usize = 24;

impl Picture {
    /// The part inside an area, rounded to whole pixels; `None` if the area lies outside.
    #[must_use]
    pub fn crop(&self, area: &PixelBox) -> Option<Self> {
        let [x, y, width, height] = self.inside(area)?;
        let pixels = imageops::crop_imm(&self.pixels, x, y, width, height).to_image();
        let (across, down) = self.scale();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of the picture's own size")]
        let original = |side: u32, scale: f32| ((as_f32(side) / scale).round() as u32).max(1);
        let original = (original(width, across), original(height, down));
        Some(Self { pixels, original, hold: self.hold.clone() })
    }

    /// The picture with these areas painted white.
    #[must_use]
    pub fn mask<'a>(mut self, areas: impl IntoIterator<Item = &'a PixelBox>) -> Self {
        for [x, y, width, height] in areas.into_iter().filter_map(|area| self.inside(area)).collect::<Vec<_>>() {
            for row in y..y + height {
                (x..x + width).for_each(|column| self.pixels.put_pixel(column, row, Rgb([u8::MAX; 3])));
            }
        }
        self
    }

    /// Whether something is printed in an area: enough pixels differ from the rest to be more than dirt.
    #[must_use]
    pub fn has_ink(&self, area: &PixelBox) -> bool {
        let Some([x, y, width, height]) = self.inside(area) else { return false };
        let view = self.pixels.view(x, y, width, height);
        let grey: GrayImage = imageops::grayscale(&*view);
        let mut counts = [0_usize; 256];
        for value in grey.iter() {
            if let Some(count) = counts.get_mut(usize::from(*value)) {
                *count += 1;
            }
        }
        let levels = || (0..=u8::MAX).zip(counts);
        let Some((paper, _)) = levels().max_by_key(|(_, count)| *count) else { return false };
        let print = levels().filter(|(value, _)| value.abs_diff(paper) >= LEAST_CONTRAST);
        print.map(|(_, count)| count).sum::<usize>() >= LEAST_PIXELS
    }

    /// Kept pixels per pixel of the picture as sent, horizontally and vertically.
    fn scale(&self) -> (f32, f32) {
        let (kept, sent) = (self.pixels.dimensions(), self.size());
        (as_f32(kept.0) / as_f32(sent.0.max(1)), as_f32(kept.1) / as_f32(sent.1.max(1)))
    }

    /// Left, top, width and height of an area in whole kept pixels.
    fn inside(&self, area: &PixelBox) -> Option<[u32; 4]> {
        let (kept, (across, down)) = (self.pixels.dimensions(), self.scale());
        let sides = [area.x * across, area.y * down, area.right() * across, area.bottom() * down];
        let area = PixelBox::between(sides, kept)?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "cut to the picture")]
        let pixel = |side: f32| side as u32;
        let (left, top) = (pixel(area.x.floor()), pixel(area.y.floor()));
        let (right, bottom) = (pixel(area.right().ceil()).min(kept.0), pixel(area.bottom().ceil()).min(kept.1));
        Some([left, top, right - left, bottom - top])
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use image::RgbImage;

    use super::*;

    fn page(print: u8, paper: u8) -> Picture {
        let is_print = |x: u32, y: u32| (20..30).contains(&x) && (10..22).contains(&y);
        Picture::of(RgbImage::from_fn(60, 40, |x, y| Rgb(if is_print(x, y) { [print; 3] } else { [paper; 3] })))
    }

    fn area(x: f32, y: f32, width: f32, height: f32) -> PixelBox {
        PixelBox { x, y, width, height }
    }

    #[test]
    fn ink_is_seen_where_it_is() {
        for (print, paper) in [(0, 255), (215, 255), (255, 20)] {
            let page = page(print, paper);
            assert!(page.has_ink(&area(15.0, 5.0, 20.0, 20.0)), "{print} on {paper}");
            assert!(!page.has_ink(&area(31.0, 0.0, 29.0, 40.0)), "{print} on {paper}");
            assert!(!page.has_ink(&area(100.0, 0.0, 5.0, 5.0)));
        }
        assert!(!page(250, 255).has_ink(&area(0.0, 0.0, 60.0, 40.0)), "the grain of paper");
        let mut dirt = page(255, 255);
        dirt.pixels.put_pixel(7, 7, Rgb([0; 3]));
        assert!(!dirt.has_ink(&area(0.0, 0.0, 60.0, 40.0)));
    }

    #[test]
    fn parts_are_cut_out_and_painted_over() {
        let page = page(0, 200);
        let part = page.crop(&area(19.5, 9.5, 11.0, 13.0)).unwrap();
        assert_eq!(part.size(), (12, 14));
        assert_eq!((part.pixels.get_pixel(0, 0).0, part.pixels.get_pixel(1, 1).0), ([200; 3], [0; 3]));
        assert_eq!(page.crop(&area(60.0, 0.0, 5.0, 5.0)), None);
        assert_eq!(page.crop(&area(50.0, 30.0, 500.0, 500.0)).unwrap().size(), (10, 10));
        let masked = page.mask(&[area(20.0, 10.0, 10.0, 6.0), area(f32::NAN, 0.0, 1.0, 1.0)]);
        assert_eq!((masked.pixels.get_pixel(20, 10).0, masked.pixels.get_pixel(20, 16).0), ([255; 3], [0; 3]));
    }
}
