//! Hearing and speaking.
//!
//! Recordings of any common format become [`audio::Pcm`]; a [`Transcriber`] turns that into text, all
//! at once or while it is being spoken. A [`Synthesizer`] turns text into sound; [`spoken`] says
//! before how a person would read it out, and [`endpointing`] when somebody has finished speaking.
//! Which programs or services do the work is configuration.

pub mod audio;
pub mod endpointing;
pub mod recognition;
pub mod spoken;
pub mod synthesis;

pub use recognition::{SpokenSegment, Transcriber, Transcript, TranscriptEvent};
pub use synthesis::{Synthesizer, Utterance};

#[cfg(test)]
foundation::launcher_for_tests!();
