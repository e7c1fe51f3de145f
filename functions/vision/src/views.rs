//! Findings as they stand on the wire.

use images::{Detection, PixelBox, ReadLine};
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
