//! The progress of an answer, for listeners.
//!
//! The state is shared rather than sent: a slow listener sees several tokens at once, one that has gone blocks nothing,
//! and no queue can grow.

use tokio::sync::watch;

use crate::assistant::Stage;
use shared::store::{AnswerFailure, ChatMessage};

/// The listener's side.
pub type ProgressReceiver = watch::Receiver<Progress>;

/// The progress of an answer.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// The stages so far.
    pub stages: Vec<Stage>,
    /// The text so far.
    pub text: String,
    /// How it ended; set once everything is stored.
    pub outcome: Option<Outcome>,
}

/// How an answer ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The stored message.
    pub message: ChatMessage,
    /// Whether it was stopped before it was complete.
    pub aborted: bool,
    /// Why it failed.
    pub failure: Option<AnswerFailure>,
}

/// New text of a long answer is at least this fraction of it.
const SHARE: usize = 13;
/// Determines how slowly steps grow before that: a text of the square root of this many bytes is sent byte by byte.
const GROWTH: usize = 64 * 1024;

impl Progress {
    /// The text after the first `sent` bytes, if it is enough to send the whole text again; once the answer has ended,
    /// whatever there is.
    ///
    /// Sending the whole text each time has quadratic cost unless the steps grow with it. With these steps, an answer
    /// of 64 KiB costs at most 20 times its length, however small its tokens are; at one kilobyte the steps are 16
    /// bytes, at 64 kilobytes about five.
    #[must_use]
    pub fn news(&self, sent: usize) -> Option<&str> {
        let token = self.text.get(sent..).filter(|token| !token.is_empty())?;
        (self.outcome.is_some() || token.len() >= step(self.text.len())).then_some(token)
    }
}

/// How many new bytes a text of `length` bytes needs to be sent again.
fn step(length: usize) -> usize {
    let share = length / SHARE;
    if length < GROWTH { share.min(length * length / GROWTH) } else { share }
}

#[cfg(test)]
#[expect(clippy::cast_precision_loss, reason = "tests")]
mod tests {
    use super::*;
    use shared::store::MessageRole;

    /// Number of messages and bytes for an answer with tokens of this length, including overhead.
    fn cost(length: usize, token: usize) -> (usize, usize) {
        const AROUND: usize = 110;
        let (mut progress, mut sent, mut sends, mut bytes) = (Progress::default(), 0, 0, 0);
        let mut take = |progress: &Progress, sent: &mut usize| {
            if let Some(news) = progress.news(*sent) {
                bytes += news.len() + progress.text.len() + AROUND;
                sends += 1;
                *sent = progress.text.len();
            }
        };
        while progress.text.len() < length {
            progress.text.push_str(&"x".repeat(token));
            take(&progress, &mut sent);
        }
        let message = ChatMessage::new(MessageRole::Assistant, "");
        progress.outcome = Some(Outcome { message, aborted: false, failure: None });
        take(&progress, &mut sent);
        assert_eq!(sent, progress.text.len(), "everything is sent");
        // The last event holds the text once more.
        (sends, bytes + progress.text.len() + AROUND)
    }

    #[test]
    fn a_long_answer_costs_at_most_twenty_times_its_length() {
        for length in [64 * 1024, 128 * 1024] {
            for token in [1, 4, 7, 40, 1_000] {
                let (sends, bytes) = cost(length, token);
                println!("{length} bytes by {token}: {sends} sends, {:.1} times", bytes as f64 / length as f64);
                assert!(bytes <= 20 * length && sends >= 20, "{length} bytes by {token}: {sends} sends, {bytes} bytes");
            }
        }
    }

    #[test]
    fn a_short_answer_is_sent_as_it_is_written() {
        assert_eq!(cost(300, 5).0, 60, "every word of a few sentences");
        assert_eq!(cost(4_000, 400).0, 10, "every tenth of a long quotation");
        assert_eq!([0, 200, 1_024, 4_096, 64 * 1_024].map(step), [0, 0, 16, 256, 5_041]);
    }
}
