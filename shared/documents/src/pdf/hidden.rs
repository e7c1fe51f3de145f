//! Text that is in the file but not visible: hidden layers, and text below pictures.
//!
//! PDFium returns the text of hidden layers, but does not draw it. So in files with layers, text that leaves no ink on
//! a rendering of the page is ignored.

use pdfium_render::prelude::PdfPage;

use super::picture::{self, Purpose};
use crate::Area;

/// Pixels of the rendering: about 60 dots per inch for a letter page.
const PIXELS: u64 = 340_000;
/// Minimum contrast of ink to its background in grey levels.
const CONTRAST: u8 = 6;

/// Where a page has visible ink.
pub(super) enum Visible {
    /// Unknown, so everywhere: the file has no layers.
    Everywhere,
    /// A rendering of the page: grey values, with `scale` pixels per point. There is ink where neighbouring values
    /// differ.
    Drawn { width: u32, height: u32, grey: Vec<u8>, scale: f32 },
}

impl Visible {
    /// Whether a file may have hidden layers.
    pub(super) fn may_hide(bytes: &[u8]) -> bool {
        let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        holds(b"/OCProperties") || holds(b"/OCGs")
    }

    /// Renders the page if the file has layers.
    pub(super) fn of(page: &PdfPage<'_>, has_layers: bool) -> Self {
        if !has_layers {
            return Self::Everywhere;
        }
        let points = page.width().value.max(1.0);
        match picture::of(page, Purpose::Reading, PIXELS) {
            #[expect(clippy::cast_precision_loss, reason = "pixels of a small picture")]
            Some((width, height, grey)) => Self::Drawn { scale: width as f32 / points, width, height, grey },
            None => Self::Everywhere,
        }
    }

    /// Whether this area of the page as displayed has visible ink.
    pub(super) fn shows(&self, area: Area) -> bool {
        let Self::Drawn { width, height, grey, scale } = self else { return true };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "clamped to a small picture"
        )]
        let pixel = |place: f32, most: u32| (place * scale).clamp(0.0, most as f32 - 1.0) as usize;
        let (left, right) = (pixel(area.left, *width), pixel(area.right, *width));
        let (top, bottom) = (pixel(area.top, *height), pixel(area.bottom, *height));
        let rows = grey.chunks_exact(*width as usize).skip(top).take(bottom - top + 1);
        let (mut darkest, mut lightest) = (u8::MAX, u8::MIN);
        for value in rows.flat_map(|row| row.iter().skip(left).take(right - left + 1)) {
            darkest = darkest.min(*value);
            lightest = lightest.max(*value);
        }
        lightest.saturating_sub(darkest) >= CONTRAST
    }
}
