//! Seeing: pictures of any common format, the text on them, and the objects they show.
//!
//! [`picture`] decodes what phones and browsers send, upright and within limits; a [`TextReader`]
//! reads the text on it, a [`Detector`] finds objects. Which programs, models or services do the work
//! is configuration.

pub mod detection;
pub mod picture;
pub mod reading;

pub use detection::{Detection, Detector};
pub use picture::Picture;
pub use reading::{ReadLine, ReadText, TextReader};

/// A rectangle in pixels of the upright picture.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct PixelBox {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}
