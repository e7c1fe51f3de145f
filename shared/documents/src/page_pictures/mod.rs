//! Pages as pictures: made smaller, marked, and written as files.

mod marking;

use std::io::Cursor;

use image::codecs::webp::WebPEncoder;
use image::error::{ImageError, ParameterError, ParameterErrorKind};
use image::imageops;
use image::{ExtendedColorType, ImageFormat, ImageReader, RgbImage};

use crate::pdf::{LONGEST_SHOWN, PagePixels};
use foundation::page_boxes::PageBox;

/// Narrowest and widest picture that may be asked for, in pixels.
pub const WIDTHS: std::ops::RangeInclusive<u32> = 100..=2_000;
/// Width where none is asked for.
pub const USUAL_WIDTH: u32 = 1_000;
/// Widths in which pages are drawn and kept; others are made from the next wider one.
pub const DRAWN_WIDTHS: [u32; 3] = [600, 1_000, 2_000];
/// The most that a picture weighs, in bytes: Lambda takes 6 MB of an answer, which is base64.
pub const HEAVIEST: usize = 4_000_000;

/// Steps, of 256, to which colours are rounded where a file would be too large; the next step where one is not enough.
const COARSER: [u8; 3] = [4, 8, 16];
/// The share of its width that the picture keeps where all steps are not enough.
const NARROWER: (u32, u32) = (3, 4);

/// A page as a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PagePicture {
    pixels: RgbImage,
}

impl PagePicture {
    /// The picture of a page that was drawn; none where its pixels are more or fewer than its size says.
    #[must_use]
    pub fn of(page: PagePixels) -> Option<Self> {
        Some(Self { pixels: RgbImage::from_raw(page.width, page.height, page.rgb)? })
    }

    /// Reads a file that [`Self::into_webp`] wrote.
    ///
    /// # Errors
    /// When the bytes are no such file.
    pub fn from_webp(bytes: &[u8]) -> Result<Self, ImageError> {
        let mut reader = ImageReader::with_format(Cursor::new(bytes), ImageFormat::WebP);
        let mut limits = image::Limits::default();
        let longest = Some(u32::from(LONGEST_SHOWN));
        (limits.max_image_width, limits.max_image_height) = (longest, longest);
        reader.limits(limits);
        Ok(Self { pixels: reader.decode()?.into_rgb8() })
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        self.pixels.dimensions()
    }

    /// The picture, so many pixels wide; one that is less wide stays as it is.
    #[must_use]
    pub fn scaled_to(self, width: u32) -> Self {
        let (own, height) = self.size();
        if width >= own || width == 0 {
            return self;
        }
        let scaled = u64::from(height) * u64::from(width) / u64::from(own.max(1));
        let height = u32::try_from(scaled).unwrap_or(height).max(1);
        Self { pixels: imageops::thumbnail(&self.pixels, width, height) }
    }

    /// Marks these places: they get yellow and a thin border, and what is printed stays as dark as it is.
    pub fn mark(&mut self, boxes: &[PageBox]) {
        marking::mark(&mut self.pixels, boxes);
    }

    /// Writes the picture as a WebP file of at most [`HEAVIEST`] bytes. Returns the picture as the file holds it, and
    /// the file. A scan whose file would be larger gets fewer colours, and becomes smaller where that is not enough.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn into_webp(mut self) -> Result<(Self, Vec<u8>), ImageError> {
        let mut bytes = self.encode()?;
        for step in COARSER {
            if bytes.len() <= HEAVIEST {
                return Ok((self, bytes));
            }
            self.coarsen(step);
            bytes = self.encode()?;
        }
        while bytes.len() > HEAVIEST {
            let width = self.size().0 / NARROWER.1 * NARROWER.0;
            if width < *WIDTHS.start() {
                return Err(ImageError::Parameter(ParameterError::from_kind(ParameterErrorKind::DimensionMismatch)));
            }
            self = self.scaled_to(width);
            bytes = self.encode()?;
        }
        Ok((self, bytes))
    }

    fn encode(&self) -> Result<Vec<u8>, ImageError> {
        let (mut bytes, (width, height)) = (Vec::new(), self.size());
        // Without loss: of printed pages smaller than PNG by a quarter.
        let encoder = WebPEncoder::new_lossless(&mut bytes);
        encoder.encode(self.pixels.as_raw(), width, height, ExtendedColorType::Rgb8)?;
        Ok(bytes)
    }

    /// Rounds its colours to multiples of a step; white stays white.
    fn coarsen(&mut self, step: u8) {
        let step = u16::from(step.max(1));
        for value in self.pixels.iter_mut() {
            let nearest = (u16::from(*value) + step / 2) / step * step;
            *value = u8::try_from(nearest).unwrap_or(u8::MAX);
        }
    }
}

/// The width in which a page is drawn for a picture of this width.
#[must_use]
pub fn drawn_width(width: u32) -> u32 {
    DRAWN_WIDTHS.into_iter().find(|drawn| *drawn >= width).unwrap_or(*WIDTHS.end())
}

#[cfg(test)]
mod tests;
