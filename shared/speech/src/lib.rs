//! Speech recognition and synthesis.
//!
//! Recordings in any common format become [`audio::Pcm`]. A [`Transcriber`] turns that into text, at once or while the
//! user is speaking. A [`Synthesizer`] turns text into sound; before, [`spoken`] turns written text into the words that
//! a person would say. [`endpointing`] detects when a user has stopped speaking. The configuration chooses the programs
//! and services.

pub mod audio;
pub mod endpointing;
pub mod recognition;
pub mod spoken;
pub mod synthesis;

pub use recognition::{SpokenSegment, Transcriber, Transcript, TranscriptEvent};
pub use synthesis::{Synthesizer, Utterance};

#[cfg(test)]
foundation::launcher_for_tests!();
