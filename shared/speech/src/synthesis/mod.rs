//! Speech synthesis.

mod deepgram;
mod espeak;
mod none;
mod openai;
mod piper;
#[cfg(feature = "aws")]
mod polly;
mod say;
#[cfg(test)]
mod tests;

use std::fmt::Debug;
use std::sync::Arc;

use futures::future::BoxFuture;

use super::audio::Pcm;
use foundation::config::{Config, SynthesisConfig};
use foundation::provider::{Cause, ProviderError};

pub use deepgram::Deepgram;
pub use espeak::Espeak;
pub use none::NoSynthesizer;
pub use openai::OpenAi;
pub use piper::Piper;
#[cfg(feature = "aws")]
pub use polly::Polly;
pub use say::{say, say_in_pieces};

/// The name that begins the sentences of errors.
const NAME: &str = "Speech synthesis";
/// Maximum sound in a response in bytes: about twenty minutes.
const LARGEST_SOUND: usize = 64 * 1024 * 1024;

/// Maximum length of a voice's name in characters.
const LONGEST_VOICE: usize = 64;

/// A text to speak.
#[derive(Debug, Clone, PartialEq)]
pub struct Utterance {
    /// Plain words; see [`super::spoken`].
    pub text: String,
    /// The provider's name of the voice; `None` for its default.
    pub voice: Option<String>,
    /// The speed, from 0.5 to 2; 1 is normal.
    pub speed: f32,
}

/// Whether this could be a provider's name of a voice: letters, digits and characters without meaning in a shell,
/// beginning with a letter or digit.
#[must_use]
pub fn is_voice_name(name: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+' | '.');
    name.len() <= LONGEST_VOICE && name.chars().all(known) && name.starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// Turns text into sound.
pub trait Synthesizer: Debug + Send + Sync {
    /// The sound of one utterance, of a few sentences at most. Dropping the future stops the work.
    fn synthesize(&self, utterance: Utterance) -> BoxFuture<'_, Result<Pcm, ProviderError>>;

    /// Loads what the first utterance would wait for. Errors are left to that.
    fn prepare(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// The configured synthesizer.
///
/// # Errors
/// If the client of a service cannot be set up; if the service is not part of this program.
#[cfg_attr(not(feature = "aws"), expect(clippy::unused_async, reason = "for Polly alone"))]
pub async fn configured(config: &Config) -> Result<Arc<dyn Synthesizer>, Cause> {
    let speech = &config.speech;
    Ok(match &speech.synthesis {
        SynthesisConfig::None => Arc::new(NoSynthesizer),
        SynthesisConfig::Piper { voice, espeak } => {
            let espeak = Espeak::new(espeak.clone(), speech.timeout);
            Arc::new(Piper::new(voice.clone(), espeak, speech.threads, speech.timeout))
        }
        SynthesisConfig::Espeak(voice) => Arc::new(Espeak::new(voice.clone(), speech.timeout)),
        SynthesisConfig::OpenAi { endpoint, voice } => Arc::new(OpenAi::new(endpoint, voice.clone())?),
        SynthesisConfig::Deepgram(deepgram) => Arc::new(Deepgram::new(deepgram, speech.timeout)?),
        #[cfg(feature = "aws")]
        SynthesisConfig::Polly { voice, endpoint } => {
            let sdk = foundation::aws::sdk_config(&config.aws).await;
            Arc::new(Polly::new(&sdk, voice.clone(), endpoint.as_deref(), speech.timeout))
        }
        #[cfg(not(feature = "aws"))]
        SynthesisConfig::Polly { .. } => return Err(foundation::provider::NotBuilt("Amazon Polly").into()),
    })
}

/// Converts signed 16-bit little-endian samples to a sound.
fn raw(bytes: &[u8], rate: u32) -> Pcm {
    let samples = bytes.as_chunks::<2>().0.iter().map(|pair| i16::from_le_bytes(*pair)).collect();
    Pcm { rate, samples }
}
