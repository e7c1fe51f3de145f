//! Speech synthesis by a Piper voice, offline and in this process. eSpeak NG says how words are pronounced.

mod phonemes;
mod voice;

use std::path::PathBuf;
use std::time::Duration;

use foundation::provider::ProviderError;
use futures::FutureExt;
use futures::future::BoxFuture;
use inference::{LazyModel, Threads};

use super::{Espeak, NAME, Synthesizer, Utterance};
use crate::audio::Pcm;
use voice::Voice;

pub(super) use phonemes::{clauses, pronounced};

/// Sentences that may wait for each one that is spoken.
const WAITING: usize = 64;
/// Waiting sentences, for each one that is spoken, from which eSpeak NG speaks the next: worse, but at once.
const QUEUE: usize = 6;

/// A Piper voice. It is loaded when it is first needed. Voices of eSpeak NG, which a client may choose by name, are
/// spoken by that, and so is everything if there is no Piper voice, or if too many sentences wait for it.
#[derive(Debug)]
pub struct Piper {
    voice: LazyModel<Voice>,
    espeak: Espeak,
    threads: Threads,
}

impl Piper {
    /// With the voice in `folder`, as `scripts/models` makes it. `at_once` sentences are spoken at a time, each on one
    /// thread. Speaking a sentence may take `timeout`, with the time that it waits.
    #[must_use]
    pub fn new(folder: PathBuf, espeak: Espeak, at_once: usize, timeout: Duration) -> Self {
        if !folder.is_dir() {
            tracing::warn!(folder = %folder.display(), "there is no Piper voice (scripts/models): eSpeak NG speaks instead");
        }
        Self { voice: LazyModel::new(folder, Voice::load), espeak, threads: Threads::new(at_once, WAITING, timeout) }
    }

    async fn speak(&self, utterance: Utterance) -> Result<Pcm, ProviderError> {
        let is_late = self.threads.waiting() >= QUEUE;
        if is_late || self.espeak.has(utterance.voice.as_deref()).await {
            return self.espeak.synthesize(utterance).await;
        }
        let Some(voice) = self.voice.get().await.map_err(unavailable)? else {
            return self.espeak.synthesize(utterance).await;
        };
        let clauses = self.espeak.pronounce(&utterance.text, voice.language()).await?;
        let work = self.threads.run(move |gone| voice.speak(&clauses, utterance.speed, &|| gone.is_set()));
        work.await.map_err(|error| ProviderError::new(NAME, error.into()))?.map_err(unavailable)
    }
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> ProviderError {
    ProviderError::unavailable(NAME, error)
}

impl Synthesizer for Piper {
    fn synthesize(&self, utterance: Utterance) -> BoxFuture<'_, Result<Pcm, ProviderError>> {
        self.speak(utterance).boxed()
    }

    fn prepare(&self) -> BoxFuture<'_, ()> {
        self.voice.get().map(drop).boxed()
    }
}

#[cfg(test)]
mod tests;
