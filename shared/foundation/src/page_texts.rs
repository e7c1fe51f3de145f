//! The text of a document's pages, and what they are made of, as they are kept for whoever opens a citation.

use serde::{Deserialize, Serialize};

use crate::page_boxes::PageBox;

/// The longest that such an object can be, in bytes: reading stops far below.
pub const LONGEST: u64 = 256 * 1024 * 1024;

/// One page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageText {
    /// Position in the file, from 1.
    pub page: u32,
    /// Its text, one printed line per line.
    pub text: String,
    /// Whether it holds readable text; a scanned page or a drawing does not.
    pub has_text: bool,
    /// Where its text comes from; unknown for documents that were read before this was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<TextSource>,
    /// What it is made of; unknown for documents that were read before this was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocks: Option<Vec<PageBlock>>,
}

/// A part of a page. Its `box` is where it stands, where that is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PageBlock {
    /// Running text, titles, labels of a figure: one printed line per line.
    Prose {
        /// Its text.
        text: String,
        /// Where it stands.
        #[serde(rename = "box")]
        place: Option<PageBox>,
    },
    /// Items with a mark or number before each.
    List {
        /// The items with their marks.
        items: Vec<String>,
        /// Where it stands.
        #[serde(rename = "box")]
        place: Option<PageBox>,
    },
    /// A table.
    Table {
        /// Its title, where one is printed.
        title: Option<String>,
        /// The heads of its columns; empty where a column has none, or it is uncertain.
        heads: Vec<String>,
        /// Its rows.
        rows: Vec<PageRow>,
        /// Where it stands.
        #[serde(rename = "box")]
        place: Option<PageBox>,
    },
    /// A warning, a caution or a note.
    Warning {
        /// Its signal word: `WARNING`, `NOTE`.
        word: String,
        /// What it says.
        text: String,
        /// Where it stands.
        #[serde(rename = "box")]
        place: Option<PageBox>,
    },
    /// A picture.
    Figure {
        /// Where it stands.
        #[serde(rename = "box")]
        place: Option<PageBox>,
    },
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct PageRow {
    /// The text of each column, empty where the cell is.
    pub cells: Vec<String>,
    /// Where it stands.
    #[serde(rename = "box")]
    pub place: Option<PageBox>,
}

/// Where the text of a page comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TextSource {
    /// The file itself.
    TextLayer,
    /// Text recognition, which may misread.
    Ocr,
    /// There is none.
    None,
}

/// All pages of a document, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageTexts {
    /// The pages.
    pub pages: Vec<PageText>,
}

impl PageTexts {
    /// The pages with their texts alone.
    #[must_use]
    pub fn without_blocks(self) -> Vec<PageText> {
        self.pages.into_iter().map(|page| PageText { blocks: None, ..page }).collect()
    }

    /// As stored.
    ///
    /// # Errors
    /// None that is known: any text can be written as JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// From storage.
    ///
    /// # Errors
    /// When the bytes are not what [`Self::to_bytes`] made.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}
