//! Decodes whole recordings.

use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use symphonia::core::io::{MediaSource, ReadOnlySource};
use tokio::sync::Semaphore;

use super::recording::{Block, Recording};
use super::resampling::Resampling;
use super::sniff::{self, RecordingKind, SNIFFED};
use super::worker::AudioWorker;
use super::{AudioError, Pcm, RECOGNISED_RATE, joined, mp4, samples_in, wav};

/// Minimum time limit for decoding, for short recordings.
pub(super) const LEAST_TIME: Duration = Duration::from_secs(20);

/// Decoding must be at least this many times faster than playback.
pub(super) const SLOWEST_SPEED: u32 = 30;

/// Number of requests that may wait, per recording that is being decoded.
const WAITING: usize = 8;

/// Limits of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AudioLimits {
    /// Maximum length of a recording.
    pub longest: Duration,
    /// Maximum time for decoding.
    pub time: Duration,
}

impl AudioLimits {
    /// Limits for recordings of at most this length.
    #[must_use]
    pub fn new(longest: Duration) -> Self {
        Self { longest, time: LEAST_TIME.max(longest / SLOWEST_SPEED) }
    }
}

/// Decodes a whole recording to [`RECOGNISED_RATE`] in this process, on the calling thread. Only for trusted
/// recordings; use [`AudioDecoder`] for untrusted ones.
///
/// # Errors
/// If the recording is empty, unsupported, damaged or too long. The text is meant for the user who sent it.
pub fn decode(bytes: impl Into<Bytes>, limits: AudioLimits) -> Result<Pcm, AudioError> {
    let mut samples = Vec::new();
    let mut heard = |block: &mut Vec<i16>| {
        samples.append(block);
        true
    };
    let work = AssertUnwindSafe(|| whole(&bytes.into(), limits, &mut heard));
    catch_unwind(work).unwrap_or(Err(AudioError::Damaged))?;
    Ok(Pcm { rate: RECOGNISED_RATE, samples })
}

/// Decodes recordings in child processes, a few at a time.
#[derive(Debug, Clone)]
pub struct AudioDecoder {
    worker: AudioWorker,
    limits: AudioLimits,
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

impl AudioDecoder {
    /// Decodes at most `at_once` recordings at a time. Eight times as many may wait.
    #[must_use]
    pub fn new(worker: AudioWorker, limits: AudioLimits, at_once: usize) -> Self {
        let at_once = at_once.clamp(1, 1_024);
        Self {
            worker,
            limits,
            running: Arc::new(Semaphore::new(at_once)),
            admitted: Arc::new(Semaphore::new(at_once * (1 + WAITING))),
        }
    }

    /// Decodes a whole recording to [`RECOGNISED_RATE`]. The format is detected from the content. Of a truncated or
    /// damaged recording, the decodable parts are returned; of several joined ones, all. Dropping the future kills the
    /// child.
    ///
    /// # Errors
    /// If the recording is empty, unsupported, damaged, or exceeds a limit; the text is meant for the user who sent it.
    /// [`AudioError::Busy`] if too many requests are waiting.
    pub async fn decode(&self, bytes: impl Into<Bytes>) -> Result<Pcm, AudioError> {
        let bytes = bytes.into();
        let _admitted = self.admitted.try_acquire().map_err(|_| AudioError::Busy)?;
        // What is no recording needs no child.
        kind(&bytes)?;
        let _running = self.running.acquire().await.map_err(|_| AudioError::Busy)?;
        self.worker.whole(bytes, self.limits).await
    }
}

/// How decoding ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The whole recording was decoded.
    Complete,
    /// The listener stopped it.
    Abandoned,
}

/// Decodes a whole recording. `heard` gets the samples as they are decoded, empties the vector, and returns whether to
/// continue.
///
/// # Errors
/// If the recording is empty, unsupported, damaged or too long. Some samples may have been passed on before.
pub(super) fn whole(
    bytes: &Bytes,
    limits: AudioLimits,
    heard: &mut impl FnMut(&mut Vec<i16>) -> bool,
) -> Result<Outcome, AudioError> {
    let began = Instant::now();
    let (kind, bytes) = kind(bytes)?;
    let most = samples_in(limits.longest, RECOGNISED_RATE);
    let mut conversion = Conversion::default();
    let (mut length, mut failure, mut is_damaged) = (0, None, false);
    for bytes in joined::recordings(kind, &bytes) {
        let mut recording = match Recording::open(kind, source(kind, bytes)) {
            Ok(recording) => recording,
            Err(error) => {
                failure.get_or_insert(error);
                continue;
            }
        };
        while let Some(block) = recording.next()? {
            conversion.push(&block)?;
            length += conversion.samples.len();
            if length > most {
                return Err(AudioError::TooLong { limit: limits.longest });
            }
            if began.elapsed() > limits.time {
                return Err(AudioError::TookTooLong);
            }
            if !conversion.samples.is_empty() && !heard(&mut conversion.samples) {
                return Ok(Outcome::Abandoned);
            }
        }
        is_damaged |= recording.is_damaged();
    }
    conversion.finish();
    length += conversion.samples.len();
    match failure {
        _ if length > most => Err(AudioError::TooLong { limit: limits.longest }),
        _ if length > 0 => Ok(if heard(&mut conversion.samples) { Outcome::Complete } else { Outcome::Abandoned }),
        Some(error) => Err(error),
        None if is_damaged => Err(AudioError::Damaged),
        None => Err(AudioError::Empty),
    }
}

/// The format of a recording, and the recording without a leading tag.
fn kind(bytes: &Bytes) -> Result<(RecordingKind, Bytes), AudioError> {
    if bytes.is_empty() {
        return Err(AudioError::Empty);
    }
    let bytes = bytes.slice(sniff::tag_length(bytes).min(bytes.len())..);
    let kind = sniff::kind(head(&bytes)).ok_or(AudioError::Unsupported)?;
    Ok((kind, bytes))
}

/// A source that suits the format.
fn source(kind: RecordingKind, bytes: Bytes) -> Box<dyn MediaSource> {
    match kind {
        // Their headers may stand at the end.
        RecordingKind::Aiff => Box::new(Cursor::new(bytes)),
        RecordingKind::Mp4 => Box::new(Cursor::new(mp4::mended(bytes))),
        RecordingKind::Wav => {
            let mut start = head(&bytes).to_vec();
            wav::mend(&mut start, Some(bytes.len() as u64));
            let rest = bytes.slice(start.len()..);
            Box::new(ReadOnlySource::new(Cursor::new(start).chain(Cursor::new(rest))))
        }
        // The others are read as they would arrive: whatever their headers say about their lengths
        // and indexes is not needed, and is wrong in what was cut off.
        _ => Box::new(ReadOnlySource::new(Cursor::new(bytes))),
    }
}

fn head(bytes: &[u8]) -> &[u8] {
    bytes.get(..SNIFFED).unwrap_or(bytes)
}

/// Converts blocks of any rate to [`RECOGNISED_RATE`].
#[derive(Default)]
pub(super) struct Conversion {
    current: Option<(u32, Resampling)>,
    /// The converted samples.
    pub(super) samples: Vec<i16>,
}

impl Conversion {
    /// Converts a block. If its rate differs from that of the previous block, a new recording begins.
    ///
    /// # Errors
    /// [`AudioError::Unsupported`] for rates outside the supported range.
    pub(super) fn push(&mut self, block: &Block<'_>) -> Result<(), AudioError> {
        if block.samples.is_empty() {
            return Ok(());
        }
        match &mut self.current {
            Some((rate, resampling)) if *rate == block.rate => resampling.push(block.samples, &mut self.samples),
            _ => {
                self.finish();
                let mut resampling = Resampling::new(block.rate, RECOGNISED_RATE)?;
                resampling.push(block.samples, &mut self.samples);
                self.current = Some((block.rate, resampling));
            }
        }
        Ok(())
    }

    /// Converts the remaining samples.
    pub(super) fn finish(&mut self) {
        if let Some((_, mut resampling)) = self.current.take() {
            resampling.finish(&mut self.samples);
        }
    }
}
