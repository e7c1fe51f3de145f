//! A whole recording at once.

use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use symphonia::core::io::{MediaSource, ReadOnlySource};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::recording::{Block, Recording};
use super::resampling::Resampling;
use super::sniff::{self, Kind, SNIFFED};
use super::{AudioError, Pcm, RECOGNISED_RATE, samples_in, wav};

/// The shortest time that is given to decoding; nobody waits longer for a short recording.
const LEAST_TIME: Duration = Duration::from_secs(20);

/// How many times faster than it sounds a recording must at least be decoded.
const SLOWEST_SPEED: u32 = 30;

/// Requests that may wait, for each that is being decoded.
const WAITING: usize = 8;

/// How much of a recording is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AudioLimits {
    /// The longest recording that is taken.
    pub longest: Duration,
    /// How long decoding may take.
    pub time: Duration,
}

impl AudioLimits {
    /// For recordings of at most this length.
    #[must_use]
    pub fn new(longest: Duration) -> Self {
        Self { longest, time: LEAST_TIME.max(longest / SLOWEST_SPEED) }
    }
}

/// Decodes a whole recording to [`RECOGNISED_RATE`]. Its format is told by its content. Of one that
/// ends early or is damaged in places, what can be decoded is given. The calling thread works for
/// as long as it takes: see [`AudioDecoder`].
///
/// # Errors
/// [`AudioError`], in words for the person who sent it.
pub fn decode(bytes: impl Into<Bytes>, limits: AudioLimits) -> Result<Pcm, AudioError> {
    decode_until(&bytes.into(), limits, &CancellationToken::new())
}

/// Decodes recordings on threads where they may take their time, a few at once.
#[derive(Debug, Clone)]
pub struct AudioDecoder {
    limits: AudioLimits,
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

impl AudioDecoder {
    /// For so many recordings at once; eight times as many may wait.
    #[must_use]
    pub fn new(limits: AudioLimits, at_once: usize) -> Self {
        let at_once = at_once.clamp(1, 1_024);
        Self {
            limits,
            running: Arc::new(Semaphore::new(at_once)),
            admitted: Arc::new(Semaphore::new(at_once * (1 + WAITING))),
        }
    }

    /// Decodes one: see [`decode()`]. Dropping the future stops the work.
    ///
    /// # Errors
    /// [`AudioError`]; [`AudioError::Busy`] where too many wait already.
    pub async fn decode(&self, bytes: impl Into<Bytes>) -> Result<Pcm, AudioError> {
        let bytes = bytes.into();
        let _place = self.admitted.try_acquire().map_err(|_| AudioError::Busy)?;
        let permit = Arc::clone(&self.running).acquire_owned().await.map_err(|_| AudioError::Busy)?;
        let (limits, cancel) = (self.limits, CancellationToken::new());
        let _stop = cancel.clone().drop_guard();
        let work = tokio::task::spawn_blocking(move || {
            // Held by the work itself: it goes on for a moment after its caller has gone.
            let _permit = permit;
            decode_until(&bytes, limits, &cancel)
        });
        work.await.unwrap_or(Err(AudioError::Damaged))
    }
}

fn decode_until(bytes: &Bytes, limits: AudioLimits, cancel: &CancellationToken) -> Result<Pcm, AudioError> {
    if bytes.is_empty() {
        return Err(AudioError::Empty);
    }
    // A parser that panics on a malformed recording must not take its caller along.
    catch_unwind(AssertUnwindSafe(|| convert(bytes, limits, cancel))).unwrap_or(Err(AudioError::Damaged))
}

fn convert(bytes: &Bytes, limits: AudioLimits, cancel: &CancellationToken) -> Result<Pcm, AudioError> {
    let began = Instant::now();
    let (kind, source) = source(bytes)?;
    let mut recording = Recording::open(kind, source)?;
    let mut conversion = Conversion::default();
    let most = samples_in(limits.longest, RECOGNISED_RATE);
    while let Some(block) = recording.next()? {
        conversion.push(&block)?;
        if conversion.samples.len() > most {
            return Err(AudioError::TooLong { limit: limits.longest });
        }
        if began.elapsed() > limits.time || cancel.is_cancelled() {
            return Err(AudioError::TookTooLong);
        }
    }
    conversion.finish();
    if conversion.samples.is_empty() {
        return Err(if recording.is_damaged() { AudioError::Damaged } else { AudioError::Empty });
    }
    Ok(Pcm { rate: RECOGNISED_RATE, samples: conversion.samples })
}

/// What the bytes are, and a way to read them that suits it.
fn source(bytes: &Bytes) -> Result<(Kind, Box<dyn MediaSource>), AudioError> {
    let bytes = bytes.slice(sniff::tag_length(bytes).min(bytes.len())..);
    let kind = sniff::kind(head(&bytes)).ok_or(AudioError::Unsupported)?;
    let source: Box<dyn MediaSource> = match kind {
        // Their headers may stand at the end.
        Kind::Mp4 | Kind::Aiff => Box::new(Cursor::new(bytes)),
        Kind::Wav => {
            let mut start = head(&bytes).to_vec();
            wav::mend(&mut start, Some(bytes.len() as u64));
            let rest = bytes.slice(start.len()..);
            Box::new(ReadOnlySource::new(Cursor::new(start).chain(Cursor::new(rest))))
        }
        // The others are read as they would arrive: whatever their headers say about their lengths
        // and indexes is not needed, and is wrong in what was cut off.
        _ => Box::new(ReadOnlySource::new(Cursor::new(bytes))),
    };
    Ok((kind, source))
}

fn head(bytes: &[u8]) -> &[u8] {
    bytes.get(..SNIFFED).unwrap_or(bytes)
}

/// From blocks of any rate to [`RECOGNISED_RATE`].
#[derive(Default)]
pub(super) struct Conversion {
    current: Option<(u32, Resampling)>,
    /// What has been converted.
    pub(super) samples: Vec<i16>,
}

impl Conversion {
    /// Converts a block. Where its rate differs from the last one's, another recording follows.
    ///
    /// # Errors
    /// [`AudioError::Unsupported`] for rates that no recording has.
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

    /// Converts what still waits for more.
    pub(super) fn finish(&mut self) {
        if let Some((_, mut resampling)) = self.current.take() {
            resampling.finish(&mut self.samples);
        }
    }
}
