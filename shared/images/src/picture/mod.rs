//! Pictures: decoded within limits, and upright.

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

/// Quality of the JPEG that a service is sent.
const JPEG_QUALITY: u8 = 88;

/// A decoded picture, the way up in which a person would hold it.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Its pixels: as many as it was sent with, or, of a large one, ten million.
    pub pixels: RgbImage,
    /// Width and height as it was sent, upright.
    original: (u32, u32),
    /// The memory that it takes.
    hold: Option<Arc<MemoryPermit>>,
}

/// What decoding a picture may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureLimits {
    /// Most pixels. The picture's own header is asked before anything is decoded.
    pub most_pixels: u64,
}

impl Picture {
    /// A picture of these pixels.
    #[must_use]
    pub fn of(pixels: RgbImage) -> Self {
        Self { original: pixels.dimensions(), pixels, hold: None }
    }

    /// Decodes a PNG, JPEG, WebP, GIF (its first frame), BMP or TIFF picture, whatever it is called:
    /// turned upright as its EXIF data say, transparent parts on white, or on black where nothing would be seen on white.
    /// One with more than ten million pixels is made smaller, while it is decoded where the format allows that.
    ///
    /// It takes time and memory: call it through `spawn_blocking`, with room for it.
    ///
    /// # Errors
    /// [`PictureError`], each for a reason that a person understands.
    pub fn decode(bytes: &[u8], limits: PictureLimits) -> Result<Self, PictureError> {
        Self::decode_outlined(bytes, Outline::of(bytes, limits)?, limits)
    }

    /// Bytes that a picture of this size takes from when it is decoded until it was read.
    #[must_use]
    pub fn held_bytes(size: (u32, u32)) -> u64 {
        outline::held_bytes(size)
    }

    /// The same picture, which holds so much memory until its last copy goes.
    #[must_use]
    pub fn holding(self, hold: MemoryPermit) -> Self {
        Self { hold: Some(Arc::new(hold)), ..self }
    }

    /// A picture from one grey value for each pixel; none where there are more or fewer.
    #[must_use]
    pub fn from_grey(width: u32, height: u32, grey: Vec<u8>) -> Option<Self> {
        let grey = GrayImage::from_raw(width, height, grey)?;
        Some(Self::of(DynamicImage::ImageLuma8(grey).into_rgb8()))
    }

    /// Width and height in pixels, as it was sent: what places on it are told in.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        self.original
    }

    /// The picture as a JPEG whose longer side has at most `longest_side` pixels: what services take.
    ///
    /// # Errors
    /// When it cannot be encoded.
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

/// The size of a picture whose longer side becomes `longest_side`.
fn within(width: u32, height: u32, longest_side: u32) -> (u32, u32) {
    let longest = u64::from(width.max(height)).max(1);
    let scaled = |side: u32| u32::try_from(u64::from(side) * u64::from(longest_side) / longest).unwrap_or(side).max(1);
    (scaled(width), scaled(height))
}
