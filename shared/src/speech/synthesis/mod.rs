//! From text to sound.

use std::fmt::Debug;

use futures::future::BoxFuture;

use super::audio::Pcm;
use crate::provider::ProviderError;

/// What is to be said, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Utterance {
    /// Plain words: see [`super::spoken`].
    pub text: String,
    /// The voice, by the provider's name; its default where none is named.
    pub voice: Option<String>,
    /// How fast, from 0.5 to 2; 1 is usual.
    pub speed: f32,
}

/// Turns text into sound.
pub trait Synthesizer: Debug + Send + Sync {
    /// The name that logs and the start banner show.
    fn name(&self) -> &str;

    /// The sound of one utterance, of a few sentences at most. Dropping the future stops the work.
    fn synthesize(&self, utterance: Utterance) -> BoxFuture<'_, Result<Pcm, ProviderError>>;
}
