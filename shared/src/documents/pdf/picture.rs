//! A page as a picture. Runs in the child only.

use pdfium_render::prelude::{PdfBitmap, PdfBitmapFormat, PdfPage, PdfRenderConfig};

/// Width, height, and one grey value for each pixel.
pub(super) type Grey = (u32, u32, Vec<u8>);

/// Dots per inch: text recognition reads no better from more.
const DOTS_PER_INCH: f32 = 200.0;
const POINTS_PER_INCH: f32 = 72.0;
/// Longest side, in pixels.
const LONGEST_SIDE: f32 = 20_000.0;

/// A page, in colours since PDFium draws no text on grey bitmaps, of at most so many pixels, as displayed. None where it cannot be rendered.
pub(super) fn of(page: &PdfPage<'_>, most_pixels: u64) -> Option<Grey> {
    let (width, height) = (page.width().value, page.height().value);
    if !(width > 0.0 && height > 0.0 && width.is_finite() && height.is_finite()) {
        return None;
    }
    // The size is capped before anything is drawn: a page may claim to be as large as a house.
    #[expect(clippy::cast_precision_loss, reason = "millions of pixels")]
    let fits = 0.999 * (most_pixels as f32 / (width * height)).sqrt();
    let scale = (DOTS_PER_INCH / POINTS_PER_INCH).min(fits).min(LONGEST_SIDE / width.max(height));
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
    let row =
        |row: &[u8]| row.as_chunks::<4>().0.iter().take(width as usize).copied().map(grey_of).collect::<Vec<u8>>();
    let grey: Vec<u8> = bytes.chunks_exact(stride.max(1)).flat_map(row).collect();
    (grey.len() == width as usize * height as usize).then_some((width, height, grey))
}

/// Blue, green and red, weighted as the eye does (ITU-R BT.601).
fn grey_of([blue, green, red, _]: [u8; 4]) -> u8 {
    let sum = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
    u8::try_from(sum / 1000).unwrap_or(u8::MAX)
}
