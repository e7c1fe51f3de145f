//! Answers in words, which the client speaks itself.
//!
//! Such a client asks in frames without a type. Its turn is a `session` frame, a `chunk` for each sentence, and at the
//! end `final`. While it waits for a chunk it listens to nobody: a turn always has one, if only to say what failed.

use std::time::Duration;

use answers::conversation::Outcome;
use foundation::ApiError;
use speech::spoken::spoken;
use tokio::sync::{Mutex, mpsc};
use tokio::time::{Instant, sleep_until};

use crate::frames::{ServerFrame, SpokenAnswers};
use crate::outbox::{Disconnected, Outbox, SpokenOffset};
use crate::speaking::{Sentence, SpeechProgress, Spoken};
use crate::turn::{ANSWERED, FAILED, LOST, STOPPED, Turn};

/// Time between two chunks. Of two that come within 50 ms, such a client speaks only the second.
const GAP: Duration = Duration::from_millis(100);
/// Characters that a voice says in a second, rather too many than too few: words that were not heard are said again.
const CHARACTERS_PER_SECOND: u32 = 20;
/// What is said of an answer without anything to say, such as one that is only a list of sources.
const NOTHING_TO_SAY: &str = "The answer is in the chat.";
/// What is said when the answer was stopped elsewhere before anything of it was said.
const STOPPED_BEFORE: &str = "The answer was stopped.";

/// The last chunk of a connection and when it was sent.
#[derive(Debug, Default)]
pub(crate) struct LastChunk(Mutex<Option<(String, Instant)>>);

impl Outbox {
    /// Sends words to be spoken: apart from the last ones in time, and different from them, since such a client does
    /// not speak a chunk that is equal to its last.
    pub(crate) async fn say(&self, words: &str) -> Result<(), Disconnected> {
        let mut last = self.chunks.0.lock().await;
        let mut token = words.to_owned();
        if let Some((before, at)) = last.as_ref() {
            sleep_until(*at + GAP).await;
            if *before == token {
                token.push(' ');
            }
        }
        self.send(&ServerFrame::Chunk { token: token.clone() }).await?;
        *last = Some((token, Instant::now()));
        Ok(())
    }

    /// Ends a turn that failed: says what failed, or sends it as an error.
    pub(crate) async fn refuse(&self, error: &ApiError, audio: SpokenAnswers) -> Result<(), Disconnected> {
        if audio != SpokenAnswers::Words {
            return self.send(&error.into()).await;
        }
        self.say(error.message()).await?;
        self.send(&ServerFrame::Said { response: error.message().to_owned() }).await
    }
}

/// Sends the sentences as they arrive. `offset` records how much of the answer was sent.
pub(crate) async fn tell(
    turn: &Turn,
    mut sentences: mpsc::Receiver<Sentence>,
    offset: &SpokenOffset,
    progress: &mut SpeechProgress,
) -> Result<(), Disconnected> {
    while let Some(Sentence { text, end }) = sentences.recv().await {
        let words = spoken(&text);
        if words.trim().is_empty() {
            continue;
        }
        turn.out.say(&words).await?;
        offset.extend(end);
        progress.left(&[Spoken { until: time_to_say(&words), text, end }]);
    }
    Ok(())
}

/// Ends a turn whose sentences were all sent: says what is still to be said, then sends the answer as it is stored.
pub(crate) async fn conclude(
    turn: &Turn,
    outcome: Option<Outcome>,
    offset: &SpokenOffset,
) -> Result<&'static str, Disconnected> {
    let Some(outcome) = outcome else {
        turn.refuse(&ApiError::internal("an answer ended without an outcome")).await;
        return Ok(LOST);
    };
    let is_silent = offset.cut() == 0;
    let response = outcome.message.content;
    let (ended, words, response) = match outcome.failure {
        Some(failure) if response.is_empty() => (FAILED, Some(failure.message.clone()), failure.message),
        Some(failure) => (FAILED, Some(failure.message), response),
        None if outcome.aborted => (STOPPED, is_silent.then(|| STOPPED_BEFORE.to_owned()), response),
        None => (ANSWERED, is_silent.then(|| NOTHING_TO_SAY.to_owned()), response),
    };
    if let Some(words) = words {
        turn.out.say(&words).await?;
    }
    turn.out.send(&ServerFrame::Said { response }).await?;
    Ok(ended)
}

fn time_to_say(words: &str) -> Duration {
    let characters = u32::try_from(words.chars().count()).unwrap_or(u32::MAX);
    Duration::from_secs(1) * characters / CHARACTERS_PER_SECOND
}
