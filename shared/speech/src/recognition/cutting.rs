//! Cuts sound into pieces that a recogniser takes at once: at pauses, the sooner the longer a piece is.

use std::collections::VecDeque;
use std::time::Duration;

use crate::audio::RECOGNISED_RATE;
use crate::voice_activity::{FRAME, VoiceActivity};

/// The probability at which a frame begins speech.
const BEGIN: f32 = 0.5;
/// The probability at which a frame continues speech.
const GO_ON: f32 = 0.35;
/// Frames of sound before the voice that belong to a piece, so that its first consonant is not lost.
const BEFORE: usize = 12;
/// Frames of silence after the voice that belong to a piece.
const AFTER: usize = 6;
/// Frames of voice that a piece has at least. A click or a cough has fewer.
const LEAST_VOICE: usize = 4;
/// From how many frames on a piece ends after how many frames of silence. Words give each other context, so that a
/// short pause ends only what is long.
const PAUSES: [(usize, usize); 4] = [(0, 32), (380, 8), (620, 3), (870, 0)];

/// A piece of sound with speech.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    /// Its start in the whole sound, in samples.
    start: usize,
    /// Its samples, from -1 to 1.
    pub(super) samples: Vec<f32>,
    /// The number of its frames with voice.
    pub(super) voiced: usize,
}

impl Piece {
    /// Its start and its end in the whole sound.
    pub(super) fn times(&self) -> (Duration, Duration) {
        (time_of(self.start), time_of(self.start + self.samples.len()))
    }
}

/// Cuts one stream of sound.
#[derive(Debug)]
pub(super) struct Cutter {
    voice: VoiceActivity,
    /// Samples of an incomplete frame.
    waiting: Vec<i16>,
    /// Number of samples that were judged.
    judged: usize,
    /// The last frames before the voice, or the piece.
    frames: VecDeque<[i16; FRAME]>,
    /// Frames with voice in the piece; none while there is silence.
    voiced: usize,
    /// Frames of silence at the end of the piece.
    silent: usize,
}

impl Cutter {
    pub(super) fn new(voice: VoiceActivity) -> Self {
        Self { voice, waiting: Vec::new(), judged: 0, frames: VecDeque::new(), voiced: 0, silent: 0 }
    }

    /// Takes the next samples, and gives the pieces that they complete.
    pub(super) fn push(&mut self, samples: &[i16]) -> Vec<Piece> {
        self.waiting.extend_from_slice(samples);
        let waiting = std::mem::take(&mut self.waiting);
        let (frames, rest) = waiting.as_chunks::<FRAME>();
        let judgements = self.voice.judge(frames);
        self.waiting = rest.to_vec();
        frames.iter().zip(judgements).filter_map(|(frame, likely)| self.hear(frame, likely)).collect()
    }

    /// Ends the sound, and gives the piece that it ends with.
    pub(super) fn finish(&mut self) -> Option<Piece> {
        let mut last = [0; FRAME];
        let rest = std::mem::take(&mut self.waiting);
        last.iter_mut().zip(&rest).for_each(|(sample, heard)| *sample = *heard);
        let likely = self.voice.judge(&[last]).first().copied().unwrap_or_default();
        let ended = self.hear(&last, likely);
        ended.or_else(|| self.end())
    }

    /// The piece so far, if there is one.
    pub(super) fn so_far(&self) -> Option<Piece> {
        if self.voiced < LEAST_VOICE {
            return None;
        }
        let kept = self.frames.len() - self.silent.saturating_sub(AFTER);
        let samples = self.frames.iter().take(kept).flatten().map(|sample| f32::from(*sample) / 32_768.0).collect();
        Some(Piece { start: self.judged - self.frames.len() * FRAME, samples, voiced: self.voiced })
    }

    /// The frames with voice in the piece so far, and those of silence at its end.
    pub(super) fn voiced_and_silent(&self) -> (usize, usize) {
        (self.voiced, self.silent)
    }

    fn hear(&mut self, frame: &[i16; FRAME], likely: f32) -> Option<Piece> {
        self.frames.push_back(*frame);
        self.judged += FRAME;
        if self.voiced == 0 {
            if likely < BEGIN {
                self.frames.drain(..self.frames.len().saturating_sub(BEFORE));
                return None;
            }
            self.voiced = 1;
        } else if likely >= GO_ON {
            self.voiced += 1;
            self.silent = 0;
        } else {
            self.silent += 1;
        }
        let length = self.frames.len();
        let pause = PAUSES.iter().rev().find(|(from, _)| length >= *from).map_or(0, |(_, pause)| *pause);
        if self.silent >= pause { self.end() } else { None }
    }

    fn end(&mut self) -> Option<Piece> {
        let piece = self.so_far();
        (self.voiced, self.silent) = (0, 0);
        self.frames.drain(..self.frames.len().saturating_sub(BEFORE));
        piece
    }
}

fn time_of(samples: usize) -> Duration {
    let samples = u32::try_from(samples).unwrap_or(u32::MAX);
    Duration::from_secs(1) * samples / RECOGNISED_RATE
}

#[cfg(test)]
#[path = "cutting_tests.rs"]
mod tests;
