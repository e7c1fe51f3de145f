//! The text of a document's pages, as it is kept for whoever opens a citation.

use serde::{Deserialize, Serialize};

/// The longest that such an object can be, in bytes: reading stops far below.
pub const LONGEST: u64 = 256 * 1024 * 1024;

/// One page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// Where the text of a page comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageTexts {
    /// The pages.
    pub pages: Vec<PageText>,
}

impl PageTexts {
    /// The page at a position, from 1.
    #[must_use]
    pub fn page(&self, number: u32) -> Option<&PageText> {
        self.pages.iter().find(|page| page.page == number)
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
