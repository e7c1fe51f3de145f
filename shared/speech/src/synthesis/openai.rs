//! Speech synthesis by any endpoint that implements `OpenAI`'s speech:
//! <https://platform.openai.com/docs/api-reference/audio/createSpeech>.

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use super::{LARGEST_SOUND, NAME, Synthesizer, Utterance, raw};
use crate::audio::Pcm;
use foundation::config::OpenAiConfig;
use foundation::provider::{Cause, HttpProvider, ProviderError};

/// Sample rate of its `pcm` format in hertz.
const RATE: u32 = 24_000;

/// A client for an `OpenAI`-compatible endpoint with a speech model.
#[derive(Debug)]
pub struct OpenAi {
    server: HttpProvider,
    model: String,
    voice: String,
}

impl OpenAi {
    /// A client for `config`'s endpoint that speaks with `voice` unless another is requested.
    ///
    /// # Errors
    /// If TLS cannot be set up, or the key contains characters that a header cannot.
    pub fn new(config: &OpenAiConfig, voice: String) -> Result<Self, Cause> {
        let server = HttpProvider::new(NAME, &config.base_url, "Bearer", config.api_key.as_ref(), config.idle_timeout)?;
        Ok(Self { server, model: config.model.clone(), voice })
    }

    async fn speak(&self, utterance: Utterance) -> Result<Pcm, ProviderError> {
        let body = json!({
            "model": self.model,
            "input": utterance.text,
            "voice": utterance.voice.as_deref().unwrap_or(&self.voice),
            "response_format": "pcm",
            "speed": utterance.speed,
        });
        let response = self.server.post("audio/speech", |request| request.json(&body)).await?;
        Ok(raw(&self.server.body(response, LARGEST_SOUND).await?, RATE))
    }
}

impl Synthesizer for OpenAi {
    fn synthesize(&self, utterance: Utterance) -> BoxFuture<'_, Result<Pcm, ProviderError>> {
        self.speak(utterance).boxed()
    }
}
