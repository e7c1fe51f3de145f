//! Speech recognition by Moonshine, offline and in this process.

mod correction;
mod live;
mod model;
mod tokens;

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use foundation::provider::{ProviderError, ProviderFailure};
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt, TryStreamExt};
use inference::{LazyModel, NetworkError, Place, Threads, ThreadsError, run_in};

use super::cutting::{Cutter, Piece};
use super::vocabulary::Vocabulary;
use super::written::written;
use super::{NAME, SpokenSegment, Transcriber, Transcript, TranscriptEvent};
use crate::audio::Pcm;
use crate::voice_activity::VoiceModel;
use model::{Model, Word};

/// Pieces of sound that may wait for each one that is recognised. One waits for a few seconds then.
const WAITING: usize = 32;

/// Moonshine. Its model is loaded when it is first needed.
#[derive(Debug, Clone)]
pub struct Moonshine {
    model: LazyModel<Model>,
    voice: VoiceModel,
    vocabulary: Arc<OnceLock<Arc<Vocabulary>>>,
    threads: Threads,
    at_once: usize,
}

impl Moonshine {
    /// With the model in `folder`, as `scripts/models` makes it. `at_once` pieces of sound are recognised at a time, each
    /// on one thread. Recognising a piece may take `timeout`, with the time that it waits.
    #[must_use]
    pub fn new(folder: &Path, voice: VoiceModel, at_once: usize, timeout: Duration) -> Self {
        Self {
            model: LazyModel::new(folder.to_owned(), Model::load),
            voice,
            vocabulary: Arc::default(),
            threads: Threads::new(at_once, WAITING, timeout),
            at_once,
        }
    }

    /// The vocabulary that is there now.
    fn known(&self) -> Arc<Vocabulary> {
        self.vocabulary.get().cloned().unwrap_or_default()
    }

    async fn model(&self) -> Result<Arc<Model>, ProviderError> {
        self.model.get().await.map_err(unavailable)?.ok_or_else(not_installed)
    }

    /// The words of a piece, once others leave room for it. Dropping the future stops the work after the next word.
    async fn recognise(&self, samples: Vec<f32>) -> Result<Vec<Word>, ProviderError> {
        let (model, vocabulary) = (self.model().await?, self.known());
        words(self.threads.run(move |gone| model.words(&samples, &vocabulary, &|| !gone.is_set())).await)
    }

    /// The words of a piece, in a place that is free; as they are, unless the piece is perhaps complete.
    async fn recognise_in(&self, place: Place, samples: Vec<f32>, complete: bool) -> Result<Vec<Word>, ProviderError> {
        let model = self.model().await?;
        let vocabulary = if complete { self.known() } else { Arc::default() };
        words(run_in(place, move |gone| model.words(&samples, &vocabulary, &|| !gone.is_set())).await)
    }

    async fn transcribe_whole(&self, sound: Pcm) -> Result<Transcript, ProviderError> {
        let duration = sound.duration();
        let mut cutter = Cutter::new(self.voice.listen()?);
        let cut = tokio::task::spawn_blocking(move || {
            let mut pieces = cutter.push(&sound.samples);
            pieces.extend(cutter.finish());
            pieces
        });
        let pieces = cut.await.map_err(unavailable)?;
        // A long recording leaves processors to others.
        let work = stream::iter(pieces).map(|piece| self.segment(piece));
        let segments: Vec<SpokenSegment> = work.buffered(self.at_once.div_ceil(2)).try_concat().await?;
        Ok(self.transcript(segments, duration))
    }

    /// The segment of a piece; none if no word is understood.
    async fn segment(&self, mut piece: Piece) -> Result<Vec<SpokenSegment>, ProviderError> {
        let times = piece.times();
        let words = self.recognise(std::mem::take(&mut piece.samples)).await?;
        Ok(segment(times, &words).into_iter().collect())
    }

    fn transcript(&self, segments: Vec<SpokenSegment>, duration: Duration) -> Transcript {
        let language = self.model.loaded().map(|model| model.language().to_owned());
        let text = segments.iter().map(|segment| segment.text.as_str()).collect::<Vec<_>>().join(" ");
        Transcript { text, segments, language, duration }
    }
}

fn words(outcome: Result<Result<Vec<Word>, NetworkError>, ThreadsError>) -> Result<Vec<Word>, ProviderError> {
    outcome.map_err(|error| ProviderError::new(NAME, error.into()))?.map_err(unavailable)
}

fn segment((start, end): (Duration, Duration), words: &[Word]) -> Option<SpokenSegment> {
    let text = text(words);
    (!text.is_empty()).then_some(SpokenSegment { start, end, text })
}

fn text(words: &[Word]) -> String {
    written(&words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "))
}

fn not_installed() -> ProviderError {
    let advice = "Speech cannot be recognised: the model is missing. Run scripts/models, or correct SPEECH_MODEL_DIR."
        .to_owned();
    ProviderError::new(NAME, ProviderFailure::NotConfigured { code: "speech_recognizer_not_installed", advice })
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> ProviderError {
    ProviderError::unavailable(NAME, error)
}

impl Transcriber for Moonshine {
    fn transcribe(&self, sound: Pcm) -> BoxFuture<'_, Result<Transcript, ProviderError>> {
        self.transcribe_whole(sound).boxed()
    }

    fn prepare(&self) -> BoxFuture<'_, ()> {
        self.model.get().map(drop).boxed()
    }

    fn knowing(&self, vocabulary: Arc<OnceLock<Arc<Vocabulary>>>) -> Option<Arc<dyn Transcriber>> {
        Some(Arc::new(Self { vocabulary, ..self.clone() }))
    }

    fn gives_partials(&self) -> bool {
        true
    }

    fn listen(&self, sound: BoxStream<'static, Vec<i16>>) -> BoxStream<'_, Result<TranscriptEvent, ProviderError>> {
        live::listen(self, sound)
    }
}

#[cfg(test)]
mod tests;
