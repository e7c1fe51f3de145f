//! Speech synthesis by eSpeak NG, offline, with one process per utterance.

mod voices;

use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;

use self::voices::{Voices, plain};
use super::piper::{clauses, pronounced};
use super::{NAME, Synthesizer, Utterance};
use crate::audio::Pcm;
use foundation::program::{self, ProgramError, ProgramLimits};
use foundation::provider::{ProviderError, ProviderFailure};

const PROGRAM: &str = "espeak-ng";
/// Address space in bytes. Its voices and dictionaries are small.
const MEMORY: u64 = 512 * 1024 * 1024;
/// Maximum sound of an utterance in bytes: twenty minutes.
const OUTPUT: u64 = 64 * 1024 * 1024;
/// Words per minute at normal speed.
const WORDS_A_MINUTE: f32 = 160.0;
/// Sample rate in hertz if the header does not name one.
const USUAL_RATE: u32 = 22_050;
/// Number of attempts per voice. On a busy machine it sometimes crashes on a text that works a moment later.
const TRIES: usize = 2;

/// Part of its error message for an unknown voice.
const NO_SUCH_VOICE: &str = "voice does not exist";

/// eSpeak NG with its default voice.
#[derive(Debug)]
pub struct Espeak {
    program: String,
    voice: String,
    limits: ProgramLimits,
    voices: Voices,
}

impl Espeak {
    /// Speaks with `voice` unless another known voice is requested. One utterance may take `time`.
    #[must_use]
    pub fn new(voice: String, time: Duration) -> Self {
        let limits = ProgramLimits { time, memory: MEMORY, output: OUTPUT };
        Self { program: PROGRAM.to_owned(), voice, limits, voices: Voices::default() }
    }

    /// Whether it has a voice of this name.
    pub(super) async fn has(&self, voice: Option<&str>) -> bool {
        match voice {
            Some(name) => self.voices.find(name, &self.program, self.limits).await.is_some(),
            None => false,
        }
    }

    /// How the text is pronounced: the phonemes of each clause, in IPA, with its mark.
    pub(super) async fn pronounce(&self, text: &str, voice: &str) -> Result<Vec<String>, ProviderError> {
        let clauses = clauses(text);
        let input = clauses.iter().map(|clause| clause.text.as_str()).collect::<Vec<_>>().join("\n\n");
        let args = ["-q", "--ipa", "-b", "1", "-v", voice];
        let mut tried = 0;
        let written = loop {
            tried += 1;
            match program::run(&self.program, &args, input.as_bytes(), self.limits).await {
                Err(ProgramError::Failed(_, complaint)) if tried < TRIES => {
                    tracing::warn!(voice, complaint, "a pronunciation failed");
                }
                outcome => break outcome.map_err(failure)?,
            }
        };
        Ok(pronounced(&clauses, &String::from_utf8_lossy(&written)))
    }

    async fn speak(&self, utterance: Utterance) -> Result<Pcm, ProviderError> {
        // Voices of other providers have other names: a client need not know which one is at work.
        let asked = match &utterance.voice {
            Some(name) => self.voices.find(name, &self.program, self.limits).await,
            None => None,
        };
        let mut voices: Vec<&str> =
            asked.iter().map(String::as_str).chain([&*self.voice, plain(&self.voice)]).collect();
        voices.dedup();
        let mut failed = None;
        for voice in voices.into_iter().flat_map(|voice| std::iter::repeat_n(voice, TRIES)) {
            match self.speak_with(voice, &utterance).await {
                Err(ProgramError::Failed(program, complaint)) if !complaint.contains(NO_SUCH_VOICE) => {
                    tracing::warn!(voice, complaint, "a voice failed");
                    failed = Some(ProgramError::Failed(program, complaint));
                }
                Ok(wav) => {
                    return samples(&wav).ok_or_else(|| ProviderError::unavailable(NAME, "espeak-ng wrote no sound"));
                }
                Err(error) => return Err(failure(error)),
            }
        }
        Err(failed.map_or_else(|| ProviderError::unavailable(NAME, "there is no voice"), failure))
    }

    async fn speak_with(&self, voice: &str, utterance: &Utterance) -> Result<Vec<u8>, ProgramError> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "80 to 320")]
        let speed = (WORDS_A_MINUTE * utterance.speed.clamp(0.5, 2.0)).round() as u32;
        let speed = speed.to_string();
        let args = ["--stdout", "-b", "1", "-v", voice, "-s", speed.as_str()];
        program::run(&self.program, &args, utterance.text.as_bytes(), self.limits).await
    }
}

impl Synthesizer for Espeak {
    fn synthesize(&self, utterance: Utterance) -> BoxFuture<'_, Result<Pcm, ProviderError>> {
        self.speak(utterance).boxed()
    }
}

/// The samples of a WAV file that was written to a pipe, whose header has no length.
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
    use foundation::need::{Needed, need};

    use super::*;
    use crate::test_support::{is_voiced, needed_voice_model};

    fn utterance(text: &str, speed: f32) -> Utterance {
        Utterance { text: text.to_owned(), voice: None, speed }
    }

    #[tokio::test]
    async fn it_speaks_and_faster_when_asked() {
        if need(Needed::Program(PROGRAM)).is_none() {
            return;
        }
        let espeak = Espeak::new("en-us".to_owned(), Duration::from_secs(20));
        let text = "Tighten the pump flange bolts to forty-nine newton metres.";
        let usual = espeak.synthesize(utterance(text, 1.0)).await.unwrap();
        let fast = espeak.synthesize(utterance(text, 1.6)).await.unwrap();
        assert!(usual.duration() > Duration::from_secs(2) && usual.duration() < Duration::from_secs(8));
        assert!(fast.duration() < usual.duration().mul_f32(0.8), "{:?} {:?}", fast.duration(), usual.duration());
        let Some(model) = needed_voice_model() else { return };
        assert!(is_voiced(&usual.resampled(16_000), &model));
    }

    #[tokio::test]
    async fn what_looks_like_an_option_is_read_out() {
        if need(Needed::Program(PROGRAM)).is_none() {
            return;
        }
        let espeak = Espeak::new("en-us".to_owned(), Duration::from_secs(20));
        let odd =
            Utterance { text: "--help <voice name='x'>".to_owned(), voice: Some("-w/tmp/x".to_owned()), speed: 1.0 };
        assert!(!espeak.synthesize(odd).await.unwrap().samples.is_empty());
    }

    #[tokio::test]
    async fn names_of_other_providers_are_spoken_with_the_usual_voice() {
        if need(Needed::Program(PROGRAM)).is_none() {
            return;
        }
        let espeak = Espeak::new("en-us".to_owned(), Duration::from_secs(20));
        let text = "Close the valve.";
        let usual = espeak.synthesize(utterance(text, 1.0)).await.unwrap();
        for name in ["alloy", "Alloy", "ALLOY", "nova", "Echo", "onyx", "shimmer", "xx-yy", "Joanna", "alloy+f3"] {
            let asked = Utterance { voice: Some(name.to_owned()), ..utterance(text, 1.0) };
            assert_eq!(espeak.synthesize(asked).await.unwrap(), usual, "{name}");
        }
        for name in ["de", "DE", "en-gb+f3"] {
            let asked = Utterance { voice: Some(name.to_owned()), ..utterance(text, 1.0) };
            assert_ne!(espeak.synthesize(asked).await.unwrap(), usual, "{name} is a voice of its own");
        }
    }

    /// A program in place of eSpeak NG. It crashes as long as the file "crashes" in its folder is not empty, removing a
    /// line each time, and records the requested voices.
    fn stand_in(folder: &std::path::Path, crashes: usize) -> Espeak {
        use std::os::unix::fs::PermissionsExt;
        let (program, folder) = (folder.join("espeak"), folder.display());
        let script = format!(
            r#"#!/bin/sh
case "$*" in *--voices*) printf 'Pty Language Age/Gender VoiceName File Other\n 5 de --/M German gmw/de\n'; exit;; esac
while [ "$1" != -v ]; do shift; done
echo "$2" >> {folder}/voices
if [ -s {folder}/crashes ]; then
    sed -i 1d {folder}/crashes
    echo "Unknown phoneme table: ''" >&2
    exit 139
fi
printf 'RIFF....WAVEfmt ................data....\1\0'
"#
        );
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::write(program.with_file_name("crashes"), "crash\n".repeat(crashes)).unwrap();
        let espeak = Espeak::new("en-us+f3".to_owned(), Duration::from_secs(20));
        Espeak { program: program.display().to_string(), ..espeak }
    }

    #[tokio::test]
    async fn a_voice_that_crashes_is_tried_again_and_then_the_next() {
        for (crashes, voices) in [
            (0, &["de"][..]),
            (1, &["de", "de"]),
            (2, &["de", "de", "en-us+f3"]),
            (5, &["de", "de", "en-us+f3", "en-us+f3", "en", "en"]),
            (6, &["de", "de", "en-us+f3", "en-us+f3", "en", "en"]),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let espeak = stand_in(folder.path(), crashes);
            let said = espeak.synthesize(Utterance { voice: Some("de".to_owned()), ..utterance("Hello.", 1.0) }).await;
            match said {
                Ok(sound) => assert_eq!(sound.samples, [1], "{crashes}"),
                Err(error) => assert_eq!((error.code(), crashes), ("provider_unavailable", 6)),
            }
            let tried = std::fs::read_to_string(folder.path().join("voices")).unwrap();
            assert_eq!(tried.lines().collect::<Vec<_>>(), voices, "{crashes}");
        }
    }
}
