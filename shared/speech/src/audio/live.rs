//! Decodes recordings while they arrive from a client.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::Stream;
use tokio::io::AsyncWriteExt;
use tokio::process::ChildStdin;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::Instant;

use super::arriving::too_long;
use super::decode::Conversion;
use super::recording::Block;
use super::resampling::Resampling;
use super::sniff;
use super::worker::{AudioWorker, Process};
use super::{AudioError, RECOGNISED_RATE, samples_in};

/// Number of decoded blocks, of about 20 milliseconds, that may wait for the listener.
const BLOCKS: usize = 64;

/// Maximum lifetime of a child.
const AT_MOST_OPEN: Duration = Duration::from_hours(24);

/// The format of arriving sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiveFormat {
    /// Signed 16-bit little-endian mono samples at this rate in hertz, without a container.
    Raw(u32),
    /// One recording in pieces, from its first byte: `WebM`, Ogg, WAV, FLAC or fragmented MP4, as browsers record it.
    /// The format is detected from the content.
    Recording,
}

type DecodedBlock = Result<Vec<i16>, AudioError>;

/// The side that takes arriving bytes. Dropping it ends the sound.
#[derive(Debug)]
pub struct LiveDecoder(Input);

/// The listener's side: a stream of blocks of samples at [`RECOGNISED_RATE`], as soon as they are decoded. It ends
/// after the first error. Dropping it stops decoding.
#[derive(Debug)]
pub struct LiveSound(mpsc::Receiver<DecodedBlock>);

enum Input {
    Raw(Raw),
    /// The first bytes, until the format is known.
    Start {
        start: BytesMut,
        out: mpsc::Sender<DecodedBlock>,
        longest: Duration,
        worker: AudioWorker,
    },
    /// The input of the child.
    Running(ChildStdin),
    Ended,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Raw(_) => "Raw",
            Self::Start { .. } => "Start",
            Self::Running(_) => "Running",
            Self::Ended => "Ended",
        })
    }
}

impl LiveDecoder {
    /// A decoder for at most `longest` of sound; after that, [`AudioError::TooLong`] follows. Raw samples are processed
    /// in this process, since nothing in them can demand memory. Recordings are decoded by a child of `worker` that
    /// lives until their end.
    ///
    /// # Errors
    /// [`AudioError::Unsupported`] for raw samples at a rate outside the supported range.
    pub fn new(format: LiveFormat, longest: Duration, worker: &AudioWorker) -> Result<(Self, LiveSound), AudioError> {
        let (out, heard) = mpsc::channel(BLOCKS);
        let input = match format {
            LiveFormat::Raw(rate) => Input::Raw(Raw::new(rate, out, samples_in(longest, RECOGNISED_RATE))?),
            LiveFormat::Recording => Input::Start { start: BytesMut::new(), out, longest, worker: worker.clone() },
        };
        Ok((Self(input), LiveSound(heard)))
    }

    /// Takes the next piece, after waiting until earlier pieces are decoded. The listener gets decoding errors. Pieces
    /// after an error, or after the listener has gone, are dropped.
    pub async fn push(&mut self, piece: Bytes) {
        match &mut self.0 {
            Input::Raw(raw) => {
                if !raw.push(&piece).await {
                    self.0 = Input::Ended;
                }
            }
            Input::Start { start, .. } => {
                start.extend_from_slice(&piece);
                if start.len() >= sniff::MAGIC {
                    self.begin().await;
                }
            }
            Input::Running(stdin) => {
                if stdin.write_all(&piece).await.is_err() {
                    self.0 = Input::Ended;
                }
            }
            Input::Ended => {}
        }
    }

    /// Ends the recording. Remaining pieces are decoded, and then the listener's stream ends.
    pub async fn finish(mut self) {
        match std::mem::replace(&mut self.0, Input::Ended) {
            Input::Raw(mut raw) => raw.finish().await,
            Input::Start { start, out, .. } if !start.is_empty() => {
                let _ = out.send(Err(AudioError::Unsupported)).await;
            }
            Input::Start { .. } | Input::Running(_) | Input::Ended => {}
        }
    }

    /// Starts the child for the detected format.
    async fn begin(&mut self) {
        let Input::Start { start, out, longest, worker } = std::mem::replace(&mut self.0, Input::Ended) else { return };
        if sniff::magic(&start).is_none() {
            let _ = out.send(Err(AudioError::Unsupported)).await;
            return;
        }
        match worker.live(longest) {
            Ok((process, mut stdin, permit)) => {
                tokio::spawn(listen(process, permit, out));
                if stdin.write_all(&start).await.is_ok() {
                    self.0 = Input::Running(stdin);
                }
            }
            Err(error) => drop(out.send(Err(error)).await),
        }
    }
}

impl Stream for LiveSound {
    type Item = Result<Vec<i16>, AudioError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

/// Forwards the output of a child until it ends or the listener goes.
async fn listen(mut process: Process, _permit: OwnedSemaphorePermit, out: mpsc::Sender<DecodedBlock>) {
    // Somebody may be silent for as long as the microphone is open.
    let until = Instant::now() + AT_MOST_OPEN;
    loop {
        let heard = tokio::select! {
            heard = process.next(until) => heard,
            () = out.closed() => return,
        };
        let (block, is_last) = match heard {
            Ok(Some(block)) => (Ok(block), false),
            Ok(None) => return,
            Err(error) => (Err(error), true),
        };
        if out.send(block).await.is_err() || is_last {
            return;
        }
    }
}

/// Raw samples, which need no child.
struct Raw {
    rate: u32,
    /// The first half of a sample that was split between two pieces.
    half: Option<u8>,
    conversion: Conversion,
    out: mpsc::Sender<DecodedBlock>,
    length: usize,
    most: usize,
}

impl Raw {
    fn new(rate: u32, out: mpsc::Sender<DecodedBlock>, most: usize) -> Result<Self, AudioError> {
        Resampling::new(rate, RECOGNISED_RATE)?;
        Ok(Self { rate, half: None, conversion: Conversion::default(), out, length: 0, most })
    }

    /// Returns whether to continue.
    async fn push(&mut self, bytes: &[u8]) -> bool {
        let mut samples = Vec::with_capacity(bytes.len() / 2 + 1);
        for &byte in bytes {
            match self.half.take() {
                Some(low) => samples.push(f32::from(i16::from_le_bytes([low, byte])) / 32_768.0),
                None => self.half = Some(byte),
            }
        }
        let block = Block { rate: self.rate, samples: &samples };
        // A resampler that panics must not take the connection along.
        let converted = catch_unwind(AssertUnwindSafe(|| self.conversion.push(&block)));
        if let Err(error) = converted.unwrap_or(Err(AudioError::Damaged)) {
            let _ = self.out.send(Err(error)).await;
            return false;
        }
        self.send().await
    }

    async fn finish(&mut self) {
        if catch_unwind(AssertUnwindSafe(|| self.conversion.finish())).is_ok() {
            self.send().await;
        }
    }

    async fn send(&mut self) -> bool {
        let block = std::mem::take(&mut self.conversion.samples);
        self.length += block.len();
        if self.length > self.most {
            let _ = self.out.send(Err(too_long(self.most))).await;
            return false;
        }
        block.is_empty() || self.out.send(Ok(block)).await.is_ok()
    }
}

#[cfg(test)]
mod tests;
