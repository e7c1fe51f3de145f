//! Speech recognition by `PocketSphinx`, offline: a small recogniser of English, in child processes.
//!
//! The package `pocketsphinx` contains the library and a model of American English. Each worker is a Python process
//! that loads it once (`worker.py`) and recognises one utterance after the other.

mod phrases;
mod pool;
mod protocol;
mod utterances;
mod worker;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_stream::try_stream;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt, TryStreamExt};

use super::{NAME, SpokenSegment, Transcriber, Transcript, TranscriptEvent, whole};
use crate::audio::{Pcm, RECOGNISED_RATE};
use foundation::provider::ProviderError;
use phrases::{phrases, text};
use pool::{Admission, Lease, Pool, failed};
use protocol::{MOST_SAMPLES, Order, Word, WorkerMessage};
use utterances::{Utterance, utterances};
use worker::WorkerError;

/// The language of its model.
const LANGUAGE: &str = "en-US";
/// Maximum samples of an utterance without a pause: two minutes.
const MOST_SPOKEN: usize = 120 * RECOGNISED_RATE as usize;

/// A recogniser with a pool of worker processes.
#[derive(Debug)]
pub struct PocketSphinx {
    pool: Arc<Pool>,
}

impl PocketSphinx {
    /// `workers` recognisers under this Python, started in the background. Each may take `timeout` without sending
    /// anything.
    #[must_use]
    pub fn new(python: PathBuf, workers: usize, timeout: Duration) -> Self {
        let pool = Pool::new(python, workers.max(1), timeout);
        pool.warm();
        Self { pool }
    }

    async fn recognise(&self, sound: Pcm) -> Result<Transcript, ProviderError> {
        let admission = self.pool.admit()?;
        let duration = sound.duration();
        let cut = tokio::task::spawn_blocking(move || utterances(&sound)).await;
        let cut = cut.map_err(|error| ProviderError::unavailable(NAME, error))?;
        // A long recording leaves workers to others.
        let at_once = self.pool.workers().div_ceil(2);
        let work = stream::iter(cut).map(|utterance| self.utterance(&admission, utterance));
        let segments: Vec<SpokenSegment> = work.buffered(at_once).try_concat().await?;
        Ok(transcript(segments, duration))
    }

    /// The phrases of one utterance. If the worker dies, it is replaced once.
    async fn utterance(
        &self,
        admission: &Admission,
        utterance: Utterance,
    ) -> Result<Vec<SpokenSegment>, ProviderError> {
        let mut lease = self.pool.lease(admission).await?;
        let mut words = ask(&mut lease, &utterance).await;
        if let Err(WorkerError::Died(complaint)) = &words {
            tracing::warn!(complaint, "a speech recogniser died; trying again");
            drop(lease);
            lease = self.pool.lease(admission).await?;
            words = ask(&mut lease, &utterance).await;
        }
        let words = words.map_err(failed)?;
        lease.give_back();
        Ok(phrases(&words, utterance.start))
    }

    fn hear(&self, mut sound: BoxStream<'static, Vec<i16>>) -> BoxStream<'_, Result<TranscriptEvent, ProviderError>> {
        let hearings = try_stream! {
            let admission = self.pool.admit()?;
            let mut lease = self.pool.lease(&admission).await?;
            lease.worker().map_err(failed)?.order(Order::Begin, &[]).await.map_err(failed)?;
            let mut heard = 0;
            loop {
                let worker = lease.worker().map_err(failed)?;
                let next = tokio::select! {
                    biased;
                    answer = worker.answer_meanwhile() => Next::Answer(answer),
                    block = sound.next() => Next::Sound(block),
                };
                let block = match next {
                    Next::Answer(answer) => {
                        if let WorkerMessage::Partial(text) = answer.map_err(failed)? {
                            yield TranscriptEvent::Partial(text);
                        }
                        continue;
                    }
                    Next::Sound(Some(block)) => block,
                    Next::Sound(None) => break,
                };
                heard += block.len();
                if heard > MOST_SPOKEN {
                    Err(whole::too_long())?;
                }
                for samples in block.chunks(MOST_SAMPLES) {
                    worker.order(Order::Samples, samples).await.map_err(failed)?;
                }
            }
            let words = end(&mut lease).await.map_err(failed)?;
            lease.give_back();
            let duration = Duration::from_secs(1) * u32::try_from(heard).unwrap_or(u32::MAX) / RECOGNISED_RATE;
            yield TranscriptEvent::Final(transcript(phrases(&words, Duration::ZERO), duration));
        };
        hearings.boxed()
    }
}

/// The next event while a user is speaking.
enum Next {
    Answer(Result<WorkerMessage, WorkerError>),
    Sound(Option<Vec<i16>>),
}

/// Recognises a whole utterance.
async fn ask(lease: &mut Lease, utterance: &Utterance) -> Result<Vec<Word>, WorkerError> {
    lease.worker()?.order(Order::Whole, &utterance.samples).await?;
    words(lease).await
}

/// Ends an utterance that was sent in parts.
async fn end(lease: &mut Lease) -> Result<Vec<Word>, WorkerError> {
    lease.worker()?.order(Order::End, &[]).await?;
    words(lease).await
}

/// The words of the finished utterance. Earlier partial results are ignored.
async fn words(lease: &mut Lease) -> Result<Vec<Word>, WorkerError> {
    loop {
        if let WorkerMessage::Final(words) = lease.worker()?.answer().await? {
            return Ok(words);
        }
    }
}

fn transcript(segments: Vec<SpokenSegment>, duration: Duration) -> Transcript {
    Transcript { text: text(&segments), segments, language: Some(LANGUAGE.to_owned()), duration }
}

impl Transcriber for PocketSphinx {
    fn transcribe(&self, sound: Pcm) -> BoxFuture<'_, Result<Transcript, ProviderError>> {
        self.recognise(sound).boxed()
    }

    fn listen(&self, sound: BoxStream<'static, Vec<i16>>) -> BoxStream<'_, Result<TranscriptEvent, ProviderError>> {
        self.hear(sound)
    }
}

#[cfg(test)]
mod tests;
