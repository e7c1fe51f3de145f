//! From text to index terms: lower case, stems, and part numbers whole and in parts.

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Longest term in bytes; longer runs are no words.
const MAX_TERM: usize = 64;

/// Words so common in English that they only cost time.
const STOP_WORDS: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "by", "can", "do", "does", "for", "from", "had", "has", "have", "how",
    "i", "if", "in", "into", "is", "it", "its", "me", "my", "of", "on", "or", "should", "such", "that", "the", "their",
    "then", "there", "these", "they", "this", "to", "was", "we", "were", "what", "when", "where", "which", "who",
    "will", "with", "you", "your",
];

/// Turns text into terms.
pub struct Analyzer {
    stemmer: Stemmer,
}

impl Default for Analyzer {
    fn default() -> Self {
        Self { stemmer: Stemmer::create(Algorithm::English) }
    }
}

impl Analyzer {
    /// The terms of a text, in order, stop words left out.
    #[must_use]
    pub fn terms(&self, text: &str) -> Vec<String> {
        let mut terms = Vec::new();
        self.each_term(text, |term| terms.push(term.to_owned()));
        terms
    }

    /// Calls `take` for each term of a text.
    pub fn each_term(&self, text: &str, take: impl FnMut(&str)) {
        self.each_term_like(text, &Initials::ANY, take);
    }

    /// Calls `take` for each term that may be one of those that `initials` were made of, and for some
    /// others: stemming, which costs most, is left out where it cannot lead to one.
    pub fn each_term_like(&self, text: &str, initials: &Initials, mut take: impl FnMut(&str)) {
        let folded = fold(text);
        for token in folded.split(|c: char| !(c.is_alphanumeric() || is_joiner(c))) {
            let token = token.trim_matches(is_joiner);
            if token.is_empty() || token.len() > MAX_TERM * 4 {
                continue;
            }
            if is_code(token) {
                each_code_term(token, &mut take);
            } else {
                for word in token.split(is_joiner) {
                    if initials.begin(word) {
                        self.word(word, &mut take);
                    }
                }
            }
        }
    }

    fn word(&self, word: &str, take: &mut impl FnMut(&str)) {
        if word.is_empty() || word.len() > MAX_TERM || STOP_WORDS.binary_search(&word).is_ok() {
            return;
        }
        take(&self.stemmer.stem(word));
    }
}

/// First bytes of terms. A word and its stem begin alike.
#[derive(Debug, Clone)]
pub struct Initials([bool; 256]);

impl Initials {
    /// Those of all terms.
    const ANY: Self = Self([true; 256]);

    /// Those of these terms.
    pub fn of<'a>(terms: impl IntoIterator<Item = &'a str>) -> Self {
        let mut initials = [false; 256];
        for byte in terms.into_iter().filter_map(|term| term.bytes().next()) {
            if let Some(initial) = initials.get_mut(usize::from(byte)) {
                *initial = true;
            }
        }
        Self(initials)
    }

    fn begin(&self, word: &str) -> bool {
        let first = word.bytes().next().map(usize::from);
        first.and_then(|first| self.0.get(first)).copied().unwrap_or(false)
    }
}

/// Lower case without accents and apostrophes.
fn fold(text: &str) -> String {
    let keep = |c: &char| !matches!(c, '\'' | '\u{2019}' | '\u{ad}');
    if text.is_ascii() {
        return text.chars().filter(keep).map(|c| c.to_ascii_lowercase()).collect();
    }
    text.nfkd().filter(|c| !is_combining_mark(*c)).filter(keep).flat_map(char::to_lowercase).collect()
}

/// Characters that hold a part number or a hyphenated word together.
fn is_joiner(character: char) -> bool {
    matches!(character, '-' | '.' | '/' | '\u{2010}' | '\u{2011}' | '\u{2013}')
}

/// Part numbers, stock numbers, thread sizes, measures: tokens with a digit.
fn is_code(token: &str) -> bool {
    token.bytes().any(|b| b.is_ascii_digit())
}

/// A code is found whole, with and without its hyphens (`5305-00-123-4567` and `5305001234567`),
/// and by its parts.
fn each_code_term(token: &str, take: &mut impl FnMut(&str)) {
    let whole: String = token.chars().filter(|c| !is_joiner(*c) || *c == '.').collect();
    if whole.len() <= MAX_TERM {
        take(&whole);
    }
    let parts = token.split(|c| is_joiner(c) && c != '.');
    for part in parts.clone() {
        let is_whole = part.len() == token.len();
        if !is_whole && !part.is_empty() && part.len() <= MAX_TERM {
            take(part);
        }
        // A number and its unit: `6.5l`, `45nm`, `12v`.
        let unit = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let number = part.strip_suffix(unit).unwrap_or_default().trim_end_matches('.');
        let is_measure = !unit.is_empty() && !number.is_empty() && unit.chars().all(char::is_alphabetic);
        if is_measure {
            take(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        Analyzer::default().terms(text)
    }

    #[test]
    fn stop_words_are_sorted() {
        assert!(STOP_WORDS.is_sorted());
    }

    #[test]
    fn words_are_stemmed_and_folded() {
        assert_eq!(terms("Cleaning the Pumps"), ["clean", "pump"]);
        assert_eq!(terms("O\u{2019}Gara's caf\u{e9}"), ["ogara", "cafe"]);
    }

    #[test]
    fn terms_that_may_be_among_others_are_not_missed() {
        let text = "Dying pumps, skies, Caf\u{e9}s and 5305-00: cleaning the M12x1.75 covers";
        let analyzer = Analyzer::default();
        for term in analyzer.terms(text) {
            let mut found = false;
            analyzer.each_term_like(text, &Initials::of([term.as_str()]), |like| found |= like == term);
            assert!(found, "{term}");
        }
    }

    #[test]
    fn hyphenated_words_match_in_parts() {
        assert_eq!(terms("add-on-armor"), terms("add on armor"));
    }

    #[test]
    fn part_numbers_are_found_whole_and_in_parts() {
        let found = terms("TM 9-2815-237-34");
        for term in ["9281523734", "9", "2815", "237", "34"] {
            assert!(found.contains(&term.to_owned()), "{term} in {found:?}");
        }
        assert!(terms("NSN 5305-00-123-4567").contains(&"5305001234567".to_owned()));
        assert_eq!(terms("M12x1.75"), ["m12x1.75"]);
        assert_eq!(terms("6.5L"), ["6.5l", "6.5"]);
    }
}
