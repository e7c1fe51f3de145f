//! The words of a user's manuals, by their sound.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use rphonetic::{DoubleMetaphone, Encoder};

/// Words and pairs of neighbouring words that are remembered, the most frequent first.
const MOST_TERMS: usize = 40_000;
/// Occurrences of a word from which it is a term.
const LEAST_WORDS: u32 = 2;
/// Occurrences of two neighbouring words from which they are a term.
const LEAST_PAIRS: u32 = 2;
/// Letters of a word of a term, at least and at most.
const LETTERS: std::ops::RangeInclusive<usize> = 3..=24;
/// Distance, from 0 to 1, of the letters and the sound of a term that was perhaps said.
const FAR: f32 = 0.55;

/// Words too common to be trade words, or to make one with the next.
static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| stop_words::lookup("en").unwrap_or_default().iter().copied().collect());

/// The words of a user's manuals, and the pairs of neighbours among them, by their sound.
#[derive(Debug, Default)]
pub struct Vocabulary {
    /// What may have been said.
    terms: Vec<Term>,
    /// All words, and the pairs among the terms.
    known: HashSet<String>,
}

/// A word, or two words that stand together.
#[derive(Debug, Clone, PartialEq)]
struct Term {
    text: String,
    shape: Shape,
}

/// What a term looks and sounds like, without regard to spaces.
#[derive(Debug, Clone, PartialEq)]
struct Shape {
    letters: String,
    sound: String,
}

/// A term that was perhaps said.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Likeness<'a> {
    /// Its words, separated by spaces.
    pub(super) text: &'a str,
    /// How far it is from what was heard, from 0 to 1.
    pub(super) distance: f32,
}

impl Vocabulary {
    /// The vocabulary of these texts.
    #[must_use]
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut words: HashMap<String, u32> = HashMap::new();
        let mut pairs: HashMap<(String, String), u32> = HashMap::new();
        let mut known: HashSet<String> = COMMON.iter().map(|word| (*word).to_owned()).collect();
        for text in texts {
            let mut before: Option<String> = None;
            for raw in text.split_whitespace() {
                known.extend(raw.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase));
                let word = term(raw);
                if let Some(word) = &word {
                    *words.entry(word.clone()).or_default() += 1;
                    if let Some(before) = before.take() {
                        *pairs.entry((before, word.clone())).or_default() += 1;
                    }
                }
                // A sentence or a cell may end between the two.
                before = word.filter(|_| !raw.ends_with(['.', ',', ';', ':', ')', '?', '!']));
            }
        }
        let words = words.into_iter().filter(|(_, count)| *count >= LEAST_WORDS);
        let pairs = pairs.into_iter().filter(|(_, count)| *count >= LEAST_PAIRS);
        let pairs = pairs.map(|((first, second), count)| (format!("{first} {second}"), count));
        let mut counted: Vec<(String, u32)> = words.chain(pairs).collect();
        counted.sort_by(|(one, count), (other, more)| more.cmp(count).then_with(|| one.cmp(other)));
        counted.truncate(MOST_TERMS);
        known.extend(counted.iter().map(|(text, _)| text.clone()));
        Self { terms: counted.into_iter().map(|(text, _)| Term { shape: Shape::of(&text), text }).collect(), known }
    }

    /// Whether the texts have a word, or a pair of words among their terms.
    pub(super) fn knows(&self, words: &str) -> bool {
        self.known.contains(words)
    }

    /// Whether a word is too common to be one of a trade.
    pub(super) fn is_common(word: &str) -> bool {
        word.len() < *LETTERS.start() || COMMON.contains(word)
    }

    /// Whether it has no terms.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The terms that are most like what was heard, the likest first.
    pub(super) fn like(&self, heard: &str, most: usize) -> Vec<Likeness<'_>> {
        let shape = Shape::of(heard);
        let near = self.terms.iter().filter_map(|term| {
            let distance = shape.distance(&term.shape)?;
            Some(Likeness { text: &term.text, distance })
        });
        let mut found: Vec<Likeness<'_>> = near.collect();
        found.sort_by(|one, other| one.distance.total_cmp(&other.distance));
        found.truncate(most);
        found
    }
}

impl Shape {
    fn of(text: &str) -> Self {
        let encoder = DoubleMetaphone::new(Some(16));
        let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let (mut letters, mut sound) = (String::new(), String::new());
        for word in words {
            let lower = word.to_ascii_lowercase();
            sound.push_str(&encoder.encode(&lower));
            letters.push_str(&lower);
        }
        Self { letters, sound }
    }

    /// The distance from 0 to 1; `None` if it is greater than [`FAR`].
    fn distance(&self, other: &Self) -> Option<f32> {
        let (length, other_length) = (self.letters.len(), other.letters.len());
        // The lengths alone make this much of it.
        if length.abs_diff(other_length) * 2 > length.max(other_length) {
            return None;
        }
        let sound = far(&self.sound, &other.sound);
        if 2.0 * sound / 3.0 > FAR {
            return None;
        }
        let distance = (2.0 * sound + far(&self.letters, &other.letters)) / 3.0;
        (distance <= FAR).then_some(distance)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "from 0 to 1")]
fn far(one: &str, other: &str) -> f32 {
    1.0 - strsim::normalized_levenshtein(one, other) as f32
}

/// A word as a part of a term, in lower case; `None` for numbers, codes and common words.
fn term(raw: &str) -> Option<String> {
    let word = raw.trim_matches(|c: char| !c.is_alphanumeric());
    let is_word = LETTERS.contains(&word.len()) && word.chars().all(|c| c.is_ascii_alphabetic());
    let word = is_word.then(|| word.to_ascii_lowercase())?;
    (!COMMON.contains(word.as_str())).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANUAL: &str = "EXHAUST VALVES. Adjust the exhaust valves. Check the torque of the pump flange bolts.\n\
        Pump flange bolts: torque 45 Nm. Remove the drain plug. Install the drain plug.";

    fn like(heard: &str) -> Option<String> {
        Vocabulary::of([MANUAL]).like(heard, 2).first().map(|found| found.text.to_owned())
    }

    #[test]
    fn terms_are_found_by_sound() {
        assert_eq!(like("exhausted elves").as_deref(), Some("exhaust valves"));
        assert_eq!(like("brain plug").as_deref(), Some("drain plug"));
        assert_eq!(like("talk").as_deref(), Some("torque"));
        assert_eq!(like("pump-lanch").as_deref(), Some("pump flange"));
    }

    #[test]
    fn what_sounds_unlike_all_terms_is_like_none() {
        for heard in ["", "42", "refrigerator", "hello"] {
            assert_eq!(like(heard), None, "{heard}");
        }
        assert_eq!(Vocabulary::of(["Install the gasket."]).like("gasket", 2), [], "once is not enough");
        assert!(Vocabulary::of([""]).is_empty());
        let known = Vocabulary::of([MANUAL]);
        for words in ["exhaust", "exhaust valves", "45", "the", "adjust"] {
            assert!(known.knows(words), "{words}");
        }
        assert!(!known.knows("elves") && !known.knows("adjust valves"));
    }

    #[test]
    fn pairs_do_not_cross_the_end_of_a_sentence() {
        let vocabulary = Vocabulary::of(["Drain oil. Plug holes. Drain oil. Plug holes."]);
        assert!(vocabulary.terms.iter().any(|term| term.text == "drain oil"));
        assert!(vocabulary.terms.iter().all(|term| term.text != "oil plug"));
    }
}
