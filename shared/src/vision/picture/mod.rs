//! Pictures: decoded within limits, and upright.

mod error;
mod flatten;
mod kind;
mod region;
#[cfg(test)]
mod tests;
mod turn;

use std::io::Cursor;

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::error::{ImageError, LimitErrorKind};
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageReader, Limits, RgbImage};

pub use error::PictureError;
pub use turn::QuarterTurn;

/// Bytes that decoding may take for each pixel of the limit: the widest samples with transparency.
const BYTES_PER_PIXEL: u64 = 8;
/// Bytes that decoding may take besides: tables, and what a format keeps of itself.
const BYTES_BESIDE: u64 = 16 * 1024 * 1024;
/// The longest side of a picture, in pixels: beyond, it is no picture but an attack.
const LONGEST_SIDE: u32 = 65_535;
/// Quality of the JPEG that a service is sent.
const JPEG_QUALITY: u8 = 88;

/// A decoded picture, the way up in which a person would hold it.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Its pixels.
    pub pixels: RgbImage,
}

/// What decoding a picture may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureLimits {
    /// Most pixels. The picture's own header is asked before anything is decoded.
    pub most_pixels: u64,
}

impl Picture {
    /// Decodes a PNG, JPEG, WebP, GIF (its first frame), BMP or TIFF picture, whatever it is called:
    /// turned upright as its EXIF data say, transparent parts on white, or on black where nothing would be seen on white.
    ///
    /// It takes time and memory in proportion to the limit: call it through `spawn_blocking`.
    ///
    /// # Errors
    /// [`PictureError`], each for a reason that a person understands.
    pub fn decode(bytes: &[u8], limits: PictureLimits) -> Result<Self, PictureError> {
        if bytes.is_empty() {
            return Err(PictureError::Empty);
        }
        let format = kind::format(bytes)?;
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        let mut alloc = Limits::default();
        alloc.max_image_width = Some(LONGEST_SIDE);
        alloc.max_image_height = Some(LONGEST_SIDE);
        alloc.max_alloc = Some(limits.most_pixels.saturating_mul(BYTES_PER_PIXEL).saturating_add(BYTES_BESIDE));
        reader.limits(alloc);
        let mut decoder = reader.into_decoder().map_err(|error| refused(&error, limits))?;
        let (width, height) = decoder.dimensions();
        let pixels = u64::from(width) * u64::from(height);
        if pixels > limits.most_pixels {
            return Err(too_large(limits));
        }
        if pixels == 0 {
            return Err(PictureError::Damaged);
        }
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let mut image = DynamicImage::from_decoder(decoder).map_err(|error| refused(&error, limits))?;
        image.apply_orientation(orientation);
        Ok(Self { pixels: flatten::flattened(image) })
    }

    /// A picture from one grey value for each pixel; none where there are more or fewer.
    #[must_use]
    pub fn from_grey(width: u32, height: u32, grey: Vec<u8>) -> Option<Self> {
        let grey = GrayImage::from_raw(width, height, grey)?;
        Some(Self { pixels: DynamicImage::ImageLuma8(grey).into_rgb8() })
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        self.pixels.dimensions()
    }

    /// The picture as a JPEG whose longer side has at most `longest_side` pixels: what services take.
    ///
    /// # Errors
    /// When it cannot be encoded.
    pub fn to_jpeg(&self, longest_side: u32) -> Result<Bytes, ImageError> {
        let (width, height) = self.size();
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
        if width.max(height) <= longest_side {
            encoder.encode_image(&self.pixels)?;
        } else {
            let (width, height) = within(width, height, longest_side);
            encoder.encode_image(&image::imageops::resize(&self.pixels, width, height, FilterType::Triangle))?;
        }
        Ok(bytes.into())
    }
}

/// The size of a picture whose longer side becomes `longest_side`.
fn within(width: u32, height: u32, longest_side: u32) -> (u32, u32) {
    let longest = u64::from(width.max(height)).max(1);
    let scaled = |side: u32| u32::try_from(u64::from(side) * u64::from(longest_side) / longest).unwrap_or(side).max(1);
    (scaled(width), scaled(height))
}

fn too_large(limits: PictureLimits) -> PictureError {
    PictureError::TooLarge { most_megapixels: limits.most_pixels / 1_000_000 }
}

fn refused(error: &ImageError, limits: PictureLimits) -> PictureError {
    match error {
        ImageError::Limits(limit)
            if matches!(limit.kind(), LimitErrorKind::DimensionError | LimitErrorKind::InsufficientMemory) =>
        {
            too_large(limits)
        }
        ImageError::Unsupported(_) => PictureError::Unsupported("This variety of the format".to_owned()),
        error => {
            tracing::debug!(%error, "a picture cannot be decoded");
            PictureError::Damaged
        }
    }
}
