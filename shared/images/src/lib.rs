//! Seeing: pictures of any common format, the text on them, and the objects they show.
//!
//! [`picture`] decodes what phones and browsers send, upright and within limits; a [`TextReader`]
//! reads the text on it, a [`Detector`] finds objects. Which programs, models or services do the work
//! is configuration. [`Vision`] holds one of each and is what the rest of the system calls.

mod area;
pub mod detection;
pub mod memory;
mod multimodal;
pub mod picture;
pub mod reading;
pub mod recognition;
#[cfg(test)]
mod test_support;
mod vision;

pub use area::PixelBox;
pub use detection::{Detection, Detector};
pub use memory::PictureMemory;
pub use multimodal::Multimodal;
pub use picture::{Picture, PictureError, PictureLimits, QuarterTurn};
pub use reading::{ReadLine, ReadText, ReadWord, TextReader};
pub use vision::{PictureFile, Vision, VisionResult, decode};

#[cfg(test)]
foundation::launcher_for_tests!();
