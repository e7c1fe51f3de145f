//! Findings as they stand on the wire.

use images::{Detection, PixelBox, PlateEntry, PlateEntryKind, ReadLine};
use serde::Serialize;

/// An object on a picture.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub(crate) struct Object {
    label: String,
    confidence: f32,
    #[serde(rename = "box")]
    area: PixelBox,
}

impl From<Detection> for Object {
    fn from(found: Detection) -> Self {
        Self { label: found.label, confidence: found.confidence, area: found.area }
    }
}

/// An entry of a data plate.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub(crate) struct Entry {
    kind: PlateEntryKind,
    label: String,
    value: String,
}

impl From<PlateEntry> for Entry {
    fn from(entry: PlateEntry) -> Self {
        Self { kind: entry.kind, label: entry.label, value: entry.value }
    }
}

/// A line of text on a picture.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub(crate) struct Line {
    text: String,
    confidence: f32,
    #[serde(rename = "box")]
    area: PixelBox,
}

impl From<ReadLine> for Line {
    fn from(read: ReadLine) -> Self {
        Self { text: read.text, confidence: read.confidence, area: read.area }
    }
}
