//! Speech synthesis by Amazon Polly.

use std::time::Duration;

use aws_sdk_polly::Client;
use aws_sdk_polly::error::ProvideErrorMetadata;
use aws_sdk_polly::types::{Engine, OutputFormat, TextType, VoiceId};
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::time::timeout;

use super::{NAME, Synthesizer, Utterance, raw};
use crate::audio::Pcm;
use foundation::aws;
use foundation::provider::{ProviderError, ProviderFailure, sdk_failure};

/// Sample rate of its `pcm` format in hertz.
const RATE: u32 = 16_000;

/// A client for Amazon Polly.
#[derive(Debug)]
pub struct Polly {
    client: Client,
    voice: String,
    timeout: Duration,
}

impl Polly {
    /// Speaks with `voice` unless another is requested, with a custom endpoint if one is given. One utterance may take
    /// `timeout`, including retries.
    #[must_use]
    pub fn new(sdk: &aws_config::SdkConfig, voice: String, endpoint: Option<&str>, timeout: Duration) -> Self {
        let sdk = aws::at(sdk, endpoint);
        let config = aws_sdk_polly::config::Builder::from(&sdk).retry_classifier(aws::HonourRetryAfter);
        Self { client: Client::from_conf(config.build()), voice, timeout }
    }

    async fn speak(&self, utterance: Utterance) -> Result<Pcm, ProviderError> {
        match self.attempt(&utterance, Engine::Neural).await {
            // Some voices, and some regions, know the plain engine only.
            Err(None) => self.attempt(&utterance, Engine::Standard).await,
            other => other,
        }
        .map_err(|error| error.unwrap_or_else(|| ProviderError::unavailable(NAME, "no engine speaks with this voice")))
    }

    /// One attempt to synthesize. Fails with `None` if the engine does not know the voice.
    async fn attempt(&self, utterance: &Utterance, engine: Engine) -> Result<Pcm, Option<ProviderError>> {
        let voice = utterance.voice.as_deref().filter(|voice| VoiceId::values().contains(voice)).unwrap_or(&self.voice);
        let request = self
            .client
            .synthesize_speech()
            .engine(engine)
            .output_format(OutputFormat::Pcm)
            .sample_rate(RATE.to_string())
            .voice_id(VoiceId::from(voice));
        let request = if (utterance.speed - 1.0).abs() < 0.01 {
            request.text(&utterance.text)
        } else {
            request.text_type(TextType::Ssml).text(ssml(&utterance.text, utterance.speed))
        };
        let answer = request.send().await.map_err(|error| match error.code() {
            Some("EngineNotSupportedException") => None,
            _ => Some(sdk_failure(NAME, error)),
        })?;
        let bytes = answer.audio_stream.collect().await;
        let bytes = bytes.map_err(|error| Some(ProviderError::unavailable(NAME, error)))?;
        Ok(raw(&bytes.into_bytes(), RATE))
    }
}

impl Synthesizer for Polly {
    fn synthesize(&self, utterance: Utterance) -> BoxFuture<'_, Result<Pcm, ProviderError>> {
        async {
            let spoken = timeout(self.timeout, self.speak(utterance)).await;
            spoken.map_err(|_| ProviderError::new(NAME, ProviderFailure::Timeout))?
        }
        .boxed()
    }
}

/// The text in Speech Synthesis Markup Language with a speed.
fn ssml(text: &str, speed: f32) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<speak><prosody rate=\"{:.0}%\">{text}</prosody></speak>", speed.clamp(0.5, 2.0) * 100.0)
}
