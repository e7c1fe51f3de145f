//! Listening, for transcribers that need the whole recording.

use futures::StreamExt;
use futures::stream::{self, BoxStream};

use super::{NAME, Transcriber, TranscriptEvent};
use crate::audio::{Pcm, RECOGNISED_RATE};
use foundation::provider::{ProviderError, ProviderFailure};

/// Samples of what is collected while somebody speaks, at most: two minutes. Utterances are a few
/// seconds long.
const MOST_SAMPLES: usize = 120 * RECOGNISED_RATE as usize;

/// Collects the sound until its end and has it transcribed then.
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

/// Somebody has not stopped speaking for longer than what is kept.
pub(super) fn too_long() -> ProviderError {
    let advice = "This was too long to be understood at once. Please pause now and then.".to_owned();
    ProviderError::new(NAME, ProviderFailure::NotConfigured { code: "utterance_too_long", advice })
}
