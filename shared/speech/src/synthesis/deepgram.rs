//! Speech synthesis by Deepgram: <https://developers.deepgram.com/reference/text-to-speech>. Its models are voices with
//! a fixed speed.

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use super::{LARGEST_SOUND, NAME, Synthesizer, Utterance, raw};
use crate::audio::Pcm;
use foundation::config::DeepgramConfig;
use foundation::provider::{Cause, HttpProvider, ProviderError};

/// The requested sample rate in hertz.
const RATE: u32 = 24_000;

/// A client for Deepgram.
#[derive(Debug)]
pub struct Deepgram {
    server: HttpProvider,
    voice: String,
}

impl Deepgram {
    /// A client that speaks with the configured model unless a voice is requested.
    ///
    /// # Errors
    /// If TLS cannot be set up, or the key contains characters that a header cannot.
    pub fn new(config: &DeepgramConfig, timeout: std::time::Duration) -> Result<Self, Cause> {
        let server = HttpProvider::new(NAME, &config.base_url, "Token", Some(&config.api_key), timeout)?;
        Ok(Self { server, voice: config.model.clone() })
    }

    async fn speak(&self, utterance: Utterance) -> Result<Pcm, ProviderError> {
        let voice = utterance.voice.as_deref().unwrap_or(&self.voice);
        let rate = RATE.to_string();
        let query = [("model", voice), ("encoding", "linear16"), ("container", "none"), ("sample_rate", rate.as_str())];
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let body = json!({"text": utterance.text});
        let response = self.server.post(&format!("v1/speak?{query}"), |request| request.json(&body)).await?;
        Ok(raw(&self.server.body(response, LARGEST_SOUND).await?, RATE))
    }
}

impl Synthesizer for Deepgram {
    fn synthesize(&self, utterance: Utterance) -> BoxFuture<'_, Result<Pcm, ProviderError>> {
        self.speak(utterance).boxed()
    }
}
