//! Any endpoint that speaks `OpenAI`'s speech: <https://platform.openai.com/docs/api-reference/audio/createSpeech>.

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use super::{LARGEST_SOUND, NAME, Synthesizer, Utterance, raw};
use crate::audio::Pcm;
use foundation::config::OpenAiConfig;
use foundation::provider::{Cause, HttpProvider, ProviderError};

/// Samples a second of its `pcm` format.
const RATE: u32 = 24_000;

/// An `OpenAI`-compatible endpoint with a model that speaks.
#[derive(Debug)]
pub struct OpenAi {
    server: HttpProvider,
    model: String,
    voice: String,
}

impl OpenAi {
    /// A client of `config`'s endpoint that speaks with `voice` where none is asked for.
    ///
    /// # Errors
    /// When TLS cannot be set up, or the key cannot stand in a header.
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
