//! A page as a picture. Runs in the child only.
//!
//! The renderer is large: what reads no scans is built without it (the feature `scans`), and gives no pictures.

/// Width, height, and one grey value for each pixel.
pub(super) type Grey = (u32, u32, Vec<u8>);

/// None: there is no renderer.
#[cfg(not(feature = "scans"))]
pub(super) fn of(_: &pdf_oxide::document::PdfDocument, _: usize, _: u64) -> Option<Grey> {
    None
}

#[cfg(feature = "scans")]
pub(super) use rendered::of;

#[cfg(feature = "scans")]
mod rendered {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use pdf_oxide::document::PdfDocument;
    use pdf_oxide::rendering::{RenderOptions, render_page};

    use super::Grey;

    /// Dots per inch: text recognition reads no better from more.
    const DOTS_PER_INCH: u32 = 200;

    /// A page, counted from 0, of at most so many pixels. None where it cannot be rendered.
    pub(in super::super) fn of(document: &PdfDocument, index: usize, most_pixels: u64) -> Option<Grey> {
        let mut options = RenderOptions::with_dpi(DOTS_PER_INCH).as_raw();
        // It rounds width and height up.
        options.max_output_pixels = most_pixels / 50 * 49;
        let rendered = catch_unwind(AssertUnwindSafe(|| render_page(document, index, &options)));
        let rendered = rendered.ok()?.ok()?;
        let grey = grey(&rendered.data);
        let size = u64::from(rendered.width) * u64::from(rendered.height);
        (grey.len() as u64 == size && size > 0 && size <= most_pixels).then_some((
            rendered.width,
            rendered.height,
            grey,
        ))
    }

    /// One byte for each pixel of four (red, green, blue and, on white paper, no transparency), weighted as
    /// the eye does (ITU-R BT.601).
    fn grey(pixels: &[u8]) -> Vec<u8> {
        let weighted = |[red, green, blue, _]: [u8; 4]| {
            let sum = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
            u8::try_from(sum / 1000).unwrap_or(u8::MAX)
        };
        pixels.as_chunks::<4>().0.iter().copied().map(weighted).collect()
    }
}
