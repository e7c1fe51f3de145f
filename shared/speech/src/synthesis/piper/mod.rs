//! Speech synthesis by a Piper voice, offline and in this process. eSpeak NG says how words are pronounced.

mod phonemes;
mod voice;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use foundation::provider::{ProviderError, ProviderFailure};
use futures::FutureExt;
use futures::future::BoxFuture;
use inference::{Threads, ThreadsError};
use tokio::sync::OnceCell;

use super::{Espeak, NAME, Synthesizer, Utterance};
use crate::audio::Pcm;
use voice::Voice;

pub(super) use phonemes::{clauses, pronounced};

/// Sentences that may wait for each one that is spoken.
const WAITING: usize = 32;
/// When to ask again if too many wait.
const RETRY_SECONDS: u64 = 3;

/// A Piper voice. It is loaded when it is first needed. Voices of eSpeak NG, which a client may choose by name, are
/// spoken by that, and so is everything if there is no Piper voice.
#[derive(Debug)]
pub struct Piper {
    folder: PathBuf,
    voice: OnceCell<Option<Arc<Voice>>>,
    espeak: Espeak,
    threads: Threads,
}

impl Piper {
    /// With the voice in `folder`, as `scripts/models` makes it. `at_once` sentences are spoken at a time, each on one
    /// thread. Speaking a sentence may take `timeout`, with the time that it waits.
    #[must_use]
    pub fn new(folder: PathBuf, espeak: Espeak, at_once: usize, timeout: Duration) -> Self {
        Self { folder, voice: OnceCell::new(), espeak, threads: Threads::new(at_once, WAITING, timeout) }
    }

    async fn voice(&self) -> Result<Option<Arc<Voice>>, ProviderError> {
        let load = || async {
            let folder = self.folder.clone();
            if !Voice::is_in(&folder) {
                tracing::warn!(folder = %folder.display(), "there is no Piper voice: eSpeak NG speaks instead");
                return Ok(None);
            }
            let loaded = tokio::task::spawn_blocking(move || Voice::load(&folder)).await.map_err(unavailable)?;
            loaded.map(|voice| Some(Arc::new(voice))).map_err(unavailable)
        };
        self.voice.get_or_try_init(load).await.cloned()
    }

    async fn speak(&self, utterance: Utterance) -> Result<Pcm, ProviderError> {
        if self.espeak.has(utterance.voice.as_deref()).await {
            return self.espeak.synthesize(utterance).await;
        }
        let Some(voice) = self.voice().await? else {
            return self.espeak.synthesize(utterance).await;
        };
        let clauses = self.espeak.pronounce(&utterance.text, voice.language()).await?;
        let work = self.threads.run(move |gone| voice.speak(&clauses, utterance.speed, &|| gone.is_set()));
        let failure = match work.await {
            Ok(sound) => return sound.map_err(unavailable),
            Err(ThreadsError::Busy) => ProviderFailure::RateLimited { retry_after_seconds: Some(RETRY_SECONDS) },
            Err(ThreadsError::TimedOut) => ProviderFailure::Timeout,
            Err(error) => ProviderFailure::Unavailable(error.into()),
        };
        Err(ProviderError::new(NAME, failure))
    }
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> ProviderError {
    ProviderError::unavailable(NAME, error)
}

impl Synthesizer for Piper {
    fn synthesize(&self, utterance: Utterance) -> BoxFuture<'_, Result<Pcm, ProviderError>> {
        self.speak(utterance).boxed()
    }
}
