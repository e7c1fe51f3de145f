//! Groups words into phrases: the speech between two pauses.

use std::time::Duration;

use super::protocol::Word;
use crate::SpokenSegment;

/// A pause that ends a phrase.
const PAUSE: Duration = Duration::from_millis(500);

/// The phrases of an utterance that begins at `offset` of the recording.
pub(super) fn phrases(words: &[Word], offset: Duration) -> Vec<SpokenSegment> {
    let mut phrases: Vec<SpokenSegment> = Vec::new();
    for word in words {
        let (start, end) = (offset + word.start(), offset + word.end().max(word.start()));
        match phrases.last_mut() {
            Some(phrase) if start.saturating_sub(phrase.end) < PAUSE => {
                phrase.text.push(' ');
                phrase.text.push_str(&word.0);
                phrase.end = end;
            }
            _ => phrases.push(SpokenSegment { start, end, text: word.0.clone() }),
        }
    }
    phrases
}

/// The text of all phrases.
pub(super) fn text(phrases: &[SpokenSegment]) -> String {
    phrases.iter().map(|phrase| phrase.text.as_str()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_pause_ends_a_phrase() {
        let word = |text: &str, start: f64, end: f64| Word(text.to_owned(), start, end);
        let words = [word("check", 0.1, 0.4), word("oil", 0.6, 0.9), word("then", 1.5, 1.7), word("stop", 1.7, 2.0)];
        let phrases = phrases(&words, Duration::from_secs(10));
        assert_eq!(phrases.iter().map(|phrase| phrase.text.as_str()).collect::<Vec<_>>(), ["check oil", "then stop"]);
        assert_eq!((phrases[0].start, phrases[0].end), (Duration::from_millis(10_100), Duration::from_millis(10_900)));
        assert_eq!(phrases[1].start, Duration::from_millis(11_500));
        assert_eq!(text(&phrases), "check oil then stop");
        assert_eq!(super::phrases(&[], Duration::ZERO), []);
    }
}
