//! Opens a PDF and reads its pages with PDFium. Runs in the child only.

use std::path::Path;

use pdfium_render::prelude::{PdfDocument, PdfPage, Pdfium, PdfiumError, PdfiumInternalError};

use super::content::{Characters, Drawn, form_values};
use super::frame::{Frame, Sheet};
use super::hidden::Visible;
use super::picture::Purpose;
use super::protocol::Failure;
use super::{attached, doubled, library, picture, unmapped};
use crate::layout;
use crate::layout::glyphs;
use crate::{Area, Block};

/// A PDF header may be preceded by this many bytes of other data (ISO 32000-1, annex H.3.4.1).
const HEADER_WINDOW: usize = 1024;
/// The end-of-file marker is within this many last bytes (annex H.3.4.4), not counting padding.
const END_WINDOW: usize = 1024;

/// Minimum share of the page that a picture covers to count as unread. A scanned table does, a logo or a warning sign
/// does not.
const SMALLEST_PICTURE: f32 = 0.1;

/// The content of a page.
#[derive(Debug, Default, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) struct Content {
    pub(super) blocks: Vec<Block>,
    /// Width and height as displayed, in points.
    pub(super) size: (f32, f32),
    /// Areas that the blocks do not cover: pictures, and text in fonts that cannot be decoded.
    pub(super) unread: Vec<Area>,
}

/// An open PDF.
pub(super) struct Reader {
    document: PdfDocument<'static>,
    encrypted: bool,
    has_layers: bool,
    pdfium: &'static Pdfium,
}

impl Reader {
    pub(super) fn from_bytes(library: &Path, bytes: Vec<u8>) -> Result<Self, Failure> {
        if bytes.is_empty() {
            return Err(Failure::Empty);
        }
        let head = bytes.get(..HEADER_WINDOW).unwrap_or(&bytes);
        if !head.windows(5).any(|window| window == b"%PDF-") {
            return Err(Failure::NotAPdf);
        }
        let pdfium = library::load(library).map_err(|_| Failure::NoLibrary)?;
        let has_layers = Visible::may_hide(&bytes);
        let cut_off = is_cut_off(&bytes);
        let encrypted = bytes.windows(8).any(|window| window == b"/Encrypt");
        let document = open(pdfium, bytes)?;
        // PDFium makes the best of a file without its end, and would leave pages out in silence.
        if cut_off {
            return Err(Failure::Damaged);
        }
        Ok(Self { document, encrypted, has_layers, pdfium })
    }

    pub(super) fn pages(&self) -> u32 {
        u32::try_from(self.document.pages().len()).unwrap_or(0)
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// Reads a page, counted from 1. A page that cannot be read is empty, so that one bad page does not cost the
    /// others.
    pub(super) fn page(&self, number: u32) -> Content {
        let mut content = self.find(number).and_then(|page| content(&page, self.has_layers)).unwrap_or_default();
        // What is attached has no page of its own; it follows on the last one.
        if number == self.pages() {
            content.blocks.extend(attached::blocks(self.pdfium, &self.document));
        }
        content
    }

    /// Renders a page, counted from 1, as a [`picture`] of at most `most_pixels`.
    pub(super) fn picture(&self, number: u32, purpose: Purpose, most_pixels: u64) -> Option<picture::Pixels> {
        picture::of(&self.find(number)?, purpose, most_pixels)
    }

    fn find(&self, number: u32) -> Option<PdfPage<'_>> {
        let index = i32::try_from(number.checked_sub(1)?).ok()?;
        self.document.pages().get(index).ok()
    }
}

fn open(pdfium: &'static Pdfium, bytes: Vec<u8>) -> Result<PdfDocument<'static>, Failure> {
    pdfium.load_pdf_from_byte_vec(bytes, None).map_err(|error| match error {
        PdfiumError::PdfiumLibraryInternalError(PdfiumInternalError::PasswordError) => Failure::PasswordProtected,
        PdfiumError::PdfiumLibraryInternalError(PdfiumInternalError::SecurityError) => Failure::UnsupportedEncryption,
        _ => Failure::Damaged,
    })
}

/// The text of a page and its other content.
pub(super) fn content(page: &PdfPage<'_>, has_layers: bool) -> Option<Content> {
    let sheet = Sheet::of(page);
    let text = page.text().ok()?;
    let mut characters = Characters::of(&text, sheet, &Visible::of(page, has_layers));
    let main = characters.main_turn(sheet.shown());
    let frame = sheet.frame(main);
    let drawn = Drawn::of(page, frame, sheet);
    let words = glyphs::words(&characters.upright.remove(&main).unwrap_or_default());
    let (mut words, unknown) = unmapped::split(words);
    words.extend(form_values(page, frame));
    let mut blocks = displayed(layout::blocks(words, &drawn.rules), frame);
    doubled::without_second_layer(&mut blocks, &drawn.pictures, sheet.size());
    // Labels that are turned against the rest of the page follow it.
    for (turn, glyphs) in characters.upright {
        let frame = sheet.frame(turn);
        let (words, _) = unmapped::split(glyphs::words(&glyphs));
        blocks.extend(displayed(layout::blocks(words, &[]), frame));
    }
    let (width, height) = sheet.size();
    let least = SMALLEST_PICTURE * width * height;
    let large = |area: &Area| area.surface() >= least;
    let pictures = drawn.pictures.into_iter().filter(large);
    let unread = pictures.chain(unknown.into_iter().map(|area| frame.displayed(area))).collect();
    Some(Content { blocks, size: sheet.size(), unread })
}

/// Converts blocks from a frame to the page as displayed.
fn displayed(mut blocks: Vec<Block>, frame: Frame) -> Vec<Block> {
    for line in blocks.iter_mut().flat_map(Block::lines_mut) {
        line.area = frame.displayed(line.area);
    }
    blocks
}

/// Whether a file is truncated: its end-of-file marker is missing, or it is shorter than its linearisation header says.
fn is_cut_off(bytes: &[u8]) -> bool {
    let filled = bytes.iter().rposition(|byte| !matches!(byte, 0 | b' ' | b'\r' | b'\n' | b'\t' | 0x1a));
    let end = filled.map_or(0, |last| last + 1);
    let tail = bytes.get(end.saturating_sub(END_WINDOW)..end).unwrap_or(bytes);
    let has_mark = |mark: &[u8]| tail.windows(mark.len()).any(|window| window == mark);
    let announced = announced_length(bytes.get(..HEADER_WINDOW).unwrap_or(bytes));
    !(has_mark(b"%%EOF") || has_mark(b"startxref")) || announced.is_some_and(|length| length > bytes.len())
}

/// The length in the header of a linearised file (annex F.2).
fn announced_length(head: &[u8]) -> Option<usize> {
    let after = |bytes: &[u8], mark: &[u8]| {
        let at = bytes.windows(mark.len()).position(|window| window == mark)?;
        bytes.get(at + mark.len()..).map(<[u8]>::to_vec)
    };
    let dictionary = after(head, b"/Linearized")?;
    let length = after(&dictionary, b"/L ")?;
    let digits = length.iter().take_while(|byte| byte.is_ascii_digit());
    let digits: String = digits.map(|byte| char::from(*byte)).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_its_end_is_cut_off() {
        assert!(!is_cut_off(b"%PDF-1.4 ... startxref\n9\n%%EOF\n"));
        assert!(!is_cut_off(b"%PDF-1.4 ... startxref\n9\n%%EOF\n\0\0\0\0"));
        assert!(is_cut_off(b"%PDF-1.4 1 0 obj << /Type /Catalog >> endobj 2 0 obj << /Ty"));
        let mut long = b"%PDF-1.4 %%EOF".to_vec();
        long.extend_from_slice(&[b'x'; 4000]);
        assert!(is_cut_off(&long), "an update after the first end is cut off");
    }

    #[test]
    fn a_file_for_the_web_says_how_long_it_is() {
        let head = b"%PDF-1.4\n1 0 obj << /Linearized 1 /L 4096 /H [ 1 2 ] >>";
        assert_eq!(announced_length(head), Some(4096));
        assert_eq!(announced_length(b"%PDF-1.4\n1 0 obj << /L 4096 >>"), None);
    }
}
