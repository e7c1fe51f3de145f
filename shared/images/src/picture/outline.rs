//! The properties of a picture by its header, and the memory that decoding takes.

use std::io::Cursor;

use image::error::ImageError;
use image::metadata::Orientation;
use image::{ColorType, ImageDecoder, ImageFormat, ImageReader, Limits};
use jpeg_decoder::{CodingProcess, PixelFormat};

use super::{PictureError, PictureLimits, decode, kind, resize};

/// Maximum number of pixels that are kept. Readers get no more, and services get less.
pub(crate) const MOST_KEPT: u64 = 10_000_000;
/// Pictures with at least four times as many pixels are scaled down while they are decoded.
const ENOUGH: u64 = 9_000_000;
/// Bytes of memory per pixel of the limit: the largest samples with transparency.
const BYTES_PER_PIXEL: u64 = 8;
/// Additional bytes that decoding takes for tables and the like.
const BYTES_BESIDE: u64 = 16 * 1024 * 1024;
/// Maximum length of a side in pixels. Anything longer is an attack.
const LONGEST_SIDE: u32 = 65_535;
/// Bytes per kept pixel that reading takes: grey, ink, and the search for letters.
const READING: u64 = 10;

/// The properties of a picture by its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outline {
    pub(super) format: ImageFormat,
    /// Width and height as stored.
    pub(super) stored: (u32, u32),
    pub(super) orientation: Orientation,
    pub(super) way: DecodePlan,
    /// Maximum number of bytes that decoding takes at a time, without the file.
    peak: u64,
}

/// How to decode it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DecodePlan {
    /// At full size.
    Whole,
    /// At full size, then scaled down by this factor.
    WholeThenSmaller(u32),
    /// A JPEG, scaled down by this factor during decoding.
    SmallerJpeg(u32),
    /// A PNG, row by row, scaled down by this factor.
    SmallerPng(u32),
}

impl Outline {
    /// Reads the header.
    ///
    /// # Errors
    /// If the file is empty, unsupported, damaged or too large.
    pub(crate) fn of(bytes: &[u8], limits: PictureLimits) -> Result<Self, PictureError> {
        if bytes.is_empty() {
            return Err(PictureError::Empty);
        }
        let format = kind::format(bytes)?;
        let mut decoder = reader(bytes, format, limits).map_err(|error| decode::refused(&error, limits))?;
        let stored = decoder.dimensions();
        let pixels = u64::from(stored.0) * u64::from(stored.1);
        if pixels > limits.most_pixels {
            return Err(decode::too_large(limits));
        }
        if pixels == 0 {
            return Err(PictureError::Damaged);
        }
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let (total, colour) = (decoder.total_bytes(), decoder.color_type());
        drop(decoder);
        let (way, decoding) = way(bytes, format, pixels, total, colour);
        let (reduced, flattened) = match way {
            DecodePlan::Whole => (pixels, if colour == ColorType::Rgb8 { 0 } else { 3 * pixels }),
            DecodePlan::WholeThenSmaller(times) | DecodePlan::SmallerPng(times) | DecodePlan::SmallerJpeg(times) => {
                let reduced = pixels / u64::from(times).pow(2);
                (reduced, if colour.has_alpha() { 3 * reduced } else { 0 })
            }
        };
        let kept = kept(stored);
        // The larger one, a part of it as wide as the smaller, and the smaller.
        let resizing = if reduced > kept { 3 * (2 * reduced + kept) } else { 0 };
        let turning = if orientation == Orientation::NoTransforms { 0 } else { 6 * kept };
        let beside = if decoding + flattened > BYTES_BESIDE { BYTES_BESIDE / 4 } else { 0 };
        let peak = (decoding + flattened).max(resizing).max(turning) + beside;
        Ok(Self { format, stored, orientation, way, peak })
    }

    /// Maximum number of bytes that the picture takes at a time, while it is decoded or read.
    pub(crate) fn peak_bytes(&self) -> u64 {
        self.peak.max(self.held_bytes())
    }

    /// The bytes that it takes from decoding until it has been read.
    pub(crate) fn held_bytes(&self) -> u64 {
        held_bytes(self.stored)
    }
}

/// The bytes that a picture of this size takes after decoding, including reading.
pub(crate) fn held_bytes(size: (u32, u32)) -> u64 {
    (3 + READING) * kept(size)
}

/// The number of kept pixels of a picture of this size.
fn kept(size: (u32, u32)) -> u64 {
    let (width, height) = resize::within(size, MOST_KEPT);
    u64::from(width) * u64::from(height)
}

/// How to decode a picture, and how many bytes that takes at a time.
fn way(bytes: &[u8], format: ImageFormat, pixels: u64, total: u64, colour: ColorType) -> (DecodePlan, u64) {
    let times = u32::try_from((pixels / ENOUGH).isqrt()).unwrap_or(1).max(1);
    let reduced = |times: u32| pixels / u64::from(times).pow(2);
    let jpeg = if format == ImageFormat::Jpeg { jpeg(bytes) } else { None };
    // All coefficients of a progressive JPEG are held until its last byte was read.
    let coefficients = jpeg.map_or(0, |(channels, progressive)| if progressive { 2 * channels * pixels } else { 0 });
    if let Some((channels, _)) = jpeg
        && times > 1
    {
        let times = 1 << times.ilog2().min(3);
        return (DecodePlan::SmallerJpeg(times), coefficients + 2 * channels * reduced(times) + BYTES_BESIDE);
    }
    if format == ImageFormat::Png && times > 1 && !is_interlaced(bytes) {
        return (DecodePlan::SmallerPng(times), 4 * reduced(times));
    }
    let beside = match format {
        ImageFormat::WebP => 4 * pixels,
        // It is decoded into a buffer of the library and copied.
        ImageFormat::Tiff => total,
        ImageFormat::Jpeg => coefficients,
        _ => 0,
    };
    // Samples of more than a byte become bytes first.
    let deep = if matches!(colour, ColorType::L8 | ColorType::La8 | ColorType::Rgb8 | ColorType::Rgba8) {
        0
    } else {
        4 * pixels
    };
    let decoding = total + beside.max(deep);
    if times > 1 {
        (DecodePlan::WholeThenSmaller(times), decoding + 4 * reduced(times))
    } else {
        (DecodePlan::Whole, decoding)
    }
}

/// The samples per pixel of a JPEG, and whether it is progressive.
fn jpeg(bytes: &[u8]) -> Option<(u64, bool)> {
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    decoder.read_info().ok()?;
    let info = decoder.info()?;
    let channels = match info.pixel_format {
        PixelFormat::L8 => 1,
        PixelFormat::RGB24 => 3,
        PixelFormat::CMYK32 => 4,
        // Lossless ones, which nobody sends.
        PixelFormat::L16 => return None,
    };
    match info.coding_process {
        CodingProcess::DctSequential => Some((channels, false)),
        CodingProcess::DctProgressive => Some((channels, true)),
        CodingProcess::Lossless => None,
    }
}

/// Whether a PNG is interlaced. The header is its first chunk.
fn is_interlaced(bytes: &[u8]) -> bool {
    bytes.get(28).is_none_or(|how| *how != 0)
}

/// A decoder with limits.
pub(super) fn reader(
    bytes: &[u8],
    format: ImageFormat,
    limits: PictureLimits,
) -> Result<impl ImageDecoder + '_, ImageError> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut alloc = Limits::default();
    alloc.max_image_width = Some(LONGEST_SIDE);
    alloc.max_image_height = Some(LONGEST_SIDE);
    alloc.max_alloc = Some(limits.most_pixels.saturating_mul(BYTES_PER_PIXEL).saturating_add(BYTES_BESIDE));
    reader.limits(alloc);
    reader.into_decoder()
}
