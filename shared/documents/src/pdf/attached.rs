//! PDF files attached to a PDF file: a portfolio has a cover and attaches its manuals.

use pdfium_render::prelude::{PdfDocument, Pdfium};

use super::reader::content;
use crate::{Block, Line, normalize};

/// Maximum number of attached files that are read.
const MOST_FILES: u16 = 50;
/// Maximum number of pages of all attached files that are read.
const MOST_PAGES: usize = 60;
/// Maximum size of an attached file in bytes.
const MOST_BYTES: usize = 64 << 20;

/// Vertical offset of attached pages in points, so that they are outside the visible page.
const BELOW: f32 = 15_000.0;

/// The text of the attached PDF files. Each page begins with a line that names it.
pub(super) fn blocks(pdfium: &Pdfium, document: &PdfDocument<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut left = MOST_PAGES;
    let mut below = 0.0;
    for file in document.attachments().iter().take(usize::from(MOST_FILES)) {
        if file.is_empty() || file.len() > MOST_BYTES {
            continue;
        }
        let name = normalize::clean_line(&file.name());
        let Ok(bytes) = file.save_to_bytes() else { continue };
        if !bytes.starts_with(b"%PDF-") {
            continue;
        }
        let Ok(attached) = pdfium.load_pdf_from_byte_vec(bytes, None) else { continue };
        for (index, page) in attached.pages().iter().enumerate() {
            if left == 0 {
                let text = "Further pages of attached files are not read. Upload those files by themselves.";
                blocks.push(Block::Prose(vec![Line::plain(text)]));
                return blocks;
            }
            left -= 1;
            below += BELOW;
            blocks.push(Block::Prose(vec![Line::plain(format!("Attached file {name}, page {}", index + 1))]));
            let mut read = content(&page, false).unwrap_or_default().blocks;
            let placed = read.iter_mut().flat_map(Block::lines_mut).filter(|line| !line.area.is_unknown());
            placed.for_each(|line| {
                line.area.top += below;
                line.area.bottom += below;
            });
            blocks.extend(read);
        }
    }
    blocks
}
