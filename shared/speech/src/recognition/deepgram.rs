//! Speech recognition by Deepgram.
//!
//! Protocol: <https://developers.deepgram.com/reference/speech-to-text/listen-pre-recorded>.

use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use http::header::CONTENT_TYPE;
use serde::Deserialize;

use super::{LARGEST_ANSWER, NAME, SpokenSegment, Transcriber, Transcript, TranscriptEvent, whole};
use crate::audio::{Pcm, SoundFormat};
use foundation::config::DeepgramConfig;
use foundation::provider::{Cause, HttpProvider, ProviderError};

/// A client for Deepgram.
#[derive(Debug)]
pub struct Deepgram {
    server: HttpProvider,
    model: String,
    language: String,
}

#[derive(Deserialize)]
struct DeepgramResponse {
    results: Results,
}

#[derive(Deserialize)]
struct Results {
    #[serde(default)]
    channels: Vec<Channel>,
    #[serde(default)]
    utterances: Vec<Utterance>,
}

#[derive(Deserialize)]
struct Channel {
    #[serde(default)]
    alternatives: Vec<Alternative>,
    #[serde(default)]
    detected_language: Option<String>,
}

#[derive(Deserialize)]
struct Alternative {
    #[serde(default)]
    transcript: String,
}

#[derive(Deserialize)]
struct Utterance {
    start: f64,
    end: f64,
    transcript: String,
}

impl Deepgram {
    /// A client for speech in `language` (BCP 47). `timeout` is how long the server may take without sending anything.
    ///
    /// # Errors
    /// If TLS cannot be set up, or the key contains characters that a header cannot.
    pub fn new(config: &DeepgramConfig, language: &str, timeout: Duration) -> Result<Self, Cause> {
        let server = HttpProvider::new(NAME, &config.base_url, "Token", Some(&config.api_key), timeout)?;
        Ok(Self { server, model: config.model.clone(), language: language.to_owned() })
    }

    async fn ask(&self, sound: Pcm) -> Result<Transcript, ProviderError> {
        let duration = sound.duration();
        let wav = sound.encode(SoundFormat::Wav).map_err(|error| self.server.unavailable(error))?;
        let wav = Bytes::from(wav);
        let send = |request: reqwest::RequestBuilder| request.header(CONTENT_TYPE, "audio/wav").body(wav.clone());
        let response = self.server.post(&self.path(), send).await?;
        let body = self.server.body(response, LARGEST_ANSWER).await?;
        let answer: DeepgramResponse = serde_json::from_slice(&body).map_err(|error| self.server.unavailable(error))?;
        Ok(self.transcript(answer.results, duration))
    }

    fn path(&self) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("model", &self.model)
            .append_pair("language", &self.language)
            .extend_pairs(["smart_format", "punctuate", "utterances"].map(|setting| (setting, "true")))
            .finish();
        format!("v1/listen?{query}")
    }

    fn transcript(&self, results: Results, duration: Duration) -> Transcript {
        let channel = results.channels.into_iter().next();
        let detected = channel.as_ref().and_then(|channel| channel.detected_language.clone());
        let text = channel.and_then(|channel| channel.alternatives.into_iter().next());
        let text = text.map(|alternative| alternative.transcript.trim().to_owned()).unwrap_or_default();
        let mut segments: Vec<SpokenSegment> =
            results.utterances.into_iter().filter_map(|utterance| utterance.spoken(duration)).collect();
        if segments.is_empty() && !text.is_empty() {
            segments.push(SpokenSegment { start: Duration::ZERO, end: duration, text: text.clone() });
        }
        let language = detected.unwrap_or_else(|| self.language.clone());
        Transcript { text, segments, language: Some(language), duration }
    }
}

impl Utterance {
    fn spoken(self, duration: Duration) -> Option<SpokenSegment> {
        let text = self.transcript.trim();
        let end = Duration::try_from_secs_f64(self.end).unwrap_or(duration).min(duration);
        let start = Duration::try_from_secs_f64(self.start).unwrap_or_default().min(end);
        (!text.is_empty()).then(|| SpokenSegment { start, end, text: text.to_owned() })
    }
}

impl Transcriber for Deepgram {
    fn transcribe(&self, sound: Pcm) -> BoxFuture<'_, Result<Transcript, ProviderError>> {
        self.ask(sound).boxed()
    }

    fn listen(&self, sound: BoxStream<'static, Vec<i16>>) -> BoxStream<'_, Result<TranscriptEvent, ProviderError>> {
        whole::at_its_end(self, sound)
    }
}

#[cfg(test)]
#[path = "deepgram_tests.rs"]
mod tests;
