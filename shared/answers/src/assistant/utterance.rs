//! Words of an utterance, and phrases to compare them with.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// A word of an utterance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word<'a> {
    pub(super) written: &'a str,
    /// In lower case, without accents.
    pub(super) plain: String,
    /// Its position in bytes.
    pub(super) at: usize,
}

/// The words of a text, without punctuation.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let ends = |c: char| !c.is_alphanumeric() && !is_combining_mark(c);
    let (mut words, mut at) = (Vec::new(), 0);
    for part in text.split_inclusive(ends) {
        let written = part.trim_end_matches(ends);
        if !written.is_empty() {
            words.push(Word { written, plain: plain(written), at });
        }
        at += part.len();
    }
    words
}

fn plain(word: &str) -> String {
    let letters = word.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    // ß is no accent.
    letters.collect::<String>().replace('ß', "ss")
}

/// Phrases of plain words, separated by `|`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Phrases(pub(super) &'static str);

impl Phrases {
    pub(super) fn all(self) -> impl Iterator<Item = &'static str> {
        self.0.split('|')
    }

    /// Whether these words are one of the phrases.
    pub(super) fn are(self, words: &[Word<'_>]) -> bool {
        self.all().any(|phrase| is(phrase, words))
    }

    /// Whether a single word is one of the phrases.
    pub(super) fn hold(self, word: &Word<'_>) -> bool {
        self.are(std::slice::from_ref(word))
    }

    /// Number of words of the longest phrase at the beginning; 0 if there is none.
    pub(super) fn at_start(self, words: &[Word<'_>]) -> usize {
        self.longest(|count| words.get(..count))
    }

    /// Number of words of the longest phrase at the end; 0 if there is none.
    pub(super) fn at_end(self, words: &[Word<'_>]) -> usize {
        self.longest(|count| words.get(words.len().checked_sub(count)?..))
    }

    fn longest<'a>(self, part: impl Fn(usize) -> Option<&'a [Word<'a>]>) -> usize {
        let found = self.all().filter_map(|phrase| {
            let count = phrase.split(' ').count();
            part(count).filter(|words| is(phrase, words)).map(|_| count)
        });
        found.max().unwrap_or(0)
    }
}

fn is(phrase: &str, words: &[Word<'_>]) -> bool {
    phrase.split(' ').eq(words.iter().map(|word| word.plain.as_str()))
}

/// Fails if a phrase is not in plain words, because then it would never match.
#[cfg(test)]
pub(super) fn assert_plain(phrases: Phrases) {
    for phrase in phrases.all() {
        let plain: Vec<String> = words(phrase).into_iter().map(|word| word.plain).collect();
        assert_eq!(plain.join(" "), phrase);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_plain_and_have_their_places() {
        let plain = |text| words(text).into_iter().map(|word| (word.plain, word.at)).collect::<Vec<_>>();
        let expected = [("nachster".to_owned(), 0), ("weiss".to_owned(), 11)];
        assert_eq!(plain("Nächster, Weiß!"), expected);
        assert_eq!(plain("Na\u{308}chster – "), [("nachster".to_owned(), 0)]);
        assert_eq!(plain(" ?!"), []);
    }

    #[test]
    fn phrases_are_found_whole() {
        let courtesies = Phrases("thank|thank you|ok");
        assert_eq!(courtesies.at_start(&words("Thank you, next")), 2);
        assert_eq!(courtesies.at_end(&words("next, ok")), 1);
        assert_eq!((courtesies.at_start(&words("you")), courtesies.at_end(&[])), (0, 0));
        assert!(courtesies.are(&words("thank you")) && !courtesies.are(&words("thank you ok")));
    }
}
