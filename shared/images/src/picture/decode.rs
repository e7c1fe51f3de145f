//! Decodes files, keeping a limited number of pixels.

use std::io::Cursor;

use image::error::{ImageError, LimitErrorKind};
use image::metadata::Orientation;
use image::{DynamicImage, ImageFormat, RgbImage};

use super::boxes::Boxes;
use super::outline::{DecodePlan, MOST_KEPT, Outline, reader};
use super::{Picture, PictureError, PictureLimits, flatten, resize};

/// The marker of a scan in a JPEG, and the maximum number of scans. Cameras and editors write about ten.
const START_OF_SCAN: [u8; 2] = [0xFF, 0xDA];
const MOST_SCANS: usize = 100;

impl Picture {
    /// Decodes the picture with this outline.
    pub(crate) fn decode_outlined(bytes: &[u8], outline: Outline, limits: PictureLimits) -> Result<Self, PictureError> {
        let image = match outline.way {
            DecodePlan::Whole => whole(bytes, outline.format, limits)?,
            DecodePlan::WholeThenSmaller(times) => smaller(whole(bytes, outline.format, limits)?, times)?,
            DecodePlan::SmallerJpeg(times) => smaller_jpeg(bytes, outline.stored, times)?,
            DecodePlan::SmallerPng(times) => smaller_png(bytes, outline.stored, times)?,
        };
        let mut pixels = flatten::flattened(image);
        let kept = resize::within(pixels.dimensions(), MOST_KEPT);
        if kept != pixels.dimensions() {
            pixels = resize::rgb(&pixels, kept);
        }
        let (width, height) = outline.stored;
        let (pixels, original) = match outline.orientation {
            Orientation::NoTransforms => (pixels, (width, height)),
            orientation => {
                let mut image = DynamicImage::ImageRgb8(pixels);
                image.apply_orientation(orientation);
                (image.into_rgb8(), if is_sideways(orientation) { (height, width) } else { (width, height) })
            }
        };
        Ok(Self { original, ..Self::of(pixels) })
    }
}

fn is_sideways(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}

fn whole(bytes: &[u8], format: ImageFormat, limits: PictureLimits) -> Result<DynamicImage, PictureError> {
    let decoded = reader(bytes, format, limits).and_then(DynamicImage::from_decoder);
    decoded.map_err(|error| refused(&error, limits))
}

/// Scales a picture down, after converting it to one byte per sample.
fn smaller(image: DynamicImage, times: u32) -> Result<DynamicImage, PictureError> {
    let image = match image {
        DynamicImage::ImageLuma8(_)
        | DynamicImage::ImageLumaA8(_)
        | DynamicImage::ImageRgb8(_)
        | DynamicImage::ImageRgba8(_) => image,
        deep if deep.color().has_alpha() => DynamicImage::ImageRgba8(deep.into_rgba8()),
        deep => DynamicImage::ImageRgb8(deep.into_rgb8()),
    };
    let channels = usize::from(image.color().channel_count());
    let mut boxes = Boxes::new((image.width(), image.height()), channels, times);
    image.as_bytes().chunks(image.width() as usize * channels).for_each(|row| boxes.row(row));
    boxes.finish().ok_or(PictureError::Damaged)
}

fn smaller_png(bytes: &[u8], size: (u32, u32), times: u32) -> Result<DynamicImage, PictureError> {
    let damaged = |error: png::DecodingError| {
        tracing::debug!(%error, "a picture cannot be decoded");
        PictureError::Damaged
    };
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(damaged)?;
    let channels = reader.output_color_type().0.samples();
    let mut boxes = Boxes::new(size, channels, times);
    while let Some(row) = reader.next_row().map_err(damaged)? {
        boxes.row(row.data());
    }
    boxes.finish().ok_or(PictureError::Damaged)
}

fn smaller_jpeg(bytes: &[u8], (width, height): (u32, u32), times: u32) -> Result<DynamicImage, PictureError> {
    // Every scan goes over the whole picture again, however few bytes it has.
    if bytes.windows(2).filter(|marker| *marker == START_OF_SCAN).count() > MOST_SCANS {
        return Err(PictureError::Damaged);
    }
    let refused = |error: jpeg_decoder::Error| {
        tracing::debug!(%error, "a picture cannot be decoded");
        match error {
            jpeg_decoder::Error::Unsupported(_) => PictureError::Unsupported("This variety of the format".to_owned()),
            _ => PictureError::Damaged,
        }
    };
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    let side = |side: u32| u16::try_from(side.div_ceil(times)).unwrap_or(u16::MAX);
    let (width, height) = decoder.scale(side(width), side(height)).map_err(refused)?;
    let pixels = decoder.decode().map_err(refused)?;
    let (width, height) = (u32::from(width), u32::from(height));
    let image = match decoder.info().map(|info| info.pixel_format) {
        Some(jpeg_decoder::PixelFormat::L8) => {
            image::GrayImage::from_raw(width, height, pixels).map(DynamicImage::ImageLuma8)
        }
        Some(jpeg_decoder::PixelFormat::RGB24) => {
            RgbImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgb8)
        }
        Some(jpeg_decoder::PixelFormat::CMYK32) => {
            RgbImage::from_raw(width, height, rgb_of_cmyk(pixels)).map(DynamicImage::ImageRgb8)
        }
        _ => None,
    };
    image.ok_or(PictureError::Damaged)
}

/// Converts CMYK to RGB in place.
fn rgb_of_cmyk(mut pixels: Vec<u8>) -> Vec<u8> {
    let mut length = 0;
    for at in (0..pixels.len()).step_by(4) {
        let Some([cyan, magenta, yellow, black]) = pixels.get(at..at + 4).and_then(|pixel| pixel.as_array()).copied()
        else {
            break;
        };
        let light = |ink: u8| {
            let light = u32::from(u8::MAX - ink) * u32::from(u8::MAX - black);
            u8::try_from((light + 127) / 255).unwrap_or(u8::MAX)
        };
        if let Some(to) = pixels.get_mut(length..length + 3) {
            to.copy_from_slice(&[light(cyan), light(magenta), light(yellow)]);
        }
        length += 3;
    }
    pixels.truncate(length);
    pixels
}

pub(super) fn too_large(limits: PictureLimits) -> PictureError {
    PictureError::TooLarge { most_megapixels: limits.most_pixels / 1_000_000 }
}

pub(super) fn refused(error: &ImageError, limits: PictureLimits) -> PictureError {
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
