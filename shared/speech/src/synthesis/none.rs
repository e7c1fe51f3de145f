//! No speech synthesis.

use futures::FutureExt;
use futures::future::BoxFuture;

use super::{NAME, Synthesizer, Utterance};
use crate::audio::Pcm;
use foundation::provider::{ProviderError, ProviderFailure};

/// Responds that speech synthesis is not configured.
#[derive(Debug)]
pub struct NoSynthesizer;

impl Synthesizer for NoSynthesizer {
    fn synthesize(&self, _: Utterance) -> BoxFuture<'_, Result<Pcm, ProviderError>> {
        let failure = ProviderFailure::NotConfigured {
            code: "speech_synthesis_not_configured",
            advice: "Reading aloud is switched off here. Set TEXT_TO_SPEECH to espeak, openai, deepgram or polly to \
                     switch it on."
                .to_owned(),
        };
        async { Err(ProviderError::new(NAME, failure)) }.boxed()
    }
}
