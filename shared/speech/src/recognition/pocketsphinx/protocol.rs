//! The protocol with a worker: frames of sound in one direction, lines of JSON in the other.

use std::time::Duration;

use serde::Deserialize;

/// Maximum samples of a frame: twenty seconds. The worker rejects more.
pub(super) const MOST_SAMPLES: usize = 20 * 16_000;
/// Maximum length of a line in bytes.
pub(super) const LONGEST_LINE: u64 = 1024 * 1024;
/// The worker's exit code if its package is not installed.
pub(super) const NOT_INSTALLED: i32 = 3;

/// The type of a frame; see `worker.py`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// A whole utterance to recognise.
    Whole,
    /// An utterance begins.
    Begin,
    /// The next samples of the utterance.
    Samples,
    /// The utterance has ended.
    End,
}

impl Order {
    fn letter(self) -> u8 {
        match self {
            Self::Whole => b'W',
            Self::Begin => b'B',
            Self::Samples => b'S',
            Self::End => b'E',
        }
    }

    /// The frame: a letter, the length in bytes, and the samples.
    pub(super) fn frame(self, samples: &[i16]) -> Vec<u8> {
        let mut frame = Vec::with_capacity(5 + samples.len() * 2);
        let length = u32::try_from(samples.len() * 2).unwrap_or(u32::MAX);
        frame.push(self.letter());
        frame.extend(length.to_le_bytes());
        frame.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
        frame
    }
}

/// A line of the worker.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum WorkerMessage {
    /// The models are loaded.
    Ready(String),
    /// The text so far.
    Partial(String),
    /// The words of a finished utterance.
    Final(Vec<Word>),
    /// An error, for the log.
    Error(String),
}

/// A word, and its start and end in seconds from the beginning of the utterance.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Word(pub(super) String, pub(super) f64, pub(super) f64);

impl Word {
    /// Its start.
    pub(super) fn start(&self) -> Duration {
        Duration::try_from_secs_f64(self.1).unwrap_or_default()
    }

    /// Its end.
    pub(super) fn end(&self) -> Duration {
        Duration::try_from_secs_f64(self.2).unwrap_or_default()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_frame_has_its_length_before_its_samples() {
        assert_eq!(Order::Samples.frame(&[1, -2]), [b'S', 4, 0, 0, 0, 1, 0, 0xFE, 0xFF]);
        assert_eq!(Order::End.frame(&[]), [b'E', 0, 0, 0, 0]);
    }

    #[test]
    fn lines_are_answers() {
        let answer = |line| serde_json::from_str::<WorkerMessage>(line).unwrap();
        assert_eq!(answer(r#"{"partial": "go"}"#), WorkerMessage::Partial("go".to_owned()));
        let word = Word("go".to_owned(), 0.25, 0.5);
        assert_eq!(answer(r#"{"final": [["go", 0.25, 0.5]]}"#), WorkerMessage::Final(vec![word.clone()]));
        assert_eq!((word.start(), word.end()), (Duration::from_millis(250), Duration::from_millis(500)));
        assert!(serde_json::from_str::<WorkerMessage>("Traceback").is_err());
    }
}
