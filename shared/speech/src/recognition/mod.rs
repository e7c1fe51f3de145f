//! Speech recognition.

mod command;
mod configured;
mod cutting;
mod deepgram;
mod moonshine;
mod none;
mod openai;
#[cfg(test)]
mod test_support;
#[cfg(feature = "aws")]
mod transcribe;
mod vocabulary;
mod whole;
mod written;

pub use command::SpeechCommand;
pub use configured::configured;
pub use deepgram::Deepgram;
pub use moonshine::Moonshine;
pub use none::NoTranscriber;
pub use openai::OpenAi;
#[cfg(feature = "aws")]
pub use transcribe::Transcribe;
pub use vocabulary::Vocabulary;

use std::fmt::Debug;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::BoxStream;

use super::audio::Pcm;
use foundation::provider::ProviderError;

/// The name that begins the sentences of errors.
const NAME: &str = "Speech recognition";
/// Maximum response of a service in bytes. An hour of speech has about 60 KB of text, and ten times that with
/// timestamps.
const LARGEST_ANSWER: usize = 8 * 1024 * 1024;

/// A transcript.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Transcript {
    /// The whole text; empty if there is no speech.
    pub text: String,
    /// Its segments, in order.
    pub segments: Vec<SpokenSegment>,
    /// The language as a BCP 47 tag, if known.
    pub language: Option<String>,
    /// The length of the recording.
    pub duration: Duration,
}

/// A segment of a transcript.
#[derive(Debug, Clone, PartialEq)]
pub struct SpokenSegment {
    /// Its start in the recording.
    pub start: Duration,
    /// Its end in the recording.
    pub end: Duration,
    /// Its text.
    pub text: String,
}

/// An event while a user is speaking.
#[derive(Debug, Clone, PartialEq)]
pub enum TranscriptEvent {
    /// The text so far, which may still change.
    Partial(String),
    /// The final transcript, after the end of the sound. Always the last event.
    Final(Transcript),
}

/// Turns speech into text.
pub trait Transcriber: Debug + Send + Sync {
    /// What was said in a whole recording of [`super::audio::RECOGNISED_RATE`]. Dropping the future
    /// stops the work.
    fn transcribe(&self, sound: Pcm) -> BoxFuture<'_, Result<Transcript, ProviderError>>;

    /// The same, for a user whose manuals have this vocabulary, from when it is there; `None` if that makes no
    /// difference.
    fn knowing(&self, vocabulary: Arc<OnceLock<Arc<Vocabulary>>>) -> Option<Arc<dyn Transcriber>> {
        let _ = vocabulary;
        None
    }

    /// Loads what the first sound would wait for. Errors are left to that.
    fn prepare(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    /// Whether it gives transcripts while somebody is speaking.
    fn gives_partials(&self) -> bool {
        false
    }

    /// Transcribes sound while it is spoken, as blocks of samples at [`super::audio::RECOGNISED_RATE`]. Ends with
    /// [`TranscriptEvent::Final`] or an error. Providers without streaming get the whole sound at its end.
    fn listen(&self, sound: BoxStream<'static, Vec<i16>>) -> BoxStream<'_, Result<TranscriptEvent, ProviderError>>;
}
