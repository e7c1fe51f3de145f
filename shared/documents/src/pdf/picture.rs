//! Renders a page, for text recognition or display. Runs in the child only.

use pdfium_render::prelude::{PdfBitmap, PdfBitmapFormat, PdfPage, PdfRenderConfig};

/// Width, height, and the pixels: one byte each in grey, three bytes (red, green, blue) in colour.
pub(super) type Pixels = (u32, u32, Vec<u8>);

/// What a picture is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Text recognition: grey, at 200 dots per inch.
    Reading,
    /// Display: in colour, this many pixels wide.
    Showing(u32),
}

impl Purpose {
    /// Bytes per pixel.
    pub(super) fn channels(self) -> u64 {
        match self {
            Self::Reading => 1,
            Self::Showing(_) => 3,
        }
    }

    /// Maximum length of the longest side in pixels.
    fn longest_side(self) -> f32 {
        f32::from(match self {
            Self::Reading => LONGEST_READ,
            Self::Showing(_) => LONGEST_SHOWN,
        })
    }
}

/// Resolution. Text recognition gets no better with more.
const DOTS_PER_INCH: f32 = 200.0;
const POINTS_PER_INCH: f32 = 72.0;
/// Maximum side in pixels of a page for text recognition.
const LONGEST_READ: u16 = 20_000;
/// Maximum side in pixels of a page for display: the largest that WebP supports.
pub const LONGEST_SHOWN: u16 = 16_383;

/// Renders a page as displayed, with at most `most_pixels`. It is rendered in colour, since PDFium draws no text on
/// grey bitmaps. `None` if that fails.
pub(super) fn of(page: &PdfPage<'_>, purpose: Purpose, most_pixels: u64) -> Option<Pixels> {
    let (width, height) = (page.width().value, page.height().value);
    if !(width > 0.0 && height > 0.0 && width.is_finite() && height.is_finite()) {
        return None;
    }
    // The size is capped before anything is drawn: a page may claim to be as large as a house.
    #[expect(clippy::cast_precision_loss, reason = "millions of pixels")]
    let fits = 0.999 * (most_pixels as f32 / (width * height)).sqrt();
    #[expect(clippy::cast_precision_loss, reason = "thousands of pixels")]
    let wanted = match purpose {
        Purpose::Reading => DOTS_PER_INCH / POINTS_PER_INCH,
        Purpose::Showing(wide) => wide as f32 / width,
    };
    let scale = wanted.min(fits).min(purpose.longest_side() / width.max(height));
    #[expect(clippy::cast_possible_truncation, reason = "at most the longest side")]
    let side = |points: f32| ((points * scale + 0.01).floor() as i32).max(1);
    let (width, height) = (side(width), side(height));
    let config =
        PdfRenderConfig::new().set_fixed_size(width, height).limit_render_image_cache_size(true).render_form_data(true);
    let mut bitmap = PdfBitmap::empty(width, height, PdfBitmapFormat::BGRx).ok()?;
    page.render_into_bitmap_with_config(&mut bitmap, &config).ok()?;
    let (width, height) = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
    let bytes = bitmap.as_raw_bytes();
    // Rows may be padded.
    let stride = bytes.len() / height as usize;
    let mut pixels = Vec::with_capacity(bytes.len());
    for row in bytes.chunks_exact(stride.max(1)) {
        for pixel in row.as_chunks::<4>().0.iter().take(width as usize).copied() {
            match purpose {
                Purpose::Reading => pixels.push(grey_of(pixel)),
                Purpose::Showing(_) => {
                    let [red, green, blue, _] = pixel;
                    pixels.extend([red, green, blue]);
                }
            }
        }
    }
    let whole = u64::from(width) * u64::from(height) * purpose.channels();
    (pixels.len() as u64 == whole).then_some((width, height, pixels))
}

/// The luma of a pixel (ITU-R BT.601).
fn grey_of([red, green, blue, _]: [u8; 4]) -> u8 {
    let sum = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
    u8::try_from(sum / 1000).unwrap_or(u8::MAX)
}
