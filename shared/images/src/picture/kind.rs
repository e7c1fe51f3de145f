//! Detects the format of a file by its first bytes.

use image::ImageFormat;

use super::PictureError;

/// Supported formats.
const READ: [ImageFormat; 6] =
    [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Bmp, ImageFormat::Tiff];

/// The format of a picture, or an error with the name of what it is instead.
pub(super) fn format(bytes: &[u8]) -> Result<ImageFormat, PictureError> {
    match image::guess_format(bytes) {
        Ok(format) if READ.contains(&format) => Ok(format),
        _ => Err(PictureError::Unsupported(name(bytes).to_owned())),
    }
}

/// The name of an unsupported file, as the beginning of a sentence.
fn name(bytes: &[u8]) -> &'static str {
    match bytes {
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => match brand.get(..4) {
            Some(b"avif" | b"avis") => "An AVIF picture",
            Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1") => "A HEIC picture",
            _ => "A video",
        },
        [b'%', b'P', b'D', b'F', ..] => "A PDF document",
        [b'<', b's', b'v', b'g', ..] | [b'<', b'?', b'x', b'm', b'l', ..] => "An SVG drawing",
        _ => "A file of this type",
    }
}
