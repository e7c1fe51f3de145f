//! Pictures: decoded within limits, and upright.

use image::RgbImage;

/// A decoded picture, the way up in which a person would hold it.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Its pixels.
    pub pixels: RgbImage,
}
