//! Pictures of pages: scaled, highlighted, and encoded.

mod marking;

use std::io::Cursor;

use image::codecs::webp::WebPEncoder;
use image::error::{ImageError, ParameterError, ParameterErrorKind};
use image::imageops;
use image::{ExtendedColorType, ImageFormat, ImageReader, RgbImage};

use crate::pdf::{LONGEST_SHOWN, PagePixels};
use foundation::page_boxes::PageBox;

/// Range of widths that can be requested, in pixels.
pub const WIDTHS: std::ops::RangeInclusive<u32> = 100..=2_000;
/// Default width.
pub const USUAL_WIDTH: u32 = 1_000;
/// Widths at which pages are rendered and stored. Other widths are scaled down from the next larger one.
pub const DRAWN_WIDTHS: [u32; 3] = [600, 1_000, 2_000];
/// Maximum size of a file in bytes: a Lambda response is at most 6 MB, in base64.
pub const HEAVIEST: usize = 4_000_000;

/// Steps, out of 256, to which colours are rounded if the file is too large, one after the other.
const COARSER: [u8; 3] = [4, 8, 16];
/// The factor by which the width is reduced if that is not enough.
const NARROWER: (u32, u32) = (3, 4);

/// A picture of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PagePicture {
    pixels: RgbImage,
}

impl PagePicture {
    /// The picture of a rendered page; `None` if the number of pixels does not match its size.
    #[must_use]
    pub fn of(page: PagePixels) -> Option<Self> {
        Some(Self { pixels: RgbImage::from_raw(page.width, page.height, page.rgb)? })
    }

    /// Reads a file written by [`Self::into_webp`].
    ///
    /// # Errors
    /// If the bytes are not such a file.
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

    /// Scales the picture down to this width. A narrower one stays as it is.
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

    /// Highlights these areas: in yellow with a thin border. The print stays dark.
    pub fn mark(&mut self, boxes: &[PageBox]) {
        marking::mark(&mut self.pixels, boxes);
    }

    /// Encodes the picture as a WebP file of at most [`HEAVIEST`] bytes. Returns the file, and the picture as encoded
    /// in it. If the file of a scan would be larger, its colours and then its width are reduced.
    ///
    /// # Errors
    /// If encoding fails.
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

    /// Rounds colours to multiples of `step`. White stays white.
    fn coarsen(&mut self, step: u8) {
        let step = u16::from(step.max(1));
        for value in self.pixels.iter_mut() {
            let nearest = (u16::from(*value) + step / 2) / step * step;
            *value = u8::try_from(nearest).unwrap_or(u8::MAX);
        }
    }
}

/// The width at which a page is rendered for a picture of this width.
#[must_use]
pub fn drawn_width(width: u32) -> u32 {
    DRAWN_WIDTHS.into_iter().find(|drawn| *drawn >= width).unwrap_or(*WIDTHS.end())
}

#[cfg(test)]
mod tests;
