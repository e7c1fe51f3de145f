//! Endpointing: detects when a user begins and stops speaking.

mod unfinished;

use std::collections::VecDeque;
use std::time::Duration;

use foundation::provider::ProviderError;

pub use self::unfinished::is_unfinished;
use super::audio::{Pcm, RECOGNISED_RATE};
use super::voice_activity::{FRAME, VoiceActivity, VoiceModel};

/// How much longer the silence must be that ends an utterance whose last words ask for more.
const PATIENCE: u32 = 3;

/// Settings that separate utterances from other sound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Endpointing {
    /// The silence that ends an utterance.
    pub silence: Duration,
    /// The minimum voice that begins an utterance. A click is shorter.
    pub speech: Duration,
    /// The sound before the voice that belongs to the utterance, so that its first consonant is not lost.
    pub before: Duration,
    /// Maximum length of an utterance. Longer speech is split.
    pub longest: Duration,
    /// The least probability, from 0 to 1, at which a frame begins speech.
    pub begin: f32,
    /// The least probability at which a frame continues speech.
    pub go_on: f32,
}

impl Default for Endpointing {
    fn default() -> Self {
        Self {
            silence: Duration::from_millis(800),
            speech: Duration::from_millis(150),
            before: Duration::from_millis(300),
            longest: Duration::from_mins(1),
            begin: 0.5,
            go_on: 0.35,
        }
    }
}

/// An event in a stream of sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpeechEvent {
    /// Speech has begun.
    Started,
    /// Sound of the utterance at [`RECOGNISED_RATE`], in order and without gaps. The first block begins slightly before
    /// the voice.
    Sound(Vec<i16>),
    /// The utterance has ended.
    Ended(EndReason),
}

/// Why an utterance ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// Silence followed.
    Silence,
    /// It reached [`Endpointing::longest`].
    TooLong,
    /// The stream of sound ended.
    EndOfSound,
}

/// Detects utterances in one stream of sound.
pub struct Endpointer {
    settings: Endpointing,
    voice: VoiceActivity,
    /// Samples of an incomplete frame.
    waiting: Vec<i16>,
    state: State,
    unfinished: bool,
}

enum State {
    /// No speech: the last sound, and the number of recent voiced frames.
    Quiet { heard: VecDeque<i16>, voiced: usize },
    /// Speech: the number of frames, and of silent frames at its end.
    Speaking { frames: usize, silent: usize },
}

impl State {
    fn quiet() -> Self {
        Self::Quiet { heard: VecDeque::new(), voiced: 0 }
    }
}

impl std::fmt::Debug for Endpointer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpointer").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Endpointer {
    /// An endpointer for one stream of sound.
    #[must_use]
    pub fn new(settings: Endpointing, voice: VoiceActivity) -> Self {
        Self { settings, voice, waiting: Vec::new(), state: State::quiet(), unfinished: false }
    }

    /// Whether a user is speaking.
    #[must_use]
    pub fn is_speaking(&self) -> bool {
        matches!(self.state, State::Speaking { .. })
    }

    /// Sets whether the last words of the utterance so far ask for more (see [`is_unfinished`]). A longer silence ends
    /// it then.
    pub fn set_unfinished(&mut self, unfinished: bool) {
        self.unfinished = unfinished;
    }

    /// Processes the next samples at [`RECOGNISED_RATE`].
    pub fn push(&mut self, samples: &[i16]) -> Vec<SpeechEvent> {
        let mut events = Vec::new();
        self.waiting.extend_from_slice(samples);
        let waiting = std::mem::take(&mut self.waiting);
        let (frames, rest) = waiting.as_chunks::<FRAME>();
        for (frame, likely) in frames.iter().zip(self.voice.judge(frames)) {
            let threshold = if self.is_speaking() { self.settings.go_on } else { self.settings.begin };
            self.hear(frame, likely >= threshold, &mut events);
        }
        self.waiting = rest.to_vec();
        events
    }

    /// Ends the stream. An utterance that has begun ends here.
    pub fn finish(&mut self) -> Vec<SpeechEvent> {
        let mut events = Vec::new();
        let rest = std::mem::take(&mut self.waiting);
        if self.is_speaking() {
            add(&mut events, rest);
            events.push(SpeechEvent::Ended(EndReason::EndOfSound));
        }
        self.state = State::quiet();
        self.voice.reset();
        events
    }

    fn hear(&mut self, frame: &[i16], voice: bool, events: &mut Vec<SpeechEvent>) {
        let settings = self.settings;
        match &mut self.state {
            State::Quiet { heard, voiced } => {
                heard.extend(frame);
                // Voice may falter at its beginning, between a stop and its vowel.
                *voiced = if voice { *voiced + 1 } else { voiced.saturating_sub(1) };
                if *voiced >= frames_in(settings.speech) {
                    events.push(SpeechEvent::Started);
                    add(events, std::mem::take(heard).into());
                    self.state = State::Speaking { frames: frames_in(settings.speech), silent: 0 };
                } else {
                    // Twice the voice that is needed may pass until it is found.
                    let kept = (frames_in(settings.before) + 2 * frames_in(settings.speech)) * FRAME;
                    heard.drain(..heard.len().saturating_sub(kept));
                }
            }
            State::Speaking { frames, silent } => {
                add(events, frame.to_vec());
                *frames += 1;
                *silent = if voice { 0 } else { *silent + 1 };
                let silence = settings.silence * if self.unfinished { PATIENCE } else { 1 };
                let ending = if *silent >= frames_in(silence) {
                    EndReason::Silence
                } else if *frames >= frames_in(settings.longest) {
                    EndReason::TooLong
                } else {
                    return;
                };
                events.push(SpeechEvent::Ended(ending));
                self.state = State::quiet();
            }
        }
    }
}

/// Appends sound to a sound event at the end.
fn add(events: &mut Vec<SpeechEvent>, sound: Vec<i16>) {
    match events.last_mut() {
        Some(SpeechEvent::Sound(samples)) => samples.extend(sound),
        _ => events.push(SpeechEvent::Sound(sound)),
    }
}

fn frames_in(length: Duration) -> usize {
    let frames = length.as_millis() * u128::from(RECOGNISED_RATE) / 1_000 / FRAME as u128;
    usize::try_from(frames).unwrap_or(usize::MAX).max(1)
}

/// Whether a recording contains speech, by the same criteria as [`Endpointer`]. Silence and noise need no recogniser.
/// Recordings at other rates are resampled first.
///
/// # Errors
/// If the voice activity model is missing.
pub fn voiced(sound: &Pcm, model: &VoiceModel) -> Result<bool, ProviderError> {
    if sound.rate != RECOGNISED_RATE {
        return voiced(&sound.resampled(RECOGNISED_RATE), model);
    }
    let mut endpointer = Endpointer::new(Endpointing::default(), model.listen()?);
    Ok(sound.samples.chunks(FRAME * 32).any(|block| endpointer.push(block).contains(&SpeechEvent::Started)))
}

#[cfg(test)]
mod tests;
