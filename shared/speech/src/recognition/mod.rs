//! From sound to text.

mod command;
mod configured;
mod deepgram;
mod none;
mod openai;
pub mod pocketsphinx;
#[cfg(test)]
mod test_support;
mod transcribe;
mod whole;

pub use command::SpeechCommand;
pub use configured::configured;
pub use deepgram::Deepgram;
pub use none::NoTranscriber;
pub use openai::OpenAi;
pub use pocketsphinx::PocketSphinx;
pub use transcribe::Transcribe;

use std::fmt::Debug;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::BoxStream;

use super::audio::Pcm;
use foundation::provider::ProviderError;

/// Who this is in sentences.
const NAME: &str = "Speech recognition";
/// Bytes that a service may answer with: an hour of speech has some 60 KB of words, and ten times that
/// with their times.
const LARGEST_ANSWER: usize = 8 * 1024 * 1024;

/// What was said.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Transcript {
    /// All of it; empty where nobody spoke.
    pub text: String,
    /// Its parts, in their order.
    pub segments: Vec<SpokenSegment>,
    /// The language, as a BCP 47 tag, where the transcriber knows.
    pub language: Option<String>,
    /// How long the recording is.
    pub duration: Duration,
}

/// A part of what was said.
#[derive(Debug, Clone, PartialEq)]
pub struct SpokenSegment {
    /// Where it begins in the recording.
    pub start: Duration,
    /// Where it ends.
    pub end: Duration,
    /// What was said there.
    pub text: String,
}

/// What is understood while somebody speaks.
#[derive(Debug, Clone, PartialEq)]
pub enum TranscriptEvent {
    /// All of it so far; may still change.
    Partial(String),
    /// All of it, after the end of the sound. Always the last.
    Final(Transcript),
}

/// Turns sound into text.
pub trait Transcriber: Debug + Send + Sync {
    /// The name that logs and the start banner show.
    fn name(&self) -> &str;

    /// What was said in a whole recording of [`super::audio::RECOGNISED_RATE`]. Dropping the future
    /// stops the work.
    fn transcribe(&self, sound: Pcm) -> BoxFuture<'_, Result<Transcript, ProviderError>>;

    /// What is being said, from sound that comes while it is spoken (blocks of samples at
    /// [`super::audio::RECOGNISED_RATE`]). Ends with [`TranscriptEvent::Final`] or an error. One that cannot
    /// listen along is given the whole at its end.
    fn listen(&self, sound: BoxStream<'static, Vec<i16>>) -> BoxStream<'_, Result<TranscriptEvent, ProviderError>>;
}
