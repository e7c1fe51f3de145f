//! Builds the search query: the question, completed from the previous turn.

mod contrast;

use self::contrast::{completes, replaced};
use super::question::{Role, Turn};

/// Maximum length of a query in characters. The embedding model considers about 250 words.
const LONGEST: usize = 1_000;
/// Maximum number of previous turns in a chain of follow-ups.
const MOST_TURNS: usize = 3;
/// Maximum number of words of a question without a subject.
const BARE: usize = 4;

/// Words that refer to something said before, at any position.
#[rustfmt::skip]
const POINTING: &[&str] = &[
    "it", "its", "they", "them", "their", "theirs", "those", "these", "one", "ones", "same", "that", "he", "she",
    "him", "his", "dafür", "davon", "dazu", "damit", "dieser", "diese", "dieses", "derselbe", "dasselbe", "ese",
    "esa", "eso", "mismo", "misma", "celui", "celle", "ceux", "celles", "stesso", "stessa", "quello", "quella",
    "mesmo", "mesma", "dezelfde", "hetzelfde", "daarvoor", "ervan",
];
/// Words at the beginning of a question that continue something said before.
#[rustfmt::skip]
const CONTINUING: &[&str] = &[
    "and", "also", "then", "but", "or", "so", "what about", "how about", "what if", "after that", "before that",
    "now", "ok and", "okay and", "und", "aber", "oder", "y", "e", "pero", "et", "mais", "ma", "mas", "en de",
    "en het", "en hoe", "en voor", "en wat", "maar", "same for", "same with", "wie ist es mit", "was ist mit",
    "que tal", "qué tal", "et pour", "e per", "e para",
];
/// Questions that name the requested value but no subject.
#[rustfmt::skip]
const SUBJECTLESS: &[&str] = &[
    "how tight", "how much", "how many", "how long", "how often", "how far", "how deep", "how hot", "how cold",
    "how high", "how fast", "how big", "how heavy", "how so", "why", "why not", "where", "where exactly", "when",
    "which one", "which ones", "which", "what size", "what torque", "which torque", "what tool", "which tool",
    "what part number", "which part number", "what page", "which page", "what else", "what next", "what then",
    "with what", "in what order", "part number", "stock number", "torque", "nsn", "what for", "who", "how",
    "are you sure", "really", "and", "wie fest", "wie viel", "wieviel", "warum", "wo", "wann", "womit", "cuánto",
    "por qué", "dónde", "cuándo", "combien", "pourquoi", "où", "quand", "quanto", "perché", "dove", "quando", "onde",
    "hoeveel", "waarom", "waar",
];

/// The query for a question. The question is the last line; lines above complete it from previous turns. The rule is
/// fixed, so the same conversation always finds the same passages.
///
/// A question depends on the conversation if it continues it ("and", "what about"), refers back ("its torque", "the
/// rear one"), or names a value without a subject ("how tight?"). Words of the previous turn that the question replaces
/// are omitted: "rear" replaces "front", and 5.9 replaces 3.9.
#[must_use]
pub fn query(text: &str, history: &[Turn], equipment: &[String]) -> String {
    let question = one_line(text);
    let mut parts = vec![question.clone()];
    let mut earlier = history.iter().rev().filter(|turn| turn.role == Role::User).peekable();
    let is_first = earlier.peek().is_none();
    let mut leaning = leans(&question);
    while parts.len() < MOST_TURNS {
        let Some(turn) = earlier.next() else { break };
        let said = one_line(&turn.content);
        if !(leaning || parts.len() == 1 && completes(&question, &said)) {
            break;
        }
        leaning = leans(&said);
        let kept = parts.iter().fold(said, |said, newer| replaced(&said, newer));
        parts.push(kept);
    }
    if is_first && leaning_or_bare(&question) {
        // Nothing was said before, but the conversation has a subject.
        parts.extend(equipment.iter().map(|name| one_line(name)));
    }
    // The question takes its room first; what is cut was said before it.
    let mut left = LONGEST;
    let mut kept: Vec<String> = Vec::with_capacity(parts.len());
    for part in parts {
        let part: String = part.chars().take(left).collect();
        left -= part.chars().count();
        if !part.is_empty() {
            kept.push(part);
        }
    }
    kept.reverse();
    kept.join("\n")
}

/// Whether a question is incomplete without the previous turn.
#[must_use]
pub fn leans(text: &str) -> bool {
    let words = words(text);
    let line = words.join(" ");
    let begins = |start: &str| line.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    let continues = CONTINUING.iter().any(|start| begins(start));
    // "that" and "there" point back at the end of a question; elsewhere they join its parts.
    let inner = words.iter().enumerate().any(|(at, word)| {
        let is_last = at + 1 == words.len();
        let joins =
            matches!(word.as_str(), "that" | "he" | "she" | "ese" | "esa" | "eso" | "diese" | "dieser" | "dieses");
        POINTING.contains(&word.as_str())
            && (!joins || is_last || after_preposition(&words, at))
            && !is_counted(&words, at)
    });
    let last =
        matches!(words.last().map(String::as_str), Some("this" | "there" | "then")) || line.contains("the thing");
    let subjectless = SUBJECTLESS.contains(&without_courtesy(&words).join(" ").as_str());
    continues || inner || last || subjectless
}

fn leaning_or_bare(text: &str) -> bool {
    leans(text) || words(text).len() <= BARE
}

/// Whether a pronoun follows a preposition and refers to nothing after it: "of that", "for this".
fn after_preposition(words: &[String], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| words.get(before)).map(String::as_str);
    matches!(before, Some("of" | "for" | "with" | "than" | "after" | "before" | "about" | "on"))
}

/// Whether "one" is a number, as in "one quart" and "one of the bolts", or "it" has its own meaning, as in "is it safe
/// to".
fn is_counted(words: &[String], at: usize) -> bool {
    let word = words.get(at).map(String::as_str);
    let next = words.get(at + 1).map(String::as_str);
    let before = at.checked_sub(1).and_then(|before| words.get(before)).map(String::as_str);
    match word {
        Some("one") => {
            next.is_some()
                && !matches!(before, Some("the" | "that" | "this" | "which" | "each" | "rear" | "front"))
                && !matches!(next, Some("in" | "on" | "be" | "is" | "go" | "need"))
        }
        Some("it") => {
            let is_empty_subject = matches!(before, Some("is" | "does" | "was" | "can" | "will"))
                && matches!(
                    next,
                    Some("safe" | "ok" | "okay" | "allowed" | "possible" | "necessary" | "normal" | "take")
                );
            is_empty_subject && words.len() > BARE
        }
        _ => false,
    }
}

/// The words without greetings, politeness and conversational openings.
fn without_courtesy(words: &[String]) -> Vec<&str> {
    const COURTESY: &[&str] = &[
        "please", "thanks", "thank", "ok", "okay", "hi", "hello", "hey", "well", "great", "good", "bitte", "danke",
        "merci",
    ];
    words.iter().map(String::as_str).filter(|word| !COURTESY.contains(word)).collect()
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "follow_up_tests.rs"]
mod tests;
