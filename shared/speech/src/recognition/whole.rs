//! Streaming for transcribers that need the whole recording.

use futures::StreamExt;
use futures::stream::{self, BoxStream};

use super::{NAME, Transcriber, TranscriptEvent};
use crate::audio::{Pcm, RECOGNISED_RATE};
use foundation::provider::{ProviderError, ProviderFailure};

/// Maximum samples that are collected while a user is speaking: two minutes. Utterances last a few seconds.
const MOST_SAMPLES: usize = 120 * RECOGNISED_RATE as usize;

/// Collects the sound and transcribes it at its end.
pub(super) fn at_its_end<'a, T: Transcriber>(
    transcriber: &'a T,
    sound: BoxStream<'static, Vec<i16>>,
) -> BoxStream<'a, Result<TranscriptEvent, ProviderError>> {
    stream::once(async move {
        let samples = collect(sound).await?;
        let transcript = transcriber.transcribe(Pcm { rate: RECOGNISED_RATE, samples }).await?;
        Ok(TranscriptEvent::Final(transcript))
    })
    .boxed()
}

async fn collect(mut sound: BoxStream<'static, Vec<i16>>) -> Result<Vec<i16>, ProviderError> {
    let mut samples = Vec::new();
    while let Some(block) = sound.next().await {
        if samples.len() + block.len() > MOST_SAMPLES {
            return Err(too_long());
        }
        samples.extend_from_slice(&block);
    }
    Ok(samples)
}

/// The error if a user speaks for longer.
pub(super) fn too_long() -> ProviderError {
    let advice = "This was too long to be understood at once. Please pause now and then.".to_owned();
    ProviderError::new(NAME, ProviderFailure::NotConfigured { code: "utterance_too_long", advice })
}
