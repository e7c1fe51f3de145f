//! The sound of an answer, made while the answer is still being written.

use std::time::{Duration, Instant};

use bytes::Bytes;
use shared::provider::ProviderError;
use shared::speech::Utterance;
use shared::speech::audio::{Pcm, SoundFormat};
use shared::speech::spoken::spoken;
use tokio::sync::mpsc;

use crate::frames::{ServerFrame, SpokenAnswers};
use crate::outbox::Gone;
use crate::turn::Turn;

/// Silence between two sentences of one file.
const PAUSE: Duration = Duration::from_millis(180);

/// How speaking ended.
#[derive(Debug, Default)]
pub(crate) struct Spoken {
    /// When the first sound was handed over.
    pub(crate) first: Option<Instant>,
    /// Bytes of the answer up to the end of the last sentence that was handed over.
    pub(crate) heard: usize,
    /// Why it could not go on.
    pub(crate) failure: Option<ProviderError>,
}

/// A sentence, and where it ends in the answer, in bytes.
pub(crate) struct Sentence {
    pub(crate) text: String,
    pub(crate) end: usize,
}

/// Speaks the sentences as they come; in one file at their end, or each in its own. `progress` is
/// kept up to date, so that an interruption knows what was heard.
pub(crate) async fn speak(
    turn: &Turn,
    mut sentences: mpsc::Receiver<Sentence>,
    progress: &mut Spoken,
) -> Result<(), Gone> {
    let mut whole: Option<Pcm> = None;
    let mut index = 0;
    while let Some(sentence) = sentences.recv().await {
        let words = spoken(&sentence.text);
        if words.trim().is_empty() {
            continue;
        }
        let utterance = Utterance { text: words, voice: turn.wishes.voice.clone(), speed: 1.0 };
        let sound = match turn.parts.synthesizer.synthesize(utterance).await {
            Ok(sound) => sound,
            Err(error) => {
                progress.failure = Some(error);
                break;
            }
        };
        if turn.wishes.audio == SpokenAnswers::Sentence {
            let announced = ServerFrame::Audio { index, text: sentence.text };
            turn.out.play(&turn.cancel, Some(&announced), file(&sound)).await?;
            progress.first.get_or_insert_with(Instant::now);
            progress.heard = sentence.end;
            index += 1;
        } else if let Some(whole) = &mut whole {
            whole.pause(PAUSE);
            whole.append(&sound);
        } else {
            whole = Some(sound);
        }
    }
    if let Some(whole) = whole {
        let encoded = tokio::task::spawn_blocking(move || file(&whole)).await.map_err(|_| Gone)?;
        turn.out.play(&turn.cancel, None, encoded).await?;
        progress.first.get_or_insert_with(Instant::now);
    }
    Ok(())
}

/// One playable file.
fn file(sound: &Pcm) -> Bytes {
    match sound.encode(SoundFormat::Wav) {
        Ok(bytes) => bytes.into(),
        Err(error) => {
            tracing::error!(%error, "sound could not be encoded");
            Bytes::new()
        }
    }
}
