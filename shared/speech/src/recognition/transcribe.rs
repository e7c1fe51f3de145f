//! Speech recognition by Amazon Transcribe, streamed.
//!
//! Protocol: <https://docs.aws.amazon.com/transcribe/latest/dg/streaming.html>. A whole recording is streamed too, as
//! fast as the service accepts it.

use std::time::Duration;

use async_stream::try_stream;
use aws_sdk_transcribestreaming::Client;
use aws_sdk_transcribestreaming::config::StalledStreamProtectionConfig;
use aws_sdk_transcribestreaming::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_transcribestreaming::operation::start_stream_transcription::StartStreamTranscriptionOutput;
use aws_sdk_transcribestreaming::primitives::Blob;
use aws_sdk_transcribestreaming::primitives::event_stream::EventStreamSender;
use aws_sdk_transcribestreaming::types::error::AudioStreamError;
use aws_sdk_transcribestreaming::types::{
    AudioEvent, AudioStream, LanguageCode, MediaEncoding, Result as Heard, TranscriptResultStream,
};
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::task::AbortOnDropHandle;

use super::{NAME, SpokenSegment, Transcriber, Transcript, TranscriptEvent};
use crate::audio::{Pcm, RECOGNISED_RATE};
use foundation::aws;
use foundation::config::AwsConfig;
use foundation::provider::{ProviderError, ProviderFailure, sdk_failure};
use foundation::retry_after::LONGEST_WAIT;

/// Samples per event: 100 ms, as the service recommends.
const EVENT: usize = RECOGNISED_RATE as usize / 10;
/// Number of events that may be in transit.
const WAITING: usize = 8;

/// Maximum number of attempts for a whole recording, and the wait after the first failure.
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(500);

/// A client for Amazon Transcribe.
#[derive(Debug)]
pub struct Transcribe {
    client: Client,
    language: String,
    timeout: Duration,
}

type Event = Result<AudioStream, AudioStreamError>;

impl Transcribe {
    /// A client for speech in `language` (BCP 47), with a custom endpoint if one is given. `timeout` is how long the
    /// service may take without sending anything.
    pub async fn new(config: &AwsConfig, endpoint: Option<&str>, language: &str, timeout: Duration) -> Self {
        let sdk = aws::at(&aws::sdk_config(config).await, endpoint);
        let mut builder =
            aws_sdk_transcribestreaming::config::Builder::from(&sdk).retry_classifier(aws::HonourRetryAfter);
        // People pause; how long silence is borne is decided here.
        builder.set_stalled_stream_protection(Some(StalledStreamProtectionConfig::disabled()));
        Self { client: Client::from_conf(builder.build()), language: language.to_owned(), timeout }
    }

    async fn start(&self, events: mpsc::Receiver<Event>) -> Result<StartStreamTranscriptionOutput, ProviderError> {
        let call = self
            .client
            .start_stream_transcription()
            .language_code(LanguageCode::from(self.language.as_str()))
            .media_sample_rate_hertz(RECOGNISED_RATE.cast_signed())
            .media_encoding(MediaEncoding::Pcm)
            .audio_stream(EventStreamSender::from(ReceiverStream::new(events)))
            .send();
        let started = timeout(self.timeout, call).await.map_err(|_| silent())?;
        started.map_err(|error| sdk_failure(NAME, error))
    }

    fn hear(&self, sound: BoxStream<'static, Vec<i16>>) -> BoxStream<'_, Result<TranscriptEvent, ProviderError>> {
        let limit = self.timeout;
        let hearings = try_stream! {
            let (sender, events) = mpsc::channel(WAITING);
            // Ends with this stream.
            let mut feeding = AbortOnDropHandle::new(tokio::spawn(feed(sound, sender, limit)));
            let mut answers = self.start(events).await?.transcript_result_stream;
            let mut text = Text::default();
            loop {
                let event = match timeout(limit, answers.recv()).await {
                    // Nothing is said about silence, as long as it lasts.
                    Err(_) if !feeding.is_finished() => continue,
                    Err(_) => Err(silent())?,
                    Ok(received) => received.map_err(broken_off)?,
                };
                let Some(event) = event else { break };
                if let TranscriptResultStream::TranscriptEvent(event) = event {
                    for result in event.transcript().into_iter().flat_map(aws_sdk_transcribestreaming::types::Transcript::results) {
                        text.hear(result);
                    }
                    yield TranscriptEvent::Partial(text.so_far());
                }
            }
            let duration = (&mut feeding).await.map_err(|error| ProviderError::unavailable(NAME, error))?;
            yield TranscriptEvent::Final(text.transcript(&self.language, duration));
        };
        hearings.boxed()
    }

    /// Retries temporary failures, no earlier than the service asks. The SDK does not retry streams.
    async fn whole(&self, sound: Pcm) -> Result<Transcript, ProviderError> {
        let mut pause = PAUSE;
        for _ in 1..ATTEMPTS {
            let error = match self.attempt(sound.samples.clone()).await {
                Err(error) if error.is_passing() && !matches!(error.failure, ProviderFailure::Timeout) => error,
                ended => return ended,
            };
            let wait = error.retry_after().unwrap_or(pause);
            if wait > LONGEST_WAIT {
                return Err(error);
            }
            tracing::debug!(code = error.code(), "transcribing again");
            tokio::time::sleep(wait).await;
            pause *= 2;
        }
        self.attempt(sound.samples).await
    }

    async fn attempt(&self, samples: Vec<i16>) -> Result<Transcript, ProviderError> {
        let mut hearings = self.hear(stream::iter([samples]).boxed());
        while let Some(hearing) = hearings.next().await {
            if let TranscriptEvent::Final(transcript) = hearing? {
                return Ok(transcript);
            }
        }
        Err(ProviderError::unavailable(NAME, "the service ended without a result"))
    }
}

/// Sends the sound as events and returns its length. Ends early if the service accepts no more.
async fn feed(mut sound: BoxStream<'static, Vec<i16>>, events: mpsc::Sender<Event>, limit: Duration) -> Duration {
    let mut sent: u64 = 0;
    while let Some(block) = sound.next().await {
        for samples in block.chunks(EVENT) {
            let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
            let event = AudioEvent::builder().audio_chunk(Blob::new(bytes)).build();
            let sending = events.send(Ok(AudioStream::AudioEvent(event)));
            if !matches!(timeout(limit, sending).await, Ok(Ok(()))) {
                return length(sent);
            }
            sent += samples.len() as u64;
        }
    }
    length(sent)
}

fn length(samples: u64) -> Duration {
    Duration::from_micros(samples * 1_000_000 / u64::from(RECOGNISED_RATE))
}

/// The recognised text: a final part, and a part that may still change.
#[derive(Debug, Default)]
struct Text {
    certain: Vec<SpokenSegment>,
    open: String,
}

impl Text {
    fn hear(&mut self, result: &Heard) {
        let text = result.alternatives().first().and_then(|alternative| alternative.transcript()).unwrap_or_default();
        let text = text.trim().to_owned();
        if result.is_partial() {
            self.open = text;
            return;
        }
        self.open.clear();
        let time = |seconds: f64| Duration::try_from_secs_f64(seconds).unwrap_or_default();
        if !text.is_empty() {
            self.certain.push(SpokenSegment { start: time(result.start_time()), end: time(result.end_time()), text });
        }
    }

    fn so_far(&self) -> String {
        let certain = self.certain.iter().map(|segment| segment.text.as_str());
        let open = Some(self.open.as_str()).filter(|open| !open.is_empty());
        certain.chain(open).collect::<Vec<_>>().join(" ")
    }

    fn transcript(self, language: &str, duration: Duration) -> Transcript {
        let text = self.so_far();
        Transcript { text, segments: self.certain, language: Some(language.to_owned()), duration }
    }
}

fn silent() -> ProviderError {
    ProviderError::new(NAME, ProviderFailure::Timeout)
}

/// Converts a failure within the stream.
fn broken_off<E, R>(error: SdkError<E, R>) -> ProviderError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let failure = match error.code() {
        Some("LimitExceededException") => ProviderFailure::RateLimited { retry_after_seconds: None },
        Some("BadRequestException") => ProviderFailure::Rejected(Box::new(error)),
        _ => ProviderFailure::Unavailable(Box::new(error)),
    };
    ProviderError::new(NAME, failure)
}

impl Transcriber for Transcribe {
    fn transcribe(&self, sound: Pcm) -> BoxFuture<'_, Result<Transcript, ProviderError>> {
        self.whole(sound).boxed()
    }

    fn gives_partials(&self) -> bool {
        true
    }

    fn listen(&self, sound: BoxStream<'static, Vec<i16>>) -> BoxStream<'_, Result<TranscriptEvent, ProviderError>> {
        self.hear(sound)
    }
}

#[cfg(test)]
#[path = "transcribe_tests.rs"]
mod tests;
