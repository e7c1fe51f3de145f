//! Synthesizes long texts in pieces.

use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, StreamExt, TryStreamExt};

use super::{Synthesizer, Utterance};
use crate::audio::Pcm;
use crate::spoken::{sentences, spoken};
use foundation::provider::ProviderError;

/// Number of pieces that are synthesized at a time.
const AT_ONCE: usize = 2;
/// Silence between two pieces.
const PAUSE: Duration = Duration::from_millis(180);

/// Reads a Markdown text sentence by sentence, each as soon as it and those before it are ready. Dropping the stream
/// stops the work.
pub fn say_in_pieces(
    synthesizer: Arc<dyn Synthesizer>,
    markdown: &str,
    voice: Option<String>,
    speed: f32,
) -> impl Stream<Item = Result<Pcm, ProviderError>> {
    let pieces: Vec<String> =
        sentences(markdown).iter().map(|piece| spoken(piece)).filter(|piece| !piece.trim().is_empty()).collect();
    futures::stream::iter(pieces)
        .map(move |text| {
            let (synthesizer, voice) = (synthesizer.clone(), voice.clone());
            async move { synthesizer.synthesize(Utterance { text, voice, speed }).await }
        })
        .buffered(AT_ONCE)
}

/// The same as one sound; empty if the text contains nothing to say.
///
/// # Errors
/// If synthesis of a sentence fails.
pub async fn say(
    synthesizer: Arc<dyn Synthesizer>,
    markdown: &str,
    voice: Option<String>,
    speed: f32,
) -> Result<Pcm, ProviderError> {
    let mut pieces = std::pin::pin!(say_in_pieces(synthesizer, markdown, voice, speed));
    let mut whole: Option<Pcm> = None;
    while let Some(piece) = pieces.try_next().await? {
        match &mut whole {
            None => whole = Some(piece),
            Some(whole) => {
                whole.pause(PAUSE);
                whole.append(&piece);
            }
        }
    }
    Ok(whole.unwrap_or_default())
}
