//! A recording while it still arrives.

mod arriving;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::Stream;
use symphonia::core::io::ReadOnlySource;
use tokio::sync::mpsc;

use self::arriving::Arriving;
use super::decode::Conversion;
use super::recording::{Block, Recording};
use super::resampling::Resampling;
use super::sniff::{self, Kind};
use super::{AudioError, RECOGNISED_RATE, samples_in, wav};

/// Pieces of a recording that may wait to be decoded.
const PIECES: usize = 16;

/// Decoded blocks, of 20 milliseconds or so, that may wait to be heard.
const BLOCKS: usize = 64;

/// What arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiveFormat {
    /// Signed 16-bit little-endian samples of one channel and nothing else, at this rate in hertz.
    Raw(u32),
    /// One recording in pieces, from its first byte on: `WebM`, Ogg, WAV, FLAC or fragmented MP4, as
    /// a browser's recorder cuts it. Which, is told by its content.
    Recording,
}

type Heard = Result<Vec<i16>, AudioError>;

/// The side that takes what arrives. Dropping it ends the sound.
#[derive(Debug)]
pub struct LiveDecoder(Input);

/// The side that is listened to: blocks of samples at [`RECOGNISED_RATE`], as soon as they can be
/// decoded. Ends after the first error. Dropping it ends the work.
#[derive(Debug)]
pub struct LiveSound(mpsc::Receiver<Heard>);

enum Input {
    Raw(Raw),
    /// The start, until it can be told what it is.
    Start {
        start: BytesMut,
        out: mpsc::Sender<Heard>,
        most: usize,
    },
    Running(mpsc::Sender<Bytes>),
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
    /// For sound of at most this length; longer sound ends with [`AudioError::TooLong`].
    ///
    /// # Errors
    /// [`AudioError::Unsupported`] for raw samples at a rate that no microphone has.
    pub fn new(format: LiveFormat, longest: Duration) -> Result<(Self, LiveSound), AudioError> {
        let (out, heard) = mpsc::channel(BLOCKS);
        let most = samples_in(longest, RECOGNISED_RATE);
        let input = match format {
            LiveFormat::Raw(rate) => Input::Raw(Raw::new(rate, out, most)?),
            LiveFormat::Recording => Input::Start { start: BytesMut::new(), out, most },
        };
        Ok((Self(input), LiveSound(heard)))
    }

    /// Takes the next piece; waits while those before it are not yet heard. What cannot be decoded
    /// is told to the listener, and what comes after it or after the listener has gone is dropped.
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
            Input::Running(pieces) => {
                if pieces.send(piece).await.is_err() {
                    self.0 = Input::Ended;
                }
            }
            Input::Ended => {}
        }
    }

    /// Nothing follows: what still waits is decoded, and then the listener's stream ends.
    pub async fn finish(mut self) {
        match std::mem::replace(&mut self.0, Input::Ended) {
            Input::Raw(mut raw) => raw.finish().await,
            Input::Start { start, out, .. } if !start.is_empty() => {
                let _ = out.send(Err(AudioError::Unsupported)).await;
            }
            Input::Start { .. } | Input::Running(_) | Input::Ended => {}
        }
    }

    /// Starts the thread that decodes what the start says it is.
    async fn begin(&mut self) {
        let Input::Start { mut start, out, most } = std::mem::replace(&mut self.0, Input::Ended) else { return };
        let Some(kind) = sniff::magic(&start) else {
            let _ = out.send(Err(AudioError::Unsupported)).await;
            return;
        };
        if kind == Kind::Wav {
            wav::mend(&mut start, None);
        }
        let (pieces, feed) = mpsc::channel(PIECES);
        let arriving = Arriving::new(start.freeze(), feed);
        let listener = out.clone();
        // A thread of its own: it waits for what arrives for as long as somebody speaks.
        let thread = thread::Builder::new().name("live-sound".to_owned());
        match thread.spawn(move || run(kind, arriving, &listener, most)) {
            Ok(_) => self.0 = Input::Running(pieces),
            Err(_) => {
                let _ = out.send(Err(AudioError::Busy)).await;
            }
        }
    }
}

impl Stream for LiveSound {
    type Item = Result<Vec<i16>, AudioError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

/// The thread's life: until nothing arrives any more, or nobody listens.
fn run(kind: Kind, arriving: Arriving, out: &mpsc::Sender<Heard>, most: usize) {
    let work = AssertUnwindSafe(|| decode(kind, arriving, out, most));
    if let Err(error) = catch_unwind(work).unwrap_or(Err(AudioError::Damaged)) {
        let _ = out.blocking_send(Err(error));
    }
}

fn decode(kind: Kind, arriving: Arriving, out: &mpsc::Sender<Heard>, most: usize) -> Result<(), AudioError> {
    let mut recording = Recording::open(kind, Box::new(ReadOnlySource::new(arriving)))?;
    let mut conversion = Conversion::default();
    let mut length = 0;
    while let Some(block) = recording.next()? {
        conversion.push(&block)?;
        length += conversion.samples.len();
        if length > most {
            return Err(too_long(most));
        }
        if !conversion.samples.is_empty() && out.blocking_send(Ok(std::mem::take(&mut conversion.samples))).is_err() {
            return Ok(());
        }
    }
    conversion.finish();
    if !conversion.samples.is_empty() {
        let _ = out.blocking_send(Ok(conversion.samples));
    } else if length == 0 && recording.is_damaged() {
        return Err(AudioError::Damaged);
    }
    Ok(())
}

fn too_long(most: usize) -> AudioError {
    let seconds = most as u64 / u64::from(RECOGNISED_RATE);
    AudioError::TooLong { limit: Duration::from_secs(seconds) }
}

/// Raw samples, which need no thread.
struct Raw {
    rate: u32,
    /// The first half of a sample that was cut in two.
    half: Option<u8>,
    conversion: Conversion,
    out: mpsc::Sender<Heard>,
    length: usize,
    most: usize,
}

impl Raw {
    fn new(rate: u32, out: mpsc::Sender<Heard>, most: usize) -> Result<Self, AudioError> {
        Resampling::new(rate, RECOGNISED_RATE)?;
        Ok(Self { rate, half: None, conversion: Conversion::default(), out, length: 0, most })
    }

    /// Whether more may come.
    async fn push(&mut self, bytes: &[u8]) -> bool {
        let mut samples = Vec::with_capacity(bytes.len() / 2 + 1);
        for &byte in bytes {
            match self.half.take() {
                Some(low) => samples.push(f32::from(i16::from_le_bytes([low, byte])) / 32_768.0),
                None => self.half = Some(byte),
            }
        }
        if let Err(error) = self.conversion.push(&Block { rate: self.rate, samples: &samples }) {
            let _ = self.out.send(Err(error)).await;
            return false;
        }
        self.send().await
    }

    async fn finish(&mut self) {
        self.conversion.finish();
        self.send().await;
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
