//! Recognition while somebody is speaking.
//!
//! The model takes sound as a whole, so the sound so far is recognised again and again while more arrives: as often as
//! others leave room for it, and whenever the speaker pauses. Then the last attempt has usually heard all there is when
//! the pause turns out to be the end.

use std::time::{Duration, Instant};

use async_stream::try_stream;
use foundation::provider::ProviderError;
use futures::future::BoxFuture;
use futures::stream::{BoxStream, FuturesOrdered};
use futures::{FutureExt, StreamExt};

use super::super::cutting::{Cutter, Piece};
use super::super::{SpokenSegment, TranscriptEvent, whole};
use super::{Moonshine, Word, segment, text};
use crate::audio::RECOGNISED_RATE;

/// The longest sound in samples: two minutes. Utterances last a few seconds.
const MOST_SPOKEN: usize = 120 * RECOGNISED_RATE as usize;
/// Frames of voice that an attempt needs in addition to the one before.
const NEWS: usize = 8;
/// Frames of silence that make a pause.
const PAUSE: usize = 4;
/// Share of the time that attempts may take.
const SHARE: u32 = 2;

/// An attempt at the piece so far.
struct Attempt<'a> {
    heard: Heard,
    began: Instant,
    words: BoxFuture<'a, Result<Vec<Word>, ProviderError>>,
}

/// What an attempt has heard.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Heard {
    /// Frames with voice.
    voiced: usize,
    /// Whether the speaker paused then, so that trade words were looked for.
    paused: bool,
}

pub(super) fn listen<'a>(
    moonshine: &'a Moonshine,
    mut sound: BoxStream<'static, Vec<i16>>,
) -> BoxStream<'a, Result<TranscriptEvent, ProviderError>> {
    let events = try_stream! {
        let mut ear = Ear::new(moonshine, Cutter::new(moonshine.voice.listen()?));
        let mut heard = 0;
        let mut shown = String::new();
        loop {
            let next = tokio::select! {
                block = sound.next() => Next::Sound(block),
                progress = ear.progress() => Next::Progress(progress),
            };
            match next {
                Next::Sound(None) => break,
                Next::Sound(Some(block)) => {
                    heard += block.len();
                    if heard > MOST_SPOKEN {
                        Err(whole::too_long())?;
                    }
                    ear.push(&block);
                }
                Next::Progress(progress) => {
                    progress?;
                    let text = ear.text();
                    if text != shown && !text.is_empty() {
                        shown.clone_from(&text);
                        yield TranscriptEvent::Partial(text);
                    }
                }
            }
        }
        let segments = ear.finish().await?;
        let duration = Duration::from_secs(1) * u32::try_from(heard).unwrap_or(u32::MAX) / RECOGNISED_RATE;
        yield TranscriptEvent::Final(moonshine.transcript(segments, duration));
    };
    events.boxed()
}

/// What happens next while somebody is speaking.
enum Next {
    Sound(Option<Vec<i16>>),
    Progress(Result<(), ProviderError>),
}

/// What is heard and understood of one stream of sound.
struct Ear<'a> {
    moonshine: &'a Moonshine,
    cutter: Cutter,
    /// Pieces that are complete, and being recognised.
    pieces: FuturesOrdered<BoxFuture<'a, Result<Option<SpokenSegment>, ProviderError>>>,
    /// Pieces that are recognised.
    segments: Vec<SpokenSegment>,
    /// The attempt at the piece so far that is running.
    attempt: Option<Attempt<'a>>,
    /// The last attempt that has ended.
    last: (Heard, Vec<Word>),
    /// When the next attempt may begin.
    next: Instant,
}

impl<'a> Ear<'a> {
    fn new(moonshine: &'a Moonshine, cutter: Cutter) -> Self {
        Self {
            moonshine,
            cutter,
            pieces: FuturesOrdered::new(),
            segments: Vec::new(),
            attempt: None,
            last: (Heard::default(), Vec::new()),
            next: Instant::now(),
        }
    }

    fn push(&mut self, block: &[i16]) {
        for piece in self.cutter.push(block) {
            self.complete(piece);
        }
        self.try_so_far();
    }

    /// Begins an attempt, if there is news and room.
    fn try_so_far(&mut self) {
        let (voiced, silent) = self.cutter.voiced_and_silent();
        let heard = Heard { voiced, paused: silent >= PAUSE };
        let pauses = heard.paused && voiced > 0 && heard != self.last.0;
        let news = voiced >= self.last.0.voiced + NEWS && Instant::now() >= self.next;
        if self.attempt.is_some() || !(pauses || news) {
            return;
        }
        let Some(place) = self.moonshine.threads.free() else { return };
        if let Some(piece) = self.cutter.so_far() {
            let words = self.moonshine.recognise_in(place, piece.samples, heard.paused).boxed();
            self.attempt = Some(Attempt { heard, began: Instant::now(), words });
        }
    }

    /// Has a complete piece recognised, unless an attempt has heard or is hearing all of its voice.
    fn complete(&mut self, mut piece: Piece) {
        let times = piece.times();
        let all = Heard { voiced: piece.voiced, paused: true };
        let attempt = self.attempt.take().filter(|attempt| attempt.heard == all);
        let (heard, words) = std::mem::take(&mut self.last);
        let work: BoxFuture<'a, _> = if heard == all {
            futures::future::ready(Ok(words)).boxed()
        } else if let Some(attempt) = attempt {
            attempt.words
        } else {
            self.moonshine.recognise(std::mem::take(&mut piece.samples)).boxed()
        };
        self.pieces.push_back(work.map(move |words| Ok(segment(times, &words?))).boxed());
    }

    /// Waits until something more is understood.
    async fn progress(&mut self) -> Result<(), ProviderError> {
        tokio::select! {
            Some(segment) = self.pieces.next() => self.segments.extend(segment?),
            words = attempted(&mut self.attempt) => {
                let words = words?;
                if let Some(Attempt { heard, began, .. }) = self.attempt.take() {
                    self.next = Instant::now() + began.elapsed() * (SHARE - 1);
                    self.last = (heard, words);
                }
            }
        }
        Ok(())
    }

    /// The text so far.
    fn text(&self) -> String {
        let pieces = self.segments.iter().map(|segment| segment.text.clone());
        let texts: Vec<String> = pieces.chain([text(&self.last.1)]).filter(|text| !text.is_empty()).collect();
        texts.join(" ")
    }

    /// Recognises what is left.
    async fn finish(mut self) -> Result<Vec<SpokenSegment>, ProviderError> {
        if let Some(piece) = self.cutter.finish() {
            self.complete(piece);
        }
        while let Some(segment) = self.pieces.next().await {
            self.segments.extend(segment?);
        }
        Ok(self.segments)
    }
}

/// The words of the attempt; pending forever if there is none.
async fn attempted(attempt: &mut Option<Attempt<'_>>) -> Result<Vec<Word>, ProviderError> {
    match attempt {
        Some(attempt) => (&mut attempt.words).await,
        None => std::future::pending().await,
    }
}
