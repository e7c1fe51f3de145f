//! Replies to greetings and thanks.

use super::language::AnswerLanguage;

const GREETINGS: &[&str] = &[
    "hello",
    "hi",
    "hey",
    "good",
    "morning",
    "afternoon",
    "evening",
    "day",
    "hallo",
    "guten",
    "morgen",
    "tag",
    "abend",
    "moin",
    "servus",
    "hola",
    "buenos",
    "buenas",
    "días",
    "dias",
    "tardes",
    "noches",
    "bonjour",
    "bonsoir",
    "salut",
    "there",
    "howdy",
];
const THANKS: &[&str] = &[
    "thanks",
    "thank",
    "you",
    "thx",
    "cheers",
    "danke",
    "dankeschön",
    "vielen",
    "dank",
    "gracias",
    "muchas",
    "merci",
    "beaucoup",
    "schön",
    "great",
    "perfect",
    "ok",
    "okay",
    "super",
    "cool",
    "very",
    "much",
    "so",
    "a",
    "lot",
    "for",
    "the",
    "help",
    "your",
    "mil",
];
/// Words of which at least one is necessary for a greeting or thanks.
const MARKS: (&[&str], &[&str]) = (
    &[
        "hello",
        "hi",
        "hey",
        "morning",
        "afternoon",
        "evening",
        "hallo",
        "moin",
        "servus",
        "guten",
        "hola",
        "buenos",
        "buenas",
        "bonjour",
        "bonsoir",
        "salut",
        "howdy",
    ],
    &["thanks", "thank", "thx", "cheers", "danke", "dankeschön", "dank", "gracias", "merci"],
);

/// The reply to a message that contains only greetings or thanks.
pub(super) fn reply(text: &str, language: AnswerLanguage) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let only = |known: &[&str]| words.iter().all(|word| known.contains(word) || GREETINGS.contains(word));
    let any = |marks: &[&str]| words.iter().any(|word| marks.contains(word));
    if any(MARKS.1) && only(THANKS) {
        Some(language.welcome())
    } else if any(MARKS.0) && only(GREETINGS) {
        Some(language.greeting())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_greetings_and_thanks_are_answered_in_kind() {
        assert_eq!(reply("Good morning!", AnswerLanguage::English), Some(AnswerLanguage::English.greeting()));
        assert_eq!(reply("Vielen Dank!", AnswerLanguage::German), Some(AnswerLanguage::German.welcome()));
        assert_eq!(reply("ok thanks a lot", AnswerLanguage::English), Some(AnswerLanguage::English.welcome()));
        assert_eq!(reply("hi, what is the idle speed?", AnswerLanguage::English), None);
        assert_eq!(reply("thanks. and the rear one?", AnswerLanguage::English), None);
        assert_eq!(reply("good tools", AnswerLanguage::English), None);
    }
}
