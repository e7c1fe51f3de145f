//! Splits a recording into utterances at its silences.

use std::time::Duration;

use super::protocol::MOST_SAMPLES;
use crate::audio::{Pcm, RECOGNISED_RATE};
use crate::endpointing::{Endpointer, Endpointing, SpeechEvent};

/// Number of samples per block: 16 milliseconds.
const BLOCK: usize = 256;
/// Settings for splitting. Shorter pauses belong to a sentence, whose words give each other context.
const CUTS: Endpointing = Endpointing {
    silence: Duration::from_millis(700),
    speech: Duration::from_millis(150),
    before: Duration::from_millis(300),
    longest: Duration::from_secs(18),
    begin: 0.8,
    go_on: 0.6,
};

/// A part of a recording with speech.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Utterance {
    /// Its start in the recording.
    pub(super) start: Duration,
    /// Its samples.
    pub(super) samples: Vec<i16>,
}

/// The utterances of a recording, in order; none if there is no speech.
pub(super) fn utterances(sound: &Pcm) -> Vec<Utterance> {
    let mut endpointer = Endpointer::new(CUTS);
    let mut found = UtteranceFinder::default();
    for block in sound.samples.chunks(BLOCK) {
        found.heard += block.len();
        found.take(endpointer.push(block));
    }
    found.take(endpointer.finish());
    found.utterances
}

#[derive(Default)]
struct UtteranceFinder {
    /// Number of processed samples.
    heard: usize,
    speaking: bool,
    utterances: Vec<Utterance>,
}

impl UtteranceFinder {
    fn take(&mut self, events: Vec<SpeechEvent>) {
        for event in events {
            match event {
                SpeechEvent::Started | SpeechEvent::Ended(_) => self.speaking = false,
                SpeechEvent::Sound(samples) => self.add(samples),
            }
        }
    }

    fn add(&mut self, samples: Vec<i16>) {
        match self.utterances.last_mut() {
            Some(current) if self.speaking && current.samples.len() + samples.len() <= MOST_SAMPLES => {
                current.samples.extend(samples);
            }
            _ => {
                // What is given ends with what was judged last.
                let start = time_of(self.heard.saturating_sub(samples.len()));
                self.utterances.push(Utterance { start, samples });
                self.speaking = true;
            }
        }
    }
}

fn time_of(samples: usize) -> Duration {
    let samples = u32::try_from(samples).unwrap_or(u32::MAX);
    Duration::from_secs(1) * samples / RECOGNISED_RATE
}
