//! Pictures: decoding, text recognition and object detection.
//!
//! [`picture`] decodes what phones and browsers send, upright and within limits. A [`TextReader`] reads the text, a
//! [`Detector`] finds objects. The configuration chooses the programs, models or services. [`Vision`] combines one of
//! each, and is what the rest of the system uses.

mod area;
pub mod detection;
mod measure;
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
pub use reading::{PlateEntry, PlateEntryKind, ReadLine, ReadText, ReadWord, TextReader, plate_entries};
pub use vision::{PictureFile, Vision, VisionResult, decode};

#[cfg(test)]
foundation::launcher_for_tests!();
