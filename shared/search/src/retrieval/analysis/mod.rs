//! Turns text into index terms: stems in the language of the text, numbers and units in normal form, part numbers as a
//! whole and in parts.
//!
//! Tokens are the same for every language. Only the stemming of words and the stop words depend on it. A segment is
//! analysed in the language of its document, a question in the languages of all segments that are searched.

mod codes;
mod figures;
mod language;
mod numbers;
mod scan;
mod spelled;
mod tokens;
mod units;

use std::borrow::Cow;
use std::collections::HashSet;

use rust_stemmers::Stemmer;

pub use codes::confused;
pub use figures::{Figure, Reading, Sign, figures, unit_terms};
pub use language::Language;
pub use spelled::figures_in_words;
pub use tokens::{Role, TokenKind};

use scan::without_accents;
use tokens::{Event, MAX_TERM, walk};

/// Turns text into index terms.
pub struct Analyzer {
    language: Language,
    stemmer: Option<Stemmer>,
    stop_words: &'static HashSet<&'static str>,
}

impl Default for Analyzer {
    fn default() -> Self {
        Self::of(Language::English)
    }
}

impl Analyzer {
    /// An analyzer for texts in this language.
    #[must_use]
    pub fn of(language: Language) -> Self {
        Self { language, stemmer: language.stemmer(), stop_words: language.stop_words() }
    }

    /// The language of the texts.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// The terms of a text in order, without stop words.
    #[must_use]
    pub fn terms(&self, text: &str) -> Vec<String> {
        let mut terms = Vec::new();
        self.each_term(text, |term| terms.push(term.to_owned()));
        terms
    }

    /// Calls `take` for each term of a text.
    pub fn each_term(&self, text: &str, mut take: impl FnMut(&str)) {
        self.each_term_and_word(text, |term, _| take(term));
    }

    /// Calls `take` for each term that may be among those that `initials` was made from, and with `None` for other
    /// words, to keep the distances between terms. Skips stemming, the most expensive part, for words that cannot lead
    /// to one of them.
    pub fn each_place_like(&self, text: &str, initials: &Initials, mut take: impl FnMut(Option<&str>)) {
        walk(text, |event| match event {
            Event::Word(word) if initials.begin(word) => {
                if let Some(stem) = self.term_of(word) {
                    take(Some(&stem));
                }
            }
            Event::Word(word) if !self.is_stop_word(word) => take(None),
            Event::Begin(..) | Event::Word(_) | Event::Term(Role::Guessed, _) => {}
            Event::Term(_, term) => take(Some(term)),
        });
    }

    /// Calls `take` for each term of a text; if the term is a word, also with that word in lower case without accents.
    pub fn each_term_and_word(&self, text: &str, mut take: impl FnMut(&str, Option<&str>)) {
        walk(text, |event| match event {
            Event::Word(word) => {
                if let Some(stem) = self.term_of(word) {
                    take(&stem, Some(&without_accents(word)));
                }
            }
            Event::Begin(..) | Event::Term(Role::Guessed, _) => {}
            Event::Term(_, term) => take(term, None),
        });
    }

    /// The term of a word in lower case; `None` for stop words.
    #[must_use]
    pub fn term_of<'a>(&self, word: &'a str) -> Option<Cow<'a, str>> {
        let is_stop_word = word.len() > MAX_TERM || self.is_stop_word(word);
        (!is_stop_word).then(|| self.stem(word))
    }

    /// Whether a word, in lower case, is too common to be indexed.
    #[must_use]
    pub fn is_stop_word(&self, word: &str) -> bool {
        self.stop_words.contains(word) || (!word.is_ascii() && self.stop_words.contains(without_accents(word).as_ref()))
    }

    /// The stem of a word in lower case, even if it is a stop word.
    #[must_use]
    pub fn stem<'a>(&self, word: &'a str) -> Cow<'a, str> {
        let Some(stemmer) = &self.stemmer else { return without_accents(word) };
        if self.language == Language::English || word.is_ascii() {
            return match without_accents(word) {
                Cow::Borrowed(plain) => stemmer.stem(plain),
                Cow::Owned(plain) => Cow::Owned(stemmer.stem(&plain).into_owned()),
            };
        }
        // Other languages tell endings apart by their accents.
        Cow::Owned(without_accents(&stemmer.stem(word)).into_owned())
    }
}

/// A word in lower case without the accents of Latin and Greek letters.
#[must_use]
pub fn plain(word: &str) -> Cow<'_, str> {
    without_accents(word)
}

/// A token of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its kind.
    pub kind: TokenKind,
    /// Its original spelling.
    pub written: String,
    /// The word in lower case, not stemmed, for [`TokenKind::Word`].
    pub word: Option<String>,
    /// The terms that are not stemmed.
    pub terms: Vec<(Role, String)>,
}

/// The tokens of a question. They are the same for every language.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    walk(text, |event| match event {
        Event::Begin(kind, written) => {
            tokens.push(Token { kind, written: written.to_owned(), word: None, terms: Vec::new() });
        }
        Event::Word(word) => {
            if let Some(last) = tokens.last_mut() {
                last.word = Some(word.to_owned());
            }
        }
        Event::Term(role, term) => {
            if let Some(last) = tokens.last_mut() {
                last.terms.push((role, term.to_owned()));
            }
        }
    });
    tokens
}

/// Small English numbers in words.
pub const NUMBER_WORDS: [&str; 12] =
    ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// The byte positions of a phrase in a text, at word boundaries. Both must be in lower case. A phrase that ends with a
/// space may continue after it.
pub fn phrase_places<'a>(text: &'a str, phrase: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_border = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    text.match_indices(phrase).map(|(at, _)| at).filter(move |at| {
        let before = text.get(..*at).and_then(|text| text.chars().next_back());
        let after = text.get(at + phrase.len()..).and_then(|text| text.chars().next());
        is_border(before) && (is_border(after) || phrase.ends_with(' '))
    })
}

/// The terms of the units of all values in a text, including values in words.
#[must_use]
pub fn measures(text: &str) -> Vec<String> {
    let mut measures = Vec::new();
    let mut counted = false;
    walk(text, |event| match event {
        Event::Begin(TokenKind::Unit, _) => {}
        Event::Begin(..) => counted = false,
        Event::Word(word) => counted = word == "half" || NUMBER_WORDS.contains(&word),
        // A number that a unit belongs to.
        Event::Term(Role::Joined, _) => counted = true,
        Event::Term(_, term) => {
            if counted && units::is_term(term) && !measures.iter().any(|known| known == term) {
                measures.push(term.to_owned());
            }
        }
    });
    measures
}

/// The first two bytes of terms, for a quick check of words. A word and its stem begin with the same letters, except
/// for `y` that becomes `i`, as in `dying`.
#[derive(Debug, Clone)]
pub struct Initials(Vec<bool>);

impl Initials {
    /// The initials of these terms.
    pub fn of<'a>(terms: impl IntoIterator<Item = &'a str>) -> Self {
        let mut initials = vec![false; 1 << 16];
        for term in terms {
            let (first, seconds) = match term.as_bytes() {
                [] => continue,
                [first] => (*first, 0..=u8::MAX),
                [first, second, ..] => (*first, *second..=*second),
            };
            for second in seconds {
                if let Some(initial) = initials.get_mut(Self::place(first, second)) {
                    *initial = true;
                }
            }
        }
        Self(initials)
    }

    fn place(first: u8, second: u8) -> usize {
        (usize::from(first) << 8) | usize::from(second)
    }

    fn begin(&self, word: &str) -> bool {
        let has = |first: u8, second: u8| self.0.get(Self::place(first, second)).copied().unwrap_or(false);
        match word.as_bytes() {
            // An accent may be lost with the bytes of its letter.
            [first, second, ..] if first.is_ascii() && second.is_ascii() => {
                has(*first, *second) || (*second == b'y' && has(*first, b'i'))
            }
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests;
