//! Synthesizes an answer while it is being written.

use std::future::ready;
use std::mem::take;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use foundation::{ApiError, ApiResult};
use futures::{Stream, StreamExt, stream};
use speech::Utterance;
use speech::audio::{Pcm, SoundFormat};
use speech::spoken::spoken;
use tokio::sync::{OnceCell, mpsc};
use tokio_stream::wrappers::ReceiverStream;

use crate::frames::{ServerFrame, SpokenAnswers};
use crate::outbox::{Disconnected, SpokenOffset};
use crate::turn::Turn;
use crate::words;

/// Silence between two sentences in one file.
const PAUSE: Duration = Duration::from_millis(180);
/// Maximum number of samples per turn, about four to six minutes. The rest of the answer is only written.
const MOST_SAMPLES: usize = 6 * 1024 * 1024;
/// Characters of a phrase that is spoken by itself.
const LEAST_PHRASE: usize = 12;
/// Number of sentences of one file that are synthesized at a time.
const AT_ONCE: usize = 2;

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
    /// Records that these sentences were sent, as sound or as words that take as long. Returns when a client that
    /// plays at once begins with them.
    pub(crate) fn left(&mut self, sentences: &[Spoken]) -> Instant {
        let now = Instant::now();
        self.first.get_or_insert(now);
        let begins = self.until.map_or(now, |until| until.max(now));
        self.heard.extend(sentences.iter().map(|sentence| (sentence.end, begins + sentence.until)));
        self.until = Some(sentences.last().map_or(begins, |last| begins + last.until));
        begins
    }

    /// Records why speaking stops.
    fn fail<T>(&mut self, error: ApiError) -> Option<T> {
        self.failure = Some(error);
        None
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

/// A sentence that was sent.
#[derive(Debug)]
pub(crate) struct Spoken {
    pub(crate) text: String,
    /// Its end in the answer, in bytes.
    pub(crate) end: usize,
    /// When it has been heard, from the beginning of its file.
    pub(crate) until: Duration,
}

/// Speaks the sentences as they arrive, in one file at the end or each in its own, or has the client speak them.
/// `offset` records how much of the answer was sent.
pub(crate) async fn speak(
    turn: &Turn,
    sentences: mpsc::Receiver<Sentence>,
    offset: &SpokenOffset,
    progress: &mut SpeechProgress,
) -> Result<(), Disconnected> {
    match turn.options.audio {
        SpokenAnswers::Words => words::tell(turn, sentences, offset, progress).await,
        SpokenAnswers::Sentence => sentence_by_sentence(turn, sentences, offset, progress).await,
        SpokenAnswers::Turn | SpokenAnswers::None => in_one_file(turn, sentences, offset, progress).await,
    }
}

async fn sentence_by_sentence(
    turn: &Turn,
    sentences: mpsc::Receiver<Sentence>,
    offset: &SpokenOffset,
    progress: &mut SpeechProgress,
) -> Result<(), Disconnected> {
    let mut is_first = true;
    let pieces = ReceiverStream::new(sentences)
        .flat_map(move |sentence| stream::iter(if take(&mut is_first) { sooner(sentence) } else { vec![sentence] }));
    // The client plays one sentence while the next is synthesized. Working ahead would only delay other users.
    let mut sounds = pin!(synthesized(turn, pieces, 1));
    let mut index = 0;
    while let Some((sentence, sound)) = sounds.next().await.transpose().unwrap_or_else(|error| progress.fail(error)) {
        let Some(file) = file(&sound) else { return Ok(()) };
        let announced = ServerFrame::Audio { index, text: sentence.text.clone() };
        turn.out.play(Some(&announced), file, offset, sentence.end).await?;
        let sent = [Spoken { text: sentence.text, end: sentence.end, until: sound.duration() }];
        turn.out.played.add(progress.left(&sent), &sent);
        index += 1;
    }
    Ok(())
}

/// The first sentence of an answer, cut after its first phrase, so that its first words are heard sooner.
fn sooner(sentence: Sentence) -> Vec<Sentence> {
    let Sentence { text, end } = sentence;
    let ends = |phrase: &str| {
        let is_whole = ["**", "`", "\""].iter().all(|mark| phrase.matches(mark).count() % 2 == 0);
        let is_open = phrase.matches(['[', '(']).count() != phrase.matches([']', ')']).count();
        phrase.ends_with([',', ';', ':']) && is_whole && !is_open
    };
    let may_end = |at: &usize| (LEAST_PHRASE..text.len().saturating_sub(LEAST_PHRASE)).contains(at);
    let spaces = text.match_indices(' ').map(|(at, _)| at);
    let cut = spaces.filter(may_end).find(|at| text.get(..*at).is_some_and(ends));
    match cut.and_then(|at| text.split_at_checked(at)) {
        Some((first, rest)) if !text.contains('\n') => {
            let begin = end.saturating_sub(rest.len());
            let rest = Sentence { text: rest.trim_start().to_owned(), end };
            vec![Sentence { text: first.to_owned(), end: begin }, rest]
        }
        _ => vec![Sentence { text, end }],
    }
}

async fn in_one_file(
    turn: &Turn,
    sentences: mpsc::Receiver<Sentence>,
    offset: &SpokenOffset,
    progress: &mut SpeechProgress,
) -> Result<(), Disconnected> {
    let mut sounds = pin!(synthesized(turn, ReceiverStream::new(sentences), AT_ONCE));
    let mut whole: Option<Pcm> = None;
    let mut sent: Vec<Spoken> = Vec::new();
    while let Some((sentence, sound)) = sounds.next().await.transpose().unwrap_or_else(|error| progress.fail(error)) {
        let whole = match &mut whole {
            Some(whole) => {
                whole.pause(PAUSE);
                whole.append(&sound);
                whole
            }
            None => whole.insert(sound),
        };
        sent.push(Spoken { text: sentence.text, end: sentence.end, until: whole.duration() });
    }
    // Half an answer in one file would pass for a whole one.
    let whole = whole.filter(|_| progress.failure.is_none());
    let (Some(whole), Some(end)) = (whole, sent.last().map(|last| last.end)) else { return Ok(()) };
    let encoded = tokio::task::spawn_blocking(move || file(&whole)).await.ok().flatten();
    let Some(file) = encoded else { return Ok(()) };
    turn.out.play(None, file, offset, end).await?;
    turn.out.played.add(progress.left(&sent), &sent);
    Ok(())
}

/// The sentences and their sounds, in order. `at_once` of them are synthesized at a time. Sentences without words, and
/// those after [`MOST_SAMPLES`], have none.
fn synthesized(
    turn: &Turn,
    sentences: impl Stream<Item = Sentence>,
    at_once: usize,
) -> impl Stream<Item = ApiResult<(Sentence, Pcm)>> {
    let meter = turn.speaker.meter(&turn.parts);
    let parts = Arc::new((meter, OnceCell::new(), AtomicUsize::new(0)));
    let sounds = sentences.map(move |sentence| {
        let parts = parts.clone();
        async move {
            let (meter, allowed, samples) = &*parts;
            let text = spoken(&sentence.text);
            if text.trim().is_empty() || samples.load(Ordering::Relaxed) > MOST_SAMPLES {
                return Ok(None);
            }
            allowed.get_or_try_init(|| meter.check()).await?;
            let utterance = Utterance { text, voice: turn.options.voice.clone(), speed: 1.0 };
            let sound = turn.parts.speech.synthesizer.synthesize(utterance).await?;
            meter.note(sound.duration()).await;
            samples.fetch_add(sound.samples.len(), Ordering::Relaxed);
            Ok(Some((sentence, sound)))
        }
    });
    sounds.buffered(at_once).filter_map(|spoken| ready(spoken.transpose()))
}

/// The sound as a playable file.
fn file(sound: &Pcm) -> Option<Bytes> {
    let encoded = sound.encode(SoundFormat::Wav);
    encoded.inspect_err(|error| tracing::error!(%error, "sound could not be encoded")).ok().map(Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<String> {
        let pieces = sooner(Sentence { text: text.to_owned(), end: 100 });
        assert_eq!(pieces.last().map(|last| last.end), Some(100));
        pieces.into_iter().map(|piece| piece.text).collect()
    }

    #[test]
    fn the_first_phrase_is_spoken_first() {
        assert_eq!(cut("> Pump flange bolts M10, class 8.8: 49 Nm"), ["> Pump flange bolts M10,", "class 8.8: 49 Nm"]);
        assert_eq!(
            cut("Tighten them in two steps: first to 20 Nm."),
            ["Tighten them in two steps:", "first to 20 Nm."]
        );
    }

    #[test]
    fn what_belongs_together_is_not_cut() {
        for text in [
            "No, it is not.",
            "Tighten the bolts to 49 Nm.",
            "**Remove the cover, then the seal, with care** and clean both.",
            "The bolts (M10, class 8.8) take 49 Nm.",
            "| Part number, old | Torque, dry |\n| --- | --- |",
        ] {
            assert_eq!(cut(text), [text]);
        }
    }
}
