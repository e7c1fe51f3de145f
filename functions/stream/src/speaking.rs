//! Synthesizes an answer while it is being written.

use std::time::{Duration, Instant};

use bytes::Bytes;
use foundation::ApiError;
use speech::Utterance;
use speech::audio::{Pcm, SoundFormat};
use speech::spoken::spoken;
use tokio::sync::mpsc;

use crate::frames::{ServerFrame, SpokenAnswers};
use crate::outbox::{Disconnected, SpokenOffset};
use crate::turn::Turn;
use crate::words;

/// Silence between two sentences in one file.
const PAUSE: Duration = Duration::from_millis(180);
/// Maximum number of samples per turn, about four to six minutes. The rest of the answer is only written.
const MOST_SAMPLES: usize = 6 * 1024 * 1024;

/// The progress of speaking an answer.
#[derive(Debug, Default)]
pub(crate) struct SpeechProgress {
    /// When the first sound was sent.
    pub(crate) first: Option<Instant>,
    /// When a client that plays at once has heard everything that was sent.
    pub(crate) until: Option<Instant>,
    /// Why speaking stopped early.
    pub(crate) failure: Option<ApiError>,
    /// The ends of sentences in the answer, in bytes, and when such a client has heard them.
    heard: Vec<(usize, Instant)>,
}

impl SpeechProgress {
    /// Records that sound of this length was sent, or words that take as long, in which sentences end at these times.
    pub(crate) fn left(&mut self, length: Duration, sentences: &[(usize, Duration)]) {
        let now = Instant::now();
        self.first.get_or_insert(now);
        let begins = self.until.map_or(now, |until| until.max(now));
        self.heard.extend(sentences.iter().map(|(end, after)| (*end, begins + *after)));
        self.until = Some(begins + length);
    }

    /// How much of the answer, in bytes, a client that plays at once has heard at `when`.
    pub(crate) fn heard_by(&self, when: Instant) -> usize {
        self.heard.iter().filter(|(_, at)| *at <= when).map(|(end, _)| *end).max().unwrap_or(0)
    }
}

/// A sentence and its end in the answer, in bytes.
pub(crate) struct Sentence {
    pub(crate) text: String,
    pub(crate) end: usize,
}

/// Speaks the sentences as they arrive, in one file at the end or each in its own, or has the client speak them.
/// `offset` records how much of the answer was sent.
pub(crate) async fn speak(
    turn: &Turn,
    mut sentences: mpsc::Receiver<Sentence>,
    offset: &SpokenOffset,
    progress: &mut SpeechProgress,
) -> Result<(), Disconnected> {
    if turn.options.audio == SpokenAnswers::Words {
        return words::tell(turn, sentences, offset, progress).await;
    }
    let one_by_one = turn.options.audio == SpokenAnswers::Sentence;
    let meter = turn.speaker.meter(&turn.parts);
    let mut allowed = false;
    let mut whole: Option<Pcm> = None;
    let mut ends: Vec<(usize, Duration)> = Vec::new();
    let (mut index, mut samples, mut end) = (0, 0, 0);
    while let Some(sentence) = sentences.recv().await {
        let words = spoken(&sentence.text);
        if words.trim().is_empty() || samples > MOST_SAMPLES {
            continue;
        }
        if !allowed {
            if let Err(error) = meter.check().await {
                progress.failure = Some(error);
                return Ok(());
            }
            allowed = true;
        }
        let utterance = Utterance { text: words, voice: turn.options.voice.clone(), speed: 1.0 };
        let sound = match turn.parts.speech.synthesizer.synthesize(utterance).await {
            Ok(sound) => sound,
            Err(error) => {
                // Half an answer in one file would pass for a whole one.
                progress.failure = Some(error.into());
                return Ok(());
            }
        };
        meter.note(sound.duration()).await;
        samples += sound.samples.len();
        end = sentence.end;
        if one_by_one {
            let announced = ServerFrame::Audio { index, text: sentence.text };
            let Some(file) = file(&sound) else { return Ok(()) };
            turn.out.play(Some(&announced), file, offset, end).await?;
            progress.left(sound.duration(), &[(end, sound.duration())]);
            index += 1;
        } else if let Some(whole) = &mut whole {
            whole.pause(PAUSE);
            whole.append(&sound);
            ends.push((end, whole.duration()));
        } else {
            ends.push((end, sound.duration()));
            whole = Some(sound);
        }
    }
    if let Some(whole) = whole {
        let length = whole.duration();
        let encoded = tokio::task::spawn_blocking(move || file(&whole)).await.ok().flatten();
        let Some(file) = encoded else { return Ok(()) };
        turn.out.play(None, file, offset, end).await?;
        progress.left(length, &ends);
    }
    Ok(())
}

/// The sound as a playable file.
fn file(sound: &Pcm) -> Option<Bytes> {
    let encoded = sound.encode(SoundFormat::Wav);
    encoded.inspect_err(|error| tracing::error!(%error, "sound could not be encoded")).ok().map(Bytes::from)
}
