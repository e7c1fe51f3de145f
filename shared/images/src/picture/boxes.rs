//! Scales a picture down while it is decoded row by row: each pixel is the mean of a box of pixels.

use image::{DynamicImage, RgbImage, RgbaImage};

/// Takes rows and returns a picture that is smaller by `factor`.
#[derive(Debug)]
pub(super) struct Boxes {
    factor: usize,
    /// Pixels of a row of a box; fewer if the picture is narrower.
    columns: usize,
    /// Samples per pixel of a row: grey, grey with alpha, RGB, or RGBA.
    channels: usize,
    size: (u32, u32),
    /// For each box: the sums of red, green and blue, weighted by alpha, and the sum of alpha.
    sums: Vec<[u32; 4]>,
    /// Number of rows in the current boxes.
    rows: usize,
    pixels: Vec<u8>,
}

impl Boxes {
    /// For rows with this many pixels and 1, 2, 3 or 4 one-byte samples per pixel. Incomplete boxes at the right and
    /// bottom are dropped.
    pub(super) fn new((width, height): (u32, u32), channels: usize, factor: u32) -> Self {
        let size = ((width / factor).max(1), (height / factor).max(1));
        let samples = if matches!(channels, 2 | 4) { 4 } else { 3 };
        let (across, down) = (size.0 as usize, size.1 as usize);
        Self {
            factor: factor as usize,
            columns: factor.min(width).max(1) as usize,
            channels,
            size,
            sums: vec![[0; 4]; across],
            rows: 0,
            pixels: Vec::with_capacity(across * down * samples),
        }
    }

    /// Adds a row.
    pub(super) fn row(&mut self, row: &[u8]) {
        let boxes = row.chunks(self.factor * self.channels);
        match self.channels {
            1 => add(&mut self.sums, boxes, |[grey]: [u8; 1]| [grey, grey, grey, u8::MAX]),
            2 => add(&mut self.sums, boxes, |[grey, alpha]: [u8; 2]| [grey, grey, grey, alpha]),
            3 => add(&mut self.sums, boxes, |[red, green, blue]: [u8; 3]| [red, green, blue, u8::MAX]),
            _ => add(&mut self.sums, boxes, |pixel: [u8; 4]| pixel),
        }
        self.rows += 1;
        if self.rows == self.factor {
            self.finish_row();
        }
    }

    fn finish_row(&mut self) {
        let most = self.size.0 as usize * self.size.1 as usize;
        let (samples, whole) = if matches!(self.channels, 2 | 4) { (4, true) } else { (3, false) };
        let area = u32::try_from(self.columns * self.rows).unwrap_or(u32::MAX).max(1);
        if self.pixels.len() < most * samples {
            for [red, green, blue, seen] in &self.sums {
                let mean = |sum: &u32| u8::try_from((sum + seen / 2) / (*seen).max(1)).unwrap_or(u8::MAX);
                self.pixels.extend([mean(red), mean(green), mean(blue)]);
                if whole {
                    self.pixels.push(u8::try_from((seen + area / 2) / area).unwrap_or(u8::MAX));
                }
            }
        }
        self.sums.fill([0; 4]);
        self.rows = 0;
    }

    /// The picture; `None` if rows are missing.
    pub(super) fn finish(mut self) -> Option<DynamicImage> {
        // A picture lower than a box.
        if self.rows > 0 && self.pixels.is_empty() {
            self.finish_row();
        }
        let (width, height) = self.size;
        if matches!(self.channels, 2 | 4) {
            RgbaImage::from_raw(width, height, self.pixels).map(DynamicImage::ImageRgba8)
        } else {
            RgbImage::from_raw(width, height, self.pixels).map(DynamicImage::ImageRgb8)
        }
    }
}

/// Adds the pixels of each box to its sums, weighted by alpha.
fn add<'a, const N: usize>(
    sums: &mut [[u32; 4]],
    boxes: impl Iterator<Item = &'a [u8]>,
    pixel: impl Fn([u8; N]) -> [u8; 4],
) {
    for (sum, samples) in sums.iter_mut().zip(boxes) {
        for samples in samples.as_chunks::<N>().0 {
            let [red, green, blue, alpha] = pixel(*samples).map(u32::from);
            let [reds, greens, blues, seen] = sum;
            *reds += red * alpha;
            *greens += green * alpha;
            *blues += blue * alpha;
            *seen += alpha;
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn made(size: (u32, u32), channels: usize, factor: u32, rows: &[&[u8]]) -> DynamicImage {
        let mut boxes = Boxes::new(size, channels, factor);
        for row in rows {
            boxes.row(row);
        }
        boxes.finish().unwrap()
    }

    #[test]
    fn a_box_becomes_its_mean() {
        let grey = made((5, 3), 1, 2, &[&[0, 100, 10, 20, 99], &[200, 100, 30, 40, 99], &[9; 5]]);
        assert_eq!(grey.into_rgb8().into_raw(), [100, 100, 100, 25, 25, 25], "what fills no box is left out");
        let colours = made((2, 2), 3, 2, &[&[255, 0, 0, 0, 255, 0], &[0, 0, 255, 0, 0, 0]]);
        assert_eq!(colours.into_rgb8().into_raw(), [64, 64, 64]);
    }

    #[test]
    fn what_is_clear_has_no_colour() {
        let clear = made((2, 1), 4, 2, &[&[200, 100, 0, 255, 0, 0, 0, 0]]);
        assert_eq!(clear.into_rgba8().into_raw(), [200, 100, 0, 128]);
        let none = made((2, 2), 2, 2, &[&[7, 0, 7, 0], &[7, 0, 7, 0]]);
        assert_eq!(none.into_rgba8().into_raw(), [0, 0, 0, 0]);
    }

    #[test]
    fn the_largest_box_of_the_lightest_pixels_does_not_overflow() {
        let row = vec![255; 16 * 4];
        let rows: Vec<&[u8]> = (0..16).map(|_| row.as_slice()).collect();
        assert_eq!(made((16, 16), 4, 16, &rows).into_rgba8().into_raw(), [255; 4]);
    }

    #[test]
    fn a_picture_with_rows_missing_is_none() {
        let mut boxes = Boxes::new((4, 4), 1, 2);
        boxes.row(&[0; 4]);
        boxes.row(&[0; 4]);
        assert!(boxes.finish().is_none());
    }
}
