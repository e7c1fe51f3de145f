//! eSpeak NG, offline, as a process for each utterance.

use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;

use super::{NAME, Synthesizer, Utterance};
use crate::program::{self, ProgramError, ProgramLimits};
use crate::provider::{ProviderError, ProviderFailure};
use crate::speech::audio::Pcm;

const PROGRAM: &str = "espeak-ng";
/// Bytes of address space: its voices and dictionaries are small.
const MEMORY: u64 = 512 * 1024 * 1024;
/// Bytes of sound that one utterance may have: twenty minutes.
const OUTPUT: u64 = 64 * 1024 * 1024;
/// Words a minute at usual speed.
const WORDS_A_MINUTE: f32 = 160.0;
/// Samples a second that it speaks with, where its header does not say.
const USUAL_RATE: u32 = 22_050;

/// Part of what it says of a voice that it does not have.
const NO_SUCH_VOICE: &str = "voice does not exist";

/// eSpeak NG.
#[derive(Debug)]
pub struct Espeak {
    voice: String,
    limits: ProgramLimits,
}

impl Espeak {
    /// Speaks with `voice` where none is asked for; one utterance may take `time`.
    #[must_use]
    pub fn new(voice: String, time: Duration) -> Self {
        Self { voice, limits: ProgramLimits { time, memory: MEMORY, output: OUTPUT } }
    }

    async fn speak(&self, utterance: Utterance) -> Result<Pcm, ProviderError> {
        // Voices of other providers have other names: a client need not know which one is at work.
        let voice = utterance.voice.filter(|voice| is_voice(voice)).unwrap_or_else(|| self.voice.clone());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "80 to 320")]
        let speed = (WORDS_A_MINUTE * utterance.speed.clamp(0.5, 2.0)).round() as u32;
        let speed = speed.to_string();
        let args = ["--stdout", "-b", "1", "-v", voice.as_str(), "-s", speed.as_str()];
        let wav = program::run(PROGRAM, &args, utterance.text.as_bytes(), self.limits).await.map_err(failure)?;
        samples(&wav).ok_or_else(|| ProviderError::unavailable(NAME, "espeak-ng wrote no sound"))
    }
}

impl Synthesizer for Espeak {
    fn name(&self) -> &'static str {
        PROGRAM
    }

    fn synthesize(&self, utterance: Utterance) -> BoxFuture<'_, Result<Pcm, ProviderError>> {
        self.speak(utterance).boxed()
    }
}

/// Names of its voices: a language, and perhaps a variant ("en-us+f3").
fn is_voice(name: &str) -> bool {
    let mut parts = name.split('+');
    let language = parts.next().unwrap_or_default();
    let known = (2..=20).contains(&language.len())
        && language.chars().all(|c| c.is_ascii_lowercase() || c == '-')
        && !language.starts_with('-');
    let variant = parts.next().is_none_or(|variant| {
        (1..=16).contains(&variant.len()) && variant.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    });
    known && variant && parts.next().is_none()
}

/// The samples of a WAV file that was written to a pipe: its header does not know how long it is.
fn samples(wav: &[u8]) -> Option<Pcm> {
    if !wav.starts_with(b"RIFF") {
        return None;
    }
    let data = wav.windows(4).take(256).position(|window| window == b"data")?;
    let rate = wav.get(24..28).and_then(|bytes| bytes.try_into().ok()).map_or(USUAL_RATE, u32::from_le_bytes);
    let samples = wav.get(data + 8..)?.as_chunks::<2>().0.iter().map(|pair| i16::from_le_bytes(*pair)).collect();
    Some(Pcm { rate, samples })
}

fn failure(error: ProgramError) -> ProviderError {
    let failure = match error {
        ProgramError::Missing(_) => ProviderFailure::NotConfigured {
            code: "speech_synthesizer_not_installed",
            advice: "Nothing can be read aloud: espeak-ng is not installed. Install it (scripts/dev does), or set \
                     TEXT_TO_SPEECH."
                .to_owned(),
        },
        ProgramError::TookTooLong(_) => ProviderFailure::Timeout,
        ProgramError::Failed(_, ref complaint) if complaint.contains(NO_SUCH_VOICE) => {
            ProviderFailure::Rejected(Box::new(error))
        }
        error => ProviderFailure::Unavailable(Box::new(error)),
    };
    ProviderError::new(NAME, failure)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn utterance(text: &str, speed: f32) -> Utterance {
        Utterance { text: text.to_owned(), voice: None, speed }
    }

    #[tokio::test]
    async fn it_speaks_and_faster_when_asked() {
        if !program::is_installed(PROGRAM) {
            eprintln!("skipped: {PROGRAM} is not installed");
            return;
        }
        let espeak = Espeak::new("en-us".to_owned(), Duration::from_secs(20));
        let text = "Tighten the pump flange bolts to forty-nine newton metres.";
        let usual = espeak.synthesize(utterance(text, 1.0)).await.unwrap();
        let fast = espeak.synthesize(utterance(text, 1.6)).await.unwrap();
        assert!(usual.duration() > Duration::from_secs(2) && usual.duration() < Duration::from_secs(8));
        assert!(fast.duration() < usual.duration().mul_f32(0.8), "{:?} {:?}", fast.duration(), usual.duration());
        assert!(crate::speech::endpointing::voiced(&usual.resampled(16_000)));
    }

    #[tokio::test]
    async fn what_looks_like_an_option_is_read_out() {
        if !program::is_installed(PROGRAM) {
            eprintln!("skipped: {PROGRAM} is not installed");
            return;
        }
        let espeak = Espeak::new("en-us".to_owned(), Duration::from_secs(20));
        let odd =
            Utterance { text: "--help <voice name='x'>".to_owned(), voice: Some("-w/tmp/x".to_owned()), speed: 1.0 };
        assert!(!espeak.synthesize(odd).await.unwrap().samples.is_empty());
    }

    #[test]
    fn names_of_voices_are_strict() {
        for name in ["en-us", "de", "en-gb-scotland+f3", "en+klatt2"] {
            assert!(is_voice(name), "{name}");
        }
        for name in ["", "e", "alloy voice", "../x", "-v", "en-us+", "en+f3+f4", "EN", "en-us;ls"] {
            assert!(!is_voice(name), "{name}");
        }
    }
}
