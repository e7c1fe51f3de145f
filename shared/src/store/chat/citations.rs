//! The passages that answers rest on.

use serde::{Deserialize, Serialize};

use foundation::page_boxes::PageBox;

/// A passage of a manual that an answer rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Citation {
    /// The number of its mark in the text, from 1.
    pub index: u32,
    /// The document.
    pub document_id: String,
    /// The document's file name.
    pub file_name: String,
    /// First page, as a PDF viewer counts.
    pub page: u32,
    /// Last page.
    pub page_end: u32,
    /// The part of the passage that is about the question, at most 300 characters.
    pub snippet: String,
    /// How well it matched, 0 to 1.
    pub score: f32,
    /// The lines and rows that the answer rests on, on each of its pages; none where their places are unknown.
    #[serde(default)]
    pub boxes: Vec<PageBox>,
}
