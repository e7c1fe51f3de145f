//! Values with numbers in words: `sixty-five foot-pounds`.

use std::borrow::Cow;
use std::ops::Range;

use text2num::{Language as Spoken, Occurence, Token, find_numbers};

use super::Language;
use super::figures::{Figure, figures};

/// Maximum number of bytes after a number in which its unit is searched.
const REACH: usize = 40;

/// A word of a text.
struct Word<'a> {
    text: &'a str,
    lower: String,
    /// Whether it is separated from the previous word by something that ends a number: a full stop, a bracket, a digit.
    is_apart: bool,
    range: Range<usize>,
}

impl Token for &Word<'_> {
    fn text(&self) -> Cow<'_, str> {
        self.text.into()
    }

    fn text_lowercase(&self) -> Cow<'_, str> {
        self.lower.as_str().into()
    }

    fn nt_separated(&self, _: &Self) -> bool {
        self.is_apart
    }
}

/// The values with numbers in words, in order and with their positions. Omits fractions, ordinals and numbers in
/// digits.
#[must_use]
pub fn figures_in_words(text: &str, language: Language) -> Vec<Figure> {
    let Some(spoken) = language.spoken() else { return Vec::new() };
    let words = words(text);
    let found = find_numbers(words.iter(), spoken, 0.0).into_iter();
    found.filter_map(|number| figure(text, &words, &number, spoken)).collect()
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut words: Vec<Word<'_>> = Vec::new();
    let mut end = 0;
    let is_of_word = |c: char| c.is_alphabetic() || matches!(c, '-' | '\'' | '\u{2019}');
    for part in text.split(|c| !is_of_word(c)).filter(|part| part.contains(char::is_alphabetic)) {
        let start = part.as_ptr().addr() - text.as_ptr().addr();
        let range = start..start + part.len();
        let between = text.get(end..start).unwrap_or_default();
        let is_apart = !between.chars().all(|c| c == ' ');
        end = range.end;
        words.push(Word { text: part, lower: part.to_lowercase(), is_apart, range });
    }
    words
}

/// Whether a number word is a pronoun: "the short ones".
fn is_pronoun(words: &[Word<'_>]) -> bool {
    matches!(words, [word] if word.lower == "ones")
}

/// The value that a number in words forms with the unit after it.
fn figure(text: &str, words: &[Word<'_>], number: &Occurence, spoken: &Spoken) -> Option<Figure> {
    let named = words.get(number.start..number.end).filter(|named| !is_pronoun(named))?;
    let mut end = named.last()?.range.end;
    let mut digits = Cow::from(number.text.as_str());
    if number.is_ordinal {
        // "thirty seconds" are no thirty-second.
        let (last, before) = named.split_last()?;
        let cardinal = find_numbers(before.iter(), spoken, 0.0).pop().filter(|found| !found.is_ordinal)?;
        last.lower.starts_with("second").then_some(())?;
        (digits, end) = (cardinal.text.into(), before.last()?.range.end);
    }
    let rest = text.get(end..).unwrap_or_default().lines().next().unwrap_or_default();
    // Up to the next figure, whose unit is not this one's: "the short one to 100 lb-ft".
    let ends = |(at, c): (usize, char)| (c.is_ascii_digit() || at >= REACH).then_some(at);
    let reach = rest.char_indices().find_map(ends).unwrap_or(rest.len());
    let written = format!("{digits}{}", rest.get(..reach).unwrap_or_default());
    let first = figures(&written).into_iter().next().filter(|figure| figure.range.start == 0)?;
    let behind = first.range.end.checked_sub(digits.len())?;
    Some(Figure { range: named.first()?.range.start..end + behind, reading: first.reading, others: Vec::new() })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::retrieval::analysis::Reading;

    fn read(text: &str, language: Language) -> Vec<(String, String)> {
        let shown = |reading: Reading| match reading {
            Reading::Value { number, unit, .. } => format!("{number} {}", unit.unwrap_or_default()),
            Reading::Code { code, .. } => code,
        };
        let found = figures_in_words(text, language).into_iter();
        let pairs = found.map(|figure| (text.get(figure.range).unwrap().to_owned(), shown(figure.reading)));
        pairs.map(|(written, read)| (written, read.trim().to_owned())).collect()
    }

    fn pair(written: &str, read: &str) -> (String, String) {
        (written.to_owned(), read.to_owned())
    }

    #[test]
    fn numbers_in_words_have_their_units() {
        let english = |text| read(text, Language::English);
        assert_eq!(english("Tighten to sixty-five foot-pounds."), [pair("sixty-five foot-pounds", "65 lbft")]);
        assert_eq!(english("Wait (thirty seconds)."), [pair("thirty seconds", "30 second")]);
        assert_eq!(english("One hundred twenty psi, no more"), [pair("One hundred twenty psi", "120 psi")]);
        assert_eq!(english("three point five quarts"), [pair("three point five quarts", "3.5 quart")]);
        assert_eq!(english("forty. Five bolts"), [pair("forty", "40"), pair("Five", "5")]);
        assert_eq!(english("the second gear of 30 psi"), []);
        assert_eq!(english("the short ones to 100 lb-ft, the long one to 110 lb-ft"), [pair("one", "1")]);
        let german = read("Mit f\u{fc}nfundsechzig Newtonmeter anziehen", Language::German);
        assert_eq!(german, [pair("f\u{fc}nfundsechzig Newtonmeter", "65 nm")]);
        let french = read("attendre vingt minutes", Language::French);
        assert_eq!(french, [pair("vingt minutes", "20 minute")]);
        let spanish = read("hasta treinta y cinco bar", Language::Spanish);
        assert_eq!(spanish, [pair("treinta y cinco bar", "35 bar")]);
        assert_eq!(read("f\u{e4}rdigt efter tjugo minuter", Language::Swedish), []);
    }
}
