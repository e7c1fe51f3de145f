//! Pages with pictures of text: recognised text goes through the same layout engine as text layers.
//!
//! A page without text is read as a whole. On a page with text, the parts that the text layer omits are read: a scan
//! below a stamp or page number, a scanned table or figure, lines in fonts that cannot be decoded.

mod words;

use std::sync::Arc;

use crate::{Picture, PictureMemory, PixelBox, TextReader};
use documents::pdf::PageImage;
use documents::{Area, Block, Line, Page, PageSource, layout};
use foundation::provider::ProviderError;

/// Minimum size of an area that is read, in points: two words side by side. Smaller ones are bullets and signs.
const SMALLEST: (f32, f32) = (40.0, 8.0);
/// A text layer with fewer words is a stamp or page number on a scan.
const FEW_WORDS: usize = 40;
/// Minimum share of the page that a scan covers.
const SCAN: f32 = 0.5;
/// Maximum height of a printed line in points, and the minimum number of letters in one.
const LINE: f32 = 30.0;
const LETTERS_OF_LINE: usize = 6;
/// Minimum number of letters of a table or paragraph. Labels of a drawing have fewer, and reading takes seconds.
const LETTERS_OF_TEXT: usize = 120;
/// Margin around an area that is read, in points.
const MARGIN: f32 = 6.0;

/// Whether a page has text that needs recognition.
#[must_use]
pub fn wanted(page: &Page) -> bool {
    !page.has_text || page.unread.iter().any(is_large)
}

/// Reads what a page's text layer omits, from a rendering of the page. Returns the page unchanged if there is nothing.
///
/// # Errors
/// If the reader fails. The page then has to stay as it is.
pub async fn read(reader: &dyn TextReader, page: Page, image: PageImage) -> Result<Page, ProviderError> {
    let scale = Scale::of(&page, &image);
    let size = if page.size.0 > 0.0 { page.size } else { scale.points((image.width, image.height)) };
    let room = PictureMemory::of_process().for_pixels(Picture::held_bytes((image.width, image.height))).await;
    let Some(picture) = Picture::from_grey(image.width, image.height, image.grey) else { return Ok(page) };
    let picture = picture.holding(room);
    if !picture.has_ink(&PixelBox::whole(picture.size())) {
        return Ok(page);
    }
    let whole = Area { left: 0.0, top: 0.0, right: size.0, bottom: size.1 };
    let part = if page.has_text { unread_part(&page, &picture, scale) } else { Some(whole) };
    let Some(part) = part else { return Ok(page) };
    let mut picture = picture;
    if page.has_text {
        let own: Vec<PixelBox> = page.lines().map(|line| scale.pixels(line.area)).collect();
        picture = picture.mask(&own);
    }
    let pixels = scale.pixels(part);
    let Some(picture) = picture.crop(&pixels) else { return Ok(page) };
    let pixel_size = picture.size();
    let read = reader.read(Arc::new(picture)).await?;
    let place =
        words::PartPlacement { scale: scale.0, left: part.left.max(0.0), top: part.top.max(0.0), pixels: pixel_size };
    let (words, rules) = words::laid_out(&read, &place);
    let mut blocks = layout::blocks(words, &rules);
    for block in &mut blocks {
        place.put(block, read.turn);
    }
    Ok(joined(page, blocks, size))
}

/// Pixels per point.
#[derive(Debug, Clone, Copy)]
struct Scale(f32);

impl Scale {
    fn of(page: &Page, image: &PageImage) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "sides of a page's picture")]
        let width = image.width as f32;
        // Where the page's size is unknown, the picture is taken to be as fine as the renderer's are.
        Self(if page.size.0 > 0.0 { width / page.size.0 } else { 200.0 / 72.0 })
    }

    fn pixels(self, area: Area) -> PixelBox {
        PixelBox {
            x: area.left * self.0,
            y: area.top * self.0,
            width: (area.right - area.left) * self.0,
            height: (area.bottom - area.top) * self.0,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "sides of a page's picture")]
    fn points(self, (width, height): (u32, u32)) -> (f32, f32) {
        (width as f32 / self.0, height as f32 / self.0)
    }
}

/// The part of a page with text that contains more words, if there is one.
fn unread_part(page: &Page, picture: &Picture, scale: Scale) -> Option<Area> {
    let holds_words = |area: &&Area| {
        let letters = if area.bottom - area.top <= LINE { LETTERS_OF_LINE } else { LETTERS_OF_TEXT };
        picture.letters_in_words(&scale.pixels(**area)) >= letters
    };
    let part = page.unread.iter().filter(|area| is_large(area)).filter(holds_words).copied().reduce(Area::union)?;
    Some(Area {
        left: part.left - MARGIN,
        top: part.top - MARGIN,
        right: part.right + MARGIN,
        bottom: part.bottom + MARGIN,
    })
}

fn is_large(area: &Area) -> bool {
    area.right - area.left >= SMALLEST.0 && area.bottom - area.top >= SMALLEST.1
}

/// Inserts recognised blocks into a page at their position.
fn joined(page: Page, mut recognised: Vec<Block>, (width, height): (f32, f32)) -> Page {
    if recognised.is_empty() {
        return page;
    }
    let scan =
        page.unread.iter().any(|area| (area.right - area.left) * (area.bottom - area.top) >= SCAN * width * height);
    let words: usize = page.lines().map(|line| line.text.split_whitespace().count()).sum();
    let source = if !page.has_text || (scan && words < FEW_WORDS) { PageSource::Ocr } else { page.source };
    if source != PageSource::Ocr {
        for block in &mut recognised {
            words::each_line(block, |line| line.in_picture = true);
        }
    }
    let top = |block: &Block| block.lines().map(|line: &Line| line.area.top).fold(f32::MAX, f32::min);
    let first = recognised.iter().map(top).fold(f32::MAX, f32::min);
    let mut blocks = parted(page.blocks, first);
    let at = blocks.iter().position(|block| top(block) > first).unwrap_or(blocks.len());
    blocks.splice(at..at, recognised);
    Page { size: (width, height), unread: page.unread, recognised: true, ..Page::new(page.number, blocks, source) }
}

/// Splits blocks at this height: a page's header and footer may be one block.
fn parted(blocks: Vec<Block>, height: f32) -> Vec<Block> {
    let part = |mut lines: Vec<Line>, block: fn(Vec<Line>) -> Block| {
        let at = lines.iter().position(|line| line.area.top > height).filter(|at| *at > 0).unwrap_or(lines.len());
        let below = lines.split_off(at);
        [lines, below].into_iter().filter(|lines| !lines.is_empty()).map(block).collect::<Vec<_>>()
    };
    let parts = blocks.into_iter().flat_map(|block| match block {
        Block::Prose(lines) => part(lines, Block::Prose),
        Block::List(lines) => part(lines, Block::List),
        table @ Block::Table(_) => vec![table],
    });
    parts.collect()
}

#[cfg(test)]
mod tests;
