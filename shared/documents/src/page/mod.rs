//! A page of a document, as blocks of lines.

mod block;

use serde::{Deserialize, Serialize};

use super::normalize;

pub use block::{Area, Block, CELL_SEPARATOR, LEADERS, Line, Row, Table, markdown_row};

/// The source of a page's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageSource {
    /// The text layer of the file.
    TextLayer,
    /// Text recognition of an image of the page.
    Ocr,
    /// There is no readable text: a scan, a drawing, or a font that cannot be decoded.
    None,
}

/// One page of a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// Page number in the file, from 1: the number that a PDF viewer shows, not the printed one.
    pub number: u32,
    /// The blocks, in reading order.
    pub blocks: Vec<Block>,
    /// Width and height as displayed, in points; zero if unknown.
    #[serde(default)]
    pub size: (f32, f32),
    /// Areas with unread ink: pictures, and text in fonts that cannot be decoded.
    #[serde(default)]
    pub unread: Vec<Area>,
    /// Where the text comes from.
    pub source: PageSource,
    /// Whether some of the text was recognised in a picture.
    #[serde(default)]
    pub recognised: bool,
    /// Whether the page has text worth indexing.
    pub has_text: bool,
}

impl Page {
    /// A page with these blocks. Determines whether its text is readable.
    #[must_use]
    pub fn new(number: u32, blocks: Vec<Block>, source: PageSource) -> Self {
        let lines = blocks.iter().flat_map(Block::lines);
        if normalize::is_readable(lines.map(|line| line.text.as_str())) {
            Self { blocks, source, has_text: true, ..Self::blank(number) }
        } else {
            Self::blank(number)
        }
    }

    /// A page without text.
    #[must_use]
    pub fn blank(number: u32) -> Self {
        Self {
            number,
            blocks: Vec::new(),
            size: (0.0, 0.0),
            unread: Vec::new(),
            source: PageSource::None,
            recognised: false,
            has_text: false,
        }
    }

    /// A page of plain text. Each line is cleaned.
    #[must_use]
    pub fn from_text(number: u32, text: &str, source: PageSource) -> Self {
        let lines = text.lines().map(normalize::clean_line).filter(|line| !line.is_empty()).map(Line::plain).collect();
        Self::new(number, vec![Block::Prose(lines)], source)
    }

    /// The printed lines in reading order, including those of tables.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.blocks.iter().flat_map(Block::lines)
    }

    /// For each of the [lines](Self::lines), whether it belongs to a table.
    #[must_use]
    pub fn in_table(&self) -> Vec<bool> {
        let marks = self.blocks.iter().flat_map(|block| {
            let is_table = matches!(block, Block::Table(_));
            block.lines().map(move |_| is_table)
        });
        marks.collect()
    }

    /// The text as it is printed, with aligned columns in tables.
    #[must_use]
    pub fn plain(&self) -> String {
        let blocks: Vec<String> = self.blocks.iter().map(Block::plain).collect();
        blocks.join("\n")
    }

    /// The text for language models, with tables in Markdown.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for block in &self.blocks {
            // A table ends the paragraph before it, and is ended by an empty line.
            let is_table = matches!(block, Block::Table(_));
            if is_table && !text.is_empty() && !text.ends_with("\n\n") {
                text.push('\n');
            }
            text.push_str(&block.text());
            text.push_str(if is_table { "\n\n" } else { "\n" });
        }
        text.truncate(text.trim_end().len());
        text
    }
}
