//! Speech recognition by any endpoint that implements `OpenAI`'s transcriptions: `OpenAI`, Groq, speaches, and the
//! servers of whisper.cpp and vLLM.
//!
//! Protocol: <https://platform.openai.com/docs/api-reference/audio/createTranscription>. Servers that return no
//! segments but only text work too.

use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use reqwest::multipart::{Form, Part};
use serde::Deserialize;

use super::{LARGEST_ANSWER, NAME, SpokenSegment, Transcriber, Transcript, TranscriptEvent, whole};
use crate::audio::{Pcm, SoundFormat};
use foundation::config::OpenAiConfig;
use foundation::provider::{Cause, HttpProvider, ProviderError};

/// A client for an `OpenAI`-compatible endpoint with a transcription model.
#[derive(Debug)]
pub struct OpenAi {
    server: HttpProvider,
    model: String,
    /// The spoken language in ISO 639-1, so that the model need not guess.
    language: Option<String>,
}

#[derive(Deserialize)]
struct TranscriptionResponse {
    text: String,
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    segments: Option<Vec<Segment>>,
}

#[derive(Deserialize)]
struct Segment {
    start: f64,
    end: f64,
    text: String,
}

impl OpenAi {
    /// A client for `config`'s endpoint and speech in `language` (BCP 47).
    ///
    /// # Errors
    /// If TLS cannot be set up, or the key contains characters that a header cannot.
    pub fn new(config: &OpenAiConfig, language: &str) -> Result<Self, Cause> {
        let key = config.api_key.as_ref();
        let server = HttpProvider::new(NAME, &config.base_url, "Bearer", key, config.idle_timeout)?;
        let language = language.split('-').next().filter(|language| language.len() == 2).map(str::to_owned);
        Ok(Self { server, model: config.model.clone(), language })
    }

    async fn ask(&self, sound: Pcm) -> Result<Transcript, ProviderError> {
        let duration = sound.duration();
        let wav = sound.encode(SoundFormat::Wav).map_err(|error| self.server.unavailable(error))?;
        let wav = bytes::Bytes::from(wav);
        let response = self.server.post("audio/transcriptions", |request| request.multipart(self.form(&wav))).await?;
        let body = self.server.body(response, LARGEST_ANSWER).await?;
        let answer: TranscriptionResponse =
            serde_json::from_slice(&body).map_err(|error| self.server.unavailable(error))?;
        Ok(answer.into_transcript(duration))
    }

    fn form(&self, wav: &bytes::Bytes) -> Form {
        let length = wav.len() as u64;
        let part = Part::stream_with_length(reqwest::Body::from(wav.clone()), length).file_name("speech.wav");
        // The type is one that cannot be refused.
        let part = part.mime_str("audio/wav").unwrap_or_else(|_| Part::bytes(wav.to_vec()).file_name("speech.wav"));
        let form = Form::new()
            .part("file", part)
            .text("model", self.model.clone())
            .text("response_format", self.response_format());
        let form = if self.knows_segments() { form.text("timestamp_granularities[]", "segment") } else { form };
        match &self.language {
            Some(language) => form.text("language", language.clone()),
            None => form,
        }
    }

    /// Whether the model returns segments. `OpenAI`'s newer models do not support them, nor their response format.
    fn knows_segments(&self) -> bool {
        !self.model.starts_with("gpt-")
    }

    fn response_format(&self) -> &'static str {
        if self.knows_segments() { "verbose_json" } else { "json" }
    }
}

impl TranscriptionResponse {
    fn into_transcript(self, duration: Duration) -> Transcript {
        let text = self.text.trim().to_owned();
        let segments = self.segments.unwrap_or_default().into_iter().filter_map(|segment| segment.spoken(duration));
        let mut segments: Vec<SpokenSegment> = segments.collect();
        if segments.is_empty() && !text.is_empty() {
            segments.push(SpokenSegment { start: Duration::ZERO, end: duration, text: text.clone() });
        }
        let language = self.language.map(|language| tag(&language));
        Transcript { text, segments, language, duration }
    }
}

impl Segment {
    /// Converts a segment. Times beyond the end of the recording, which some servers send, are limited to it.
    fn spoken(self, duration: Duration) -> Option<SpokenSegment> {
        let text = self.text.trim();
        let end = Duration::try_from_secs_f64(self.end).unwrap_or(duration).min(duration);
        let start = Duration::try_from_secs_f64(self.start).unwrap_or_default().min(end);
        (!text.is_empty()).then(|| SpokenSegment { start, end, text: text.to_owned() })
    }
}

/// Converts Whisper's English names of languages to tags; anything else is returned as it is.
fn tag(language: &str) -> String {
    const NAMES: [(&str, &str); 12] = [
        ("english", "en"),
        ("german", "de"),
        ("spanish", "es"),
        ("french", "fr"),
        ("italian", "it"),
        ("portuguese", "pt"),
        ("dutch", "nl"),
        ("polish", "pl"),
        ("turkish", "tr"),
        ("japanese", "ja"),
        ("korean", "ko"),
        ("chinese", "zh"),
    ];
    let lower = language.to_lowercase();
    NAMES.iter().find(|(name, _)| *name == lower).map_or(lower, |(_, tag)| (*tag).to_owned())
}

impl Transcriber for OpenAi {
    fn transcribe(&self, sound: Pcm) -> BoxFuture<'_, Result<Transcript, ProviderError>> {
        self.ask(sound).boxed()
    }

    fn listen(&self, sound: BoxStream<'static, Vec<i16>>) -> BoxStream<'_, Result<TranscriptEvent, ProviderError>> {
        whole::at_its_end(self, sound)
    }
}

#[cfg(test)]
#[path = "openai_tests.rs"]
mod tests;
