//! No speech recognition.

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt};

use super::{NAME, Transcriber, Transcript, TranscriptEvent};
use crate::audio::Pcm;
use foundation::provider::{ProviderError, ProviderFailure};

/// Responds that speech recognition is not configured.
#[derive(Debug)]
pub struct NoTranscriber;

impl NoTranscriber {
    fn refusal() -> ProviderError {
        let failure = ProviderFailure::NotConfigured {
            code: "speech_recognition_not_configured",
            advice: "Speech recognition is switched off here. Set SPEECH_TO_TEXT to moonshine, command, openai, \
                     deepgram or transcribe to switch it on."
                .to_owned(),
        };
        ProviderError::new(NAME, failure)
    }
}

impl Transcriber for NoTranscriber {
    fn transcribe(&self, _: Pcm) -> BoxFuture<'_, Result<Transcript, ProviderError>> {
        async { Err(Self::refusal()) }.boxed()
    }

    fn listen(&self, _: BoxStream<'static, Vec<i16>>) -> BoxStream<'_, Result<TranscriptEvent, ProviderError>> {
        futures::stream::once(async { Err(Self::refusal()) }).boxed()
    }
}
