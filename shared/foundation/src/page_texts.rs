//! The text and the blocks of a document's pages, as stored for those who open a citation.

use serde::{Deserialize, Serialize};

use crate::page_boxes::PageBox;

/// Maximum size of such an object in bytes. Reading a document stops far below.
pub const LONGEST: u64 = 256 * 1024 * 1024;

/// One page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageText {
    /// Page number in the file, from 1.
    pub page: u32,
    /// The text, one line for each printed line.
    pub text: String,
    /// Whether the page has readable text. Scanned pages and drawings have none.
    pub has_text: bool,
    /// Where the text comes from; `None` for documents that were read before this was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<TextSource>,
    /// The blocks of the page; `None` for documents that were read before this was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocks: Option<Vec<PageBlock>>,
}

/// A part of a page. `box` is its area on the page, if known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PageBlock {
    /// Running text, titles, and labels of a figure, one line for each printed line.
    Prose {
        /// Its text.
        text: String,
        /// Its area on the page.
        #[serde(rename = "box")]
        place: Option<PageBox>,
    },
    /// A list whose items begin with a bullet or number.
    List {
        /// The items, including bullets and numbers.
        items: Vec<String>,
        /// Its area on the page.
        #[serde(rename = "box")]
        place: Option<PageBox>,
    },
    /// A table.
    Table {
        /// Its title, if one is printed.
        title: Option<String>,
        /// The column heads; empty for columns without a head or with an uncertain one.
        heads: Vec<String>,
        /// Its rows.
        rows: Vec<PageRow>,
        /// Its area on the page.
        #[serde(rename = "box")]
        place: Option<PageBox>,
    },
    /// A warning, caution or note.
    Warning {
        /// Its signal word: `WARNING`, `NOTE`.
        word: String,
        /// Its text.
        text: String,
        /// Its area on the page.
        #[serde(rename = "box")]
        place: Option<PageBox>,
    },
    /// A picture.
    Figure {
        /// Its area on the page.
        #[serde(rename = "box")]
        place: Option<PageBox>,
    },
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct PageRow {
    /// The text of each column; empty for empty cells.
    pub cells: Vec<String>,
    /// Its area on the page.
    #[serde(rename = "box")]
    pub place: Option<PageBox>,
}

/// The source of a page's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TextSource {
    /// The text layer of the file.
    TextLayer,
    /// Text recognition, which may misread characters.
    Ocr,
    /// The page has no text.
    None,
}

/// All pages of a document, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageTexts {
    /// The pages.
    pub pages: Vec<PageText>,
}

impl PageTexts {
    /// The pages without their blocks.
    #[must_use]
    pub fn without_blocks(self) -> Vec<PageText> {
        self.pages.into_iter().map(|page| PageText { blocks: None, ..page }).collect()
    }

    /// Serialises the pages for storage.
    ///
    /// # Errors
    /// No known case: any text can be written as JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// Reads stored pages.
    ///
    /// # Errors
    /// If the bytes were not made by [`Self::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}
