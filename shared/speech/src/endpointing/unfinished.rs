//! Whether the words of a speaker who pauses ask for more.

/// English words that end no sentence: articles, conjunctions and the like.
const ENGLISH: &[&str] =
    &["an", "and", "because", "but", "every", "if", "my", "or", "our", "than", "the", "their", "whose", "your"];
/// The same of German, Spanish and French, if English does not have them: the language is not known while somebody
/// speaks.
const GERMAN: &[&str] = &[
    "das", "dem", "der", "ein", "eine", "einem", "einen", "einer", "eines", "für", "oder", "und", "vom", "weil",
    "wenn", "zum", "zur",
];
const SPANISH: &[&str] = &["con", "del", "el", "las", "los", "porque", "una"];
const FRENCH: &[&str] = &["au", "aux", "avec", "du", "et", "les", "ou", "parce", "une"];
/// Sounds of somebody who thinks.
const HESITATION: &[&str] = &["eh", "em", "er", "erm", "hm", "hmm", "uh", "uhm", "um", "äh", "ähm", "euh"];
/// Words that end a question at most ("What is it made of?"), and only one that asks for what comes after them. Those
/// that also belong to verbs ("turn it on") are none of them.
const LAST_OF_QUESTIONS: &[&str] = &["at", "between", "for", "from", "into", "of", "per", "to", "with"];
/// Words that begin a question about what comes after a preposition.
const ASKS: &[&str] = &["how", "what", "what's", "when", "where", "which", "who", "whom"];
/// Words before "I" and "we" that begin a question.
const AUXILIARIES: &[&str] = &["can", "could", "do", "does", "did", "is", "may", "must", "shall", "should", "will"];

/// Whether the last words of an utterance ask for more, as in "the torque of the". Capitals count: "A" is a letter, "a"
/// an article.
#[must_use]
pub fn is_unfinished(text: &str) -> bool {
    let text = text.trim_end();
    if text.ends_with([',', '-', '–', '…', ':']) || text.ends_with("...") {
        return true;
    }
    let asks = text.ends_with('?');
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric() && !"'’-".contains(c)).filter(|word| !word.is_empty()).collect();
    let Some(last) = words.last().copied() else { return false };
    if last == "a" {
        return true;
    }
    let is_code = last.chars().count() == 1 || last.chars().any(char::is_numeric);
    let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let before = lower.len().checked_sub(2).and_then(|place| lower.get(place)).map_or("", String::as_str);
    let first = lower.first().map_or("", String::as_str);
    match lower.last().map_or("", String::as_str) {
        "i" | "we" | "you" => AUXILIARIES.contains(&before),
        _ if is_code => false,
        "is" | "are" | "do" | "does" | "can" | "should" => lower.len() <= 2 && ASKS.contains(&first),
        word if LAST_OF_QUESTIONS.contains(&word) => !(asks && ASKS.contains(&first)),
        word => [ENGLISH, GERMAN, SPANISH, FRENCH, HESITATION].iter().any(|words| words.contains(&word)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_asks_for_more_is_unfinished() {
        for text in [
            "What is the torque of the",
            "What is the torque of the.",
            "How tight are the bolts of my",
            "Replace the gasket and",
            "Replace it with",
            "The pump, um",
            "First the filter,",
            "How do I",
            "What is",
            "Is there a",
            "Tighten it to...",
            "Wie fest ist der",
            "Quel est le couple du",
        ] {
            assert!(is_unfinished(text), "{text}");
        }
    }

    #[test]
    fn what_can_be_all_is_finished() {
        for text in [
            "",
            "?!",
            "Turn it on",
            "Is the pump switched on?",
            "Plug them in",
            "Do you know what they are",
            "Stop",
            "What is the torque of the pump flange bolts?",
            "What is this for?",
            "What is it made of?",
            "Which fuse protects phase A",
            "What does code E 104 mean",
            "How tight is it",
            "Next",
            "I do not know what it is",
            "What can you do?",
            "Set it to 45",
        ] {
            assert!(!is_unfinished(text), "{text}");
        }
    }
}
