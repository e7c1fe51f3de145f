//! The languages of answers.

use search::retrieval::analysis::Language;

/// A language of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::assistant) enum AnswerLanguage {
    English,
    German,
    Spanish,
    French,
}

/// Function words that occur in only one of the languages.
const FUNCTION_WORDS: [(AnswerLanguage, &[&str]); 4] = [
    (
        AnswerLanguage::English,
        &[
            "the", "is", "what", "how", "of", "does", "which", "where", "when", "it", "my", "to", "with", "and", "for",
            "are", "can", "should", "do", "whats", "why", "thanks", "hello", "hi", "hey",
        ],
    ),
    (
        AnswerLanguage::German,
        &[
            "der", "die", "das", "ist", "wie", "welche", "welches", "welcher", "wo", "wann", "und", "mit", "für",
            "ich", "muss", "darf", "sind", "ein", "eine", "nicht", "wird", "werden", "zum", "zur", "beim", "viel",
            "warum", "kann", "den", "dem", "hallo", "danke", "guten", "vom", "im",
        ],
    ),
    (
        AnswerLanguage::Spanish,
        &[
            "el", "los", "las", "cuál", "cual", "cómo", "como", "cuánto", "cuanto", "dónde", "donde", "qué", "del",
            "por", "para", "con", "una", "y", "hay", "debe", "puedo", "hola", "gracias", "se", "cuándo", "lleva", "en",
        ],
    ),
    (
        AnswerLanguage::French,
        &[
            "le", "les", "des", "du", "quel", "quelle", "quels", "quelles", "comment", "où", "quand", "est", "et",
            "pour", "avec", "une", "combien", "pourquoi", "faut", "dois", "peut", "bonjour", "merci", "au", "aux",
            "il", "dans", "couple", "couples", "serrage",
        ],
    ),
];

impl AnswerLanguage {
    /// The language of a question; English if unknown.
    pub(in crate::assistant) fn of(question: &str) -> Self {
        let lower = question.to_lowercase();
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
        let count = |known: &[&str]| words.iter().filter(|word| known.contains(word)).count();
        let mut best = (AnswerLanguage::English, 0);
        for (language, known) in FUNCTION_WORDS {
            let found = count(known);
            if found > best.1 {
                best = (language, found);
            }
        }
        best.0
    }

    /// The language for text analysis.
    pub(in crate::assistant) fn language(self) -> Language {
        match self {
            Self::English => Language::English,
            Self::German => Language::German,
            Self::Spanish => Language::Spanish,
            Self::French => Language::French,
        }
    }

    pub(in crate::assistant) fn pick(self, texts: [&'static str; 4]) -> &'static str {
        let [english, german, spanish, french] = texts;
        match self {
            Self::English => english,
            Self::German => german,
            Self::Spanish => spanish,
            Self::French => french,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_that_of_the_words_between_the_names() {
        assert_eq!(AnswerLanguage::of("Which oil does the gearbox take?"), AnswerLanguage::English);
        assert_eq!(AnswerLanguage::of("Welches Öl kommt in das Getriebe?"), AnswerLanguage::German);
        assert_eq!(AnswerLanguage::of("¿Qué aceite lleva la caja de cambios?"), AnswerLanguage::Spanish);
        assert_eq!(AnswerLanguage::of("Quelle huile pour la boîte de vitesses ?"), AnswerLanguage::French);
        assert_eq!(AnswerLanguage::of("gearbox oil"), AnswerLanguage::English);
        assert_eq!(AnswerLanguage::of("Danke!"), AnswerLanguage::German);
    }
}
