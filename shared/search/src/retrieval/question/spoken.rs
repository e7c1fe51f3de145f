//! Converts numbers in words to digits: `six point five liter`, `three eighths`, `quarter-twenty`.
//!
//! Questions may be spoken or written in haste, while manuals print digits. Only questions are converted.

use text2num::replace_numbers_in_text;

use super::super::analysis::{Language, TokenKind, tokens};

/// Numbers below this stay words unless a unit follows, as in `which one`.
const ALONE: f64 = 10.0;
/// Maximum length of a question in bytes. Longer ones stay as they are.
const LONGEST: usize = 4_000;
const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const PITCHES: [(&str, u32); 7] = [
    ("twenty", 20),
    ("twenty-four", 24),
    ("twenty-eight", 28),
    ("thirty-two", 32),
    ("thirty-six", 36),
    ("forty", 40),
    ("fifty-six", 56),
];
const PARTS: [(&str, u32); 7] =
    [("half", 2), ("third", 3), ("quarter", 4), ("fourth", 4), ("eighth", 8), ("sixteenth", 16), ("thirty-second", 32)];

/// The question with its numbers in digits.
pub(super) fn in_digits(question: &str, language: Language) -> String {
    let Some(spoken) = language.spoken() else { return question.to_owned() };
    if question.len() > LONGEST {
        return question.to_owned();
    }
    if language != Language::English {
        return replace_numbers_in_text(question, spoken, ALONE);
    }
    let fractions = fractions(question);
    measures(&replace_numbers_in_text(&fractions, spoken, ALONE))
}

/// Fractions, with a whole number before and the pitch of a thread after them.
fn fractions(question: &str) -> String {
    let words: Vec<&str> = question.split_whitespace().flat_map(halves).collect();
    let mut out: Vec<String> = Vec::with_capacity(words.len());
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let rest = words.get(at..).unwrap_or_default();
        if let Some((fraction, used)) = fraction(rest) {
            let whole = whole_before(&mut out);
            let pitch = words.get(at + used).and_then(|next| pitch(bare(next)));
            let last = words.get(at + used + usize::from(pitch.is_some()) - 1).copied().unwrap_or_default();
            let pitch = pitch.map_or_else(String::new, |pitch| {
                at += 1;
                format!("-{pitch}")
            });
            let stop = last.get(last.trim_end_matches(|c: char| !c.is_alphanumeric()).len()..).unwrap_or_default();
            out.push(format!("{whole}{fraction}{pitch}{stop}"));
            at += used;
        } else {
            out.push((*word).to_owned());
            at += 1;
        }
    }
    out.join(" ")
}

/// Splits `three-eighths` into two words; `thirty-second` and `twenty-four` stay one.
fn halves(word: &str) -> Vec<&str> {
    let plain = bare(word);
    let one = PARTS.iter().any(|(name, _)| plain.trim_end_matches('s') == *name);
    match word.split_once('-') {
        Some((first, second)) if !one && (number(bare(first)).is_some() || part(bare(first)).is_some()) => {
            let is_fraction = part(bare(second)).is_some() || part(bare(first)).is_some();
            if is_fraction { vec![first, second] } else { vec![word] }
        }
        _ => vec![word],
    }
}

/// The fraction at the beginning of these words, and how many words it takes.
fn fraction(words: &[&str]) -> Option<(String, usize)> {
    let first = bare(words.first()?);
    let second = words.get(1).map(|word| bare(word)).unwrap_or_default();
    if let (Some(above), Some(below)) = (number(first), part(second)) {
        return (above > 0 && above < below).then(|| (format!("{above}/{below}"), 2));
    }
    // Alone, it must be seen to be a measure: a half turn, a quarter inch, quarter-twenty.
    let (below, used) = match (first, part(first), part(second)) {
        (_, Some(below), _) => (below, 1),
        ("a", _, Some(below)) => (below, 2),
        _ => return None,
    };
    let next = words.get(used).map(|word| bare(word)).unwrap_or_default();
    let measures = pitch(next).is_some() || next.trim_end_matches('s') == "turn" || is_unit(next);
    (measures && !matches!(first, "third" | "fourth" | "eighth" | "sixteenth")).then(|| (format!("1/{below}"), used))
}

/// Removes a whole number with its `and` from the end: `two and a half`, `two and three eighths`.
fn whole_before(out: &mut Vec<String>) -> String {
    let mut back = out.iter().rev().map(String::as_str).map(bare);
    let mut used = 1;
    let mut last = back.next();
    if last == Some("a") {
        used += 1;
        last = back.next();
    }
    if last != Some("and") {
        return String::new();
    }
    let whole = back.next().and_then(|word| number(word).or_else(|| word.parse().ok().filter(|whole| *whole < 100)));
    let Some(whole) = whole else { return String::new() };
    out.truncate(out.len().saturating_sub(used + 1));
    format!("{whole}-")
}

/// Converts small numbers in words before a unit.
fn measures(question: &str) -> String {
    let words: Vec<&str> = question.split(' ').collect();
    let mut out: Vec<String> = Vec::with_capacity(words.len());
    for (at, word) in words.iter().enumerate() {
        let unit = words.get(at + 1).is_some_and(|next| is_unit(bare(next)));
        let number = number(word).filter(|_| unit);
        out.push(number.map_or_else(|| (*word).to_owned(), |number| number.to_string()));
    }
    out.join(" ")
}

fn is_unit(word: &str) -> bool {
    // Some units are only such behind a number.
    let tokens = tokens(&format!("1 {word}"));
    tokens.get(1).is_some_and(|token| token.kind == TokenKind::Unit)
}

fn number(word: &str) -> Option<u32> {
    (0_u32..).zip(ONES).find(|(_, name)| word.eq_ignore_ascii_case(name)).map(|(number, _)| number)
}

fn pitch(word: &str) -> Option<u32> {
    let named = PITCHES.iter().find(|(name, _)| word.eq_ignore_ascii_case(name)).map(|(_, pitch)| *pitch);
    named.or_else(|| number(word).filter(|pitch| *pitch >= 7))
}

fn part(word: &str) -> Option<u32> {
    let lower = word.to_lowercase();
    let singular = if lower == "halves" { "half" } else { lower.strip_suffix('s').unwrap_or(&lower) };
    PARTS.iter().find(|(name, _)| singular == *name).map(|(_, below)| *below)
}

fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_words_become_digits() {
        for (said, meant) in [
            ("pressure of the six point five liter press", "pressure of the 6.5 liter press"),
            ("twenty-five bolts", "25 bolts"),
            ("is one hundred and twenty too hot?", "is 120 too hot?"),
            ("three eighths wrench", "3/8 wrench"),
            ("a five-sixteenths drill", "a 5/16 drill"),
            ("two and a half turns", "2-1/2 turns"),
            ("one and three quarters inch", "1-3/4 inch"),
            ("quarter-twenty tap?", "1/4-20 tap?"),
            ("three eighths sixteen stud", "3/8-16 stud"),
            ("half inch drive", "1/2 inch drive"),
            ("eight quarts or nine", "8 quarts or nine"),
        ] {
            assert_eq!(in_digits(said, Language::English), meant);
        }
        assert_eq!(in_digits("f\u{fc}nfundzwanzig Schrauben", Language::German), "25 Schrauben");
    }

    #[test]
    fn words_that_are_no_measures_stay() {
        for said in [
            "which one is it",
            "the third pump",
            "both halves of the case",
            "first quarter service",
            "wait a second",
            "AB-4410 in Bay 7, 3/8-16",
            "one of the two",
        ] {
            assert_eq!(in_digits(said, Language::English), said);
        }
        let long = "seven ".repeat(5_000);
        assert_eq!(in_digits(&long, Language::English), long);
    }
}
