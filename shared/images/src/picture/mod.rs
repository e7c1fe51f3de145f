//! Pictures, decoded within limits and turned upright.

mod boxes;
mod decode;
mod error;
mod flatten;
mod kind;
#[cfg(test)]
mod large_tests;
mod outline;
mod region;
pub(crate) mod resize;
#[cfg(test)]
mod tests;
mod turn;

use std::sync::Arc;

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::error::ImageError;
use image::{DynamicImage, GrayImage, RgbImage};

pub use error::PictureError;
pub(crate) use outline::Outline;
pub use turn::QuarterTurn;

use super::memory::MemoryPermit;

/// Quality of the JPEGs that services get.
const JPEG_QUALITY: u8 = 88;

/// A decoded picture, upright.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Its pixels: all of them, or at most ten million if it is larger.
    pub pixels: RgbImage,
    /// Width and height of the picture as sent, upright.
    original: (u32, u32),
    /// The memory that it holds.
    hold: Option<Arc<MemoryPermit>>,
}

/// Limits of decoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureLimits {
    /// Maximum number of pixels. Checked by the header before anything is decoded.
    pub most_pixels: u64,
}

impl Picture {
    /// A picture with these pixels.
    #[must_use]
    pub fn of(pixels: RgbImage) -> Self {
        Self { original: pixels.dimensions(), pixels, hold: None }
    }

    /// Decodes a PNG, JPEG, WebP, GIF (the first frame), BMP or TIFF, detected by its content. Turns it upright by its
    /// EXIF data, and puts transparent pictures on white, or on black if nothing would be visible on white. Pictures
    /// with more than ten million pixels are scaled down, during decoding if the format allows it.
    ///
    /// This takes time and memory: call it in `spawn_blocking`, with reserved memory.
    ///
    /// # Errors
    /// If the file is empty, unsupported, damaged or too large. The text is meant for the user.
    pub fn decode(bytes: &[u8], limits: PictureLimits) -> Result<Self, PictureError> {
        Self::decode_outlined(bytes, Outline::of(bytes, limits)?, limits)
    }

    /// The bytes that a picture of this size takes from decoding until it has been read.
    #[must_use]
    pub fn held_bytes(size: (u32, u32)) -> u64 {
        outline::held_bytes(size)
    }

    /// The same picture, which holds this memory until its last clone is dropped.
    #[must_use]
    pub fn holding(self, hold: MemoryPermit) -> Self {
        Self { hold: Some(Arc::new(hold)), ..self }
    }

    /// A picture with one grey value per pixel; `None` if the number of values does not match.
    #[must_use]
    pub fn from_grey(width: u32, height: u32, grey: Vec<u8>) -> Option<Self> {
        let grey = GrayImage::from_raw(width, height, grey)?;
        Some(Self::of(DynamicImage::ImageLuma8(grey).into_rgb8()))
    }

    /// Width and height in pixels as sent. Positions on the picture refer to them.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        self.original
    }

    /// Encodes the picture as a JPEG with a longer side of at most `longest_side` pixels, for services.
    ///
    /// # Errors
    /// If encoding fails.
    pub fn to_jpeg(&self, longest_side: u32) -> Result<Bytes, ImageError> {
        let (width, height) = self.pixels.dimensions();
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
        if width.max(height) <= longest_side {
            encoder.encode_image(&self.pixels)?;
        } else {
            encoder.encode_image(&resize::rgb(&self.pixels, within(width, height, longest_side)))?;
        }
        Ok(bytes.into())
    }
}

impl PartialEq for Picture {
    fn eq(&self, other: &Self) -> bool {
        (self.original, &self.pixels) == (other.original, &other.pixels)
    }
}

/// The size of a picture scaled to the longer side `longest_side`.
fn within(width: u32, height: u32, longest_side: u32) -> (u32, u32) {
    let longest = u64::from(width.max(height)).max(1);
    let scaled = |side: u32| u32::try_from(u64::from(side) * u64::from(longest_side) / longest).unwrap_or(side).max(1);
    (scaled(width), scaled(height))
}
