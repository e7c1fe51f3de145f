//! Languages: stemming, stop words and filler words.

use std::collections::HashSet;
use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};
use serde::{Deserialize, Serialize};
use text2num::Language as Spoken;
use whatlang::{Lang, Script};

use super::scan::without_accents;

/// Number of characters of a document by which its language is detected.
const SAMPLE: usize = 20_000;
/// No words.
static NONE: LazyLock<HashSet<&'static str>> = LazyLock::new(HashSet::new);
/// Words so common in English that indexing them would only cost time.
const ENGLISH_STOP_WORDS: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "by", "can", "do", "does", "for", "from", "had", "has", "have", "how",
    "i", "if", "in", "into", "is", "it", "its", "me", "my", "of", "on", "or", "should", "such", "that", "the", "their",
    "then", "there", "these", "they", "this", "to", "was", "we", "were", "what", "when", "where", "which", "who",
    "will", "with", "you", "your",
];

/// Parsers of numbers in words. For some languages they take a while to create.
static SPOKEN: LazyLock<[(Language, Spoken); 8]> = LazyLock::new(|| {
    [
        (Language::English, Spoken::english()),
        (Language::German, Spoken::german()),
        (Language::Spanish, Spoken::spanish()),
        (Language::French, Spoken::french()),
        (Language::Italian, Spoken::italian()),
        (Language::Portuguese, Spoken::portugese()),
        (Language::Dutch, Spoken::dutch()),
        (Language::Danish, Spoken::danish()),
    ]
});

/// Minimum length of a question for the language detector, and the minimum confidence of its result.
const LONG: usize = 30;
const SURE: f64 = 0.9;

/// A language in which words are analysed.
///
/// Segments store its position, so add new languages at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum Language {
    /// English; also the default if there is too little text.
    #[default]
    English,
    /// German.
    German,
    /// Spanish.
    Spanish,
    /// French.
    French,
    /// Italian.
    Italian,
    /// Portuguese.
    Portuguese,
    /// Dutch.
    Dutch,
    /// Danish.
    Danish,
    /// Swedish.
    Swedish,
    /// Norwegian.
    Norwegian,
    /// Finnish.
    Finnish,
    /// Hungarian.
    Hungarian,
    /// Romanian.
    Romanian,
    /// Russian.
    Russian,
    /// Turkish.
    Turkish,
    /// Greek.
    Greek,
    /// Arabic.
    Arabic,
    /// Any other language: words are compared as they are written.
    Other,
}

impl Language {
    /// Languages whose function words are known, in the order that decides ties.
    const KNOWN: [Self; 7] =
        [Self::English, Self::German, Self::Spanish, Self::French, Self::Italian, Self::Portuguese, Self::Dutch];

    const ALL: [Self; 18] = [
        Self::English,
        Self::German,
        Self::Spanish,
        Self::French,
        Self::Italian,
        Self::Portuguese,
        Self::Dutch,
        Self::Danish,
        Self::Swedish,
        Self::Norwegian,
        Self::Finnish,
        Self::Hungarian,
        Self::Romanian,
        Self::Russian,
        Self::Turkish,
        Self::Greek,
        Self::Arabic,
        Self::Other,
    ];

    /// Detects the language of a document from pieces of it, in their order.
    #[must_use]
    pub fn of_document<'a>(pieces: impl IntoIterator<Item = &'a str>) -> Self {
        let mut sample = String::with_capacity(SAMPLE);
        for piece in pieces {
            if sample.len() >= SAMPLE {
                break;
            }
            sample.push_str(piece);
            sample.push('\n');
        }
        whatlang::detect(&sample).map_or(Self::English, |found| Self::from(found.lang()))
    }

    /// Detects the language of a question. Questions are usually too short for a detector, so function words are
    /// considered first.
    #[must_use]
    pub fn of_question(text: &str) -> Self {
        let lower = text.to_lowercase();
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
        let votes = Self::KNOWN.map(|language| {
            let (stop, filler) = (language.stop_words(), language.filler());
            words.iter().filter(|word| stop.contains(**word) || filler.contains(**word)).count()
        });
        let most = votes.iter().copied().max().unwrap_or(0);
        let winners: Vec<Self> = Self::KNOWN
            .into_iter()
            .zip(votes)
            .filter(|(_, votes)| *votes == most)
            .map(|(language, _)| language)
            .collect();
        if let [only] = winners.as_slice() {
            return *only;
        }
        let detected = whatlang::detect(text).filter(|found| {
            let is_enough = text.chars().count() >= LONG || found.script() != Script::Latin;
            is_enough && (found.confidence() >= SURE || winners.contains(&Self::from(found.lang())))
        });
        let first = winners.first().copied().unwrap_or_default();
        detected.map_or(first, |found| Self::from(found.lang()))
    }

    /// The two-letter ISO 639 code; empty for [`Self::Other`].
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Spanish => "es",
            Self::French => "fr",
            Self::Italian => "it",
            Self::Portuguese => "pt",
            Self::Dutch => "nl",
            Self::Danish => "da",
            Self::Swedish => "sv",
            Self::Norwegian => "no",
            Self::Finnish => "fi",
            Self::Hungarian => "hu",
            Self::Romanian => "ro",
            Self::Russian => "ru",
            Self::Turkish => "tr",
            Self::Greek => "el",
            Self::Arabic => "ar",
            Self::Other => "",
        }
    }

    /// The parser of its numbers in words, if there is one.
    #[must_use]
    pub fn spoken(self) -> Option<&'static Spoken> {
        SPOKEN.iter().find(|(language, _)| *language == self).map(|(_, spoken)| spoken)
    }

    pub(super) fn stemmer(self) -> Option<Stemmer> {
        let algorithm = match self {
            Self::English => Algorithm::English,
            Self::German => Algorithm::German,
            Self::Spanish => Algorithm::Spanish,
            Self::French => Algorithm::French,
            Self::Italian => Algorithm::Italian,
            Self::Portuguese => Algorithm::Portuguese,
            Self::Dutch => Algorithm::Dutch,
            Self::Danish => Algorithm::Danish,
            Self::Swedish => Algorithm::Swedish,
            Self::Norwegian => Algorithm::Norwegian,
            Self::Finnish => Algorithm::Finnish,
            Self::Hungarian => Algorithm::Hungarian,
            Self::Romanian => Algorithm::Romanian,
            Self::Russian => Algorithm::Russian,
            Self::Turkish => Algorithm::Turkish,
            Self::Greek => Algorithm::Greek,
            Self::Arabic => Algorithm::Arabic,
            Self::Other => return None,
        };
        Some(Stemmer::create(algorithm))
    }

    /// Words so common that they are not indexed.
    pub(super) fn stop_words(self) -> &'static HashSet<&'static str> {
        static LISTS: LazyLock<Vec<HashSet<&'static str>>> = LazyLock::new(|| {
            let mut lists: Vec<HashSet<&'static str>> = Vec::new();
            for language in Language::ALL {
                let words = match language {
                    Language::English => ENGLISH_STOP_WORDS,
                    other => stop_words::lookup(other.code()).unwrap_or_default(),
                };
                lists.push(words.iter().copied().collect());
            }
            lists
        });
        LISTS.get(self as usize).unwrap_or(&NONE)
    }

    /// Whether a word, in lower case, says nothing about what a question asks for.
    #[must_use]
    pub fn is_filler(self, word: &str) -> bool {
        let plain = without_accents(word);
        [word, plain.as_ref()].iter().any(|word| self.stop_words().contains(word) || self.filler().contains(word))
    }

    /// Words that frame a question and say nothing about its subject. In questions they have no weight.
    fn filler(self) -> &'static HashSet<&'static str> {
        static LISTS: LazyLock<Vec<HashSet<&'static str>>> = LazyLock::new(|| listed(""));
        LISTS.get(self as usize).unwrap_or(&NONE)
    }

    /// Whether a word, in lower case, is so general that it says little about what a question asks for: how much, when
    /// and where, and common verbs.
    #[must_use]
    pub fn is_general(self, word: &str) -> bool {
        static LISTS: LazyLock<Vec<HashSet<&'static str>>> = LazyLock::new(|| listed("+"));
        let plain = without_accents(word);
        let general = LISTS.get(self as usize).unwrap_or(&NONE);
        [word, plain.as_ref()].iter().any(|word| general.contains(word))
    }
}

/// The words of each language in `filler.txt`, from the lines whose code is followed by this character.
fn listed(sign: &str) -> Vec<HashSet<&'static str>> {
    let of = |language: Language| {
        let line = include_str!("filler.txt").lines().filter_map(|line| line.split_once(':'));
        let mine = line.filter(|(code, _)| code.strip_suffix(sign) == Some(language.code()));
        mine.flat_map(|(_, words)| words.split_whitespace()).collect()
    };
    Language::ALL.into_iter().map(of).collect()
}

impl From<Lang> for Language {
    fn from(found: Lang) -> Self {
        match found {
            Lang::Eng => Self::English,
            Lang::Deu => Self::German,
            Lang::Spa => Self::Spanish,
            Lang::Fra => Self::French,
            Lang::Ita => Self::Italian,
            Lang::Por => Self::Portuguese,
            Lang::Nld => Self::Dutch,
            Lang::Dan => Self::Danish,
            Lang::Swe => Self::Swedish,
            Lang::Nob => Self::Norwegian,
            Lang::Fin => Self::Finnish,
            Lang::Hun => Self::Hungarian,
            Lang::Ron => Self::Romanian,
            Lang::Rus => Self::Russian,
            Lang::Tur => Self::Turkish,
            Lang::Ell => Self::Greek,
            Lang::Ara => Self::Arabic,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_stand_at_the_places_of_their_languages() {
        for (place, language) in Language::ALL.into_iter().enumerate() {
            assert_eq!(language as usize, place);
        }
        assert!(Language::German.stop_words().contains("und"));
        assert!(Language::French.filler().contains("bonjour"));
        assert!(Language::English.is_general("together") && !Language::English.is_general("hello"));
        assert!(!Language::English.is_filler("together"));
        assert!(Language::Other.stop_words().is_empty());
    }

    #[test]
    fn questions_of_few_words_have_a_language() {
        for (language, question) in [
            (Language::English, "What's the belt tension?"),
            (Language::English, "idle speed"),
            (Language::German, "Wie hoch ist der Reifendruck hinten?"),
            (Language::Spanish, "\u{bf}Cu\u{e1}l es la presi\u{f3}n de los neum\u{e1}ticos?"),
            (Language::French, "Quel est le jeu aux soupapes ?"),
            (Language::Italian, "Qual \u{e8} la coppia di serraggio delle ruote?"),
            (Language::Dutch, "Hoeveel olie gaat er in de motor?"),
            (Language::Portuguese, "Qual \u{e9} a press\u{e3}o dos pneus?"),
        ] {
            assert_eq!(Language::of_question(question), language, "{question}");
        }
    }

    #[test]
    fn documents_have_a_language() {
        let german = "Vor dem Ausbau des Anlassers ist die Batterie abzuklemmen und das Fahrzeug zu sichern.";
        assert_eq!(Language::of_document([german, "12345"]), Language::German);
        assert_eq!(Language::of_document([]), Language::English);
    }
}
