//! Barge-in: whether speech that is heard while an answer is played interrupts it.
//!
//! A cough has no words. "Uh-huh" and the like say that somebody listens. The answer itself comes back from a
//! loudspeaker without echo cancellation. None of these interrupts.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::speaking::Spoken;

/// Words that only say that somebody is listening.
const ASSENT: [&str; 27] = [
    "ach", "ah", "aha", "ajá", "eh", "er", "erm", "genau", "hm", "hmm", "huh", "ja", "mhm", "mm", "mmm", "oh", "ok",
    "okay", "ouais", "oui", "right", "sí", "uh", "uhm", "um", "vale", "yeah",
];
/// Words that interrupt by themselves, unless the answer is saying them.
const STOP: [&str; 12] =
    ["alto", "cancel", "halt", "hold", "para", "pause", "quiet", "silence", "stop", "stopp", "wait", "warte"];
/// Share of the words heard that an echo of the answer has in common with it. The recogniser mistakes the others.
const ECHO: f32 = 0.7;
/// The same of words after which more may follow.
const ECHO_SO_FAR: f32 = 0.5;
/// Number of words that an echo has at least. Fewer may well be those of the user.
const LEAST_ECHO: usize = 3;
/// Number of words from which an utterance interrupts that goes on. A single first word is often misheard.
const LEAST_SO_FAR: usize = 2;
/// Similarity, from 0 to 1, of a word and what the recogniser makes of it.
const SIMILAR: f64 = 0.6;
/// Number of words at the end that are not of the answer: then somebody speaks over it.
const SPOKEN_OVER: usize = 3;
/// How much later than reckoned a client may play a sentence to its end.
const DELAY: Duration = Duration::from_millis(300);
/// Number of sentences that are remembered.
const SENTENCES: usize = 64;

/// What a client plays, and when, if it plays at once what it gets.
#[derive(Debug, Default)]
pub(crate) struct Played(Mutex<VecDeque<PlayedSentence>>);

#[derive(Debug)]
struct PlayedSentence {
    words: Vec<String>,
    begins: Instant,
    ends: Instant,
}

impl Played {
    /// Records that a client begins to play these sentences at `begins`.
    pub(crate) fn add(&self, begins: Instant, sentences: &[Spoken]) {
        let mut played = self.lock();
        let mut starts = begins;
        for Spoken { text, until, .. } in sentences {
            let ends = begins + *until;
            played.push_back(PlayedSentence { words: words(text), begins: starts, ends });
            starts = ends;
        }
        let surplus = played.len().saturating_sub(SENTENCES);
        played.drain(..surplus);
    }

    /// Whether the words so far of an utterance that began at `since` interrupt the answer.
    pub(crate) fn is_interrupted_so_far(&self, heard: &str, since: Instant) -> bool {
        let heard = words(heard);
        let may_be_complete = heard.len() >= LEAST_SO_FAR || heard.iter().any(|word| STOP.contains(&word.as_str()));
        may_be_complete && !is_assent(&heard) && !self.is_echo(&heard, since, ECHO_SO_FAR)
    }

    /// Whether an utterance that began at `since` interrupts the answer.
    pub(crate) fn is_interrupted_by(&self, heard: &str, since: Instant) -> bool {
        let heard = words(heard);
        let may_be_echo = heard.len() >= LEAST_ECHO;
        !(is_assent(&heard) || may_be_echo && self.is_echo(&heard, since, ECHO))
    }

    fn is_echo(&self, heard: &[String], since: Instant, least: f32) -> bool {
        let now = Instant::now();
        let played = self.lock();
        let meanwhile = played.iter().filter(|sentence| sentence.begins <= now && sentence.ends + DELAY >= since);
        let answer: Vec<&str> = meanwhile.flat_map(|sentence| sentence.words.iter().map(String::as_str)).collect();
        let stops = heard.last().is_some_and(|last| STOP.contains(&last.as_str()) && !answer.contains(&last.as_str()));
        // The recogniser may say a word of the answer twice.
        let is_foreign = |word: &&String| !answer.iter().any(|other| is_alike(word, other));
        if stops || heard.iter().rev().take_while(is_foreign).count() >= SPOKEN_OVER {
            return false;
        }
        share(longest_in_common(heard, &answer), heard.len()) >= least
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<PlayedSentence>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_assent(heard: &[String]) -> bool {
    heard.iter().all(|word| ASSENT.contains(&word.as_str()))
}

#[expect(clippy::cast_precision_loss, reason = "numbers of words")]
fn share(count: usize, all: usize) -> f32 {
    count as f32 / all as f32
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

fn is_alike(heard: &str, word: &str) -> bool {
    strsim::normalized_levenshtein(heard, word) >= SIMILAR
}

/// The length of the longest sequence of words that both have in this order.
fn longest_in_common(heard: &[String], answer: &[&str]) -> usize {
    // The lengths up to each word of the answer: with the words heard so far, and with one less.
    let mut lengths = vec![0; answer.len() + 1];
    for word in heard {
        let before = lengths.clone();
        for (place, other) in answer.iter().enumerate() {
            let at = |lengths: &[usize], place: usize| lengths.get(place).copied().unwrap_or_default();
            let longest = if is_alike(word, other) {
                at(&before, place) + 1
            } else {
                at(&before, place + 1).max(at(&lengths, place))
            };
            if let Some(length) = lengths.get_mut(place + 1) {
                *length = longest;
            }
        }
    }
    lengths.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "Tighten the pump flange bolts to 45 Nm in two steps.";

    /// A client that plays the answer, and when speech began that is heard meanwhile.
    fn playing() -> (Played, Instant) {
        let begins = Instant::now();
        let since = begins + Duration::from_secs(1);
        let played = Played::default();
        played.add(begins, &[Spoken { text: ANSWER.to_owned(), end: 0, until: Duration::from_secs(4) }]);
        (played, since)
    }

    #[test]
    fn sounds_without_words_and_signs_of_listening_do_not_interrupt() {
        let (played, since) = playing();
        for heard in ["", " ", "Uh-huh.", "Mm-hmm", "Okay, yeah.", "Ja, genau"] {
            assert!(!played.is_interrupted_by(heard, since), "{heard}");
        }
    }

    #[test]
    fn questions_and_commands_interrupt() {
        let (played, since) = playing();
        for heard in ["Stop", "Okay, next", "No.", "And the", "How tight is it?", "yes but which bolts", "pump flange"]
        {
            assert!(played.is_interrupted_by(heard, since), "{heard}");
        }
    }

    #[test]
    fn the_answer_that_comes_back_does_not_interrupt() {
        let (played, since) = playing();
        for heard in ["the pump flange", "Tighten the pump flange bolts to 45", "pump flange boats to 45 Nm in two"] {
            assert!(!played.is_interrupted_by(heard, since), "{heard}");
            assert!(!played.is_interrupted_so_far(heard, since), "{heard}");
        }
        for heard in ["Tighten", "Fighting", "Tighten the bump", "tighten the pump flange tighten the pump"] {
            assert!(!played.is_interrupted_so_far(heard, since), "{heard}: more may follow");
        }
        assert!(Played::default().is_interrupted_by("the pump flange", since), "nothing is played");
        let warning = Played::default();
        let (text, until) = ("Wait until the oil is cold, and hold the nut.".to_owned(), Duration::from_secs(4));
        warning.add(Instant::now(), &[Spoken { text, end: 0, until }]);
        for heard in ["Wait", "Wait until the oil is cold and hold"] {
            assert!(!warning.is_interrupted_so_far(heard, since), "{heard}");
        }
        assert!(warning.is_interrupted_so_far("Stop", since) && warning.is_interrupted_by("Wait", since));
    }

    #[test]
    fn who_speaks_over_the_answer_is_heard() {
        let (played, since) = playing();
        for heard in ["the pump flange bolts stop", "Tighten the pump flange bolts to 45 what about oil"] {
            assert!(played.is_interrupted_by(heard, since), "{heard}");
        }
    }

    #[test]
    fn what_is_repeated_after_the_answer_is_no_echo() {
        let (played, since) = playing();
        let later = since + Duration::from_secs(5);
        assert!(played.is_interrupted_by("the pump flange bolts", later));
    }
}
