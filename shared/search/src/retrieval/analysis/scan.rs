//! Splits a line of text into runs of characters.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The kind of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Letters, digits and what joins them.
    Plain,
    /// A script without spaces between words, or one that attaches endings to them.
    Unspaced,
    /// A character that is a unit: `°`, `%`, `"`.
    Sign,
}

/// What separates a run from the previous one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// Nothing.
    None,
    /// One space.
    Space,
    /// Spaces and full stops that may occur within a unit: `ft. lbs.`
    Soft,
    /// Anything else.
    Hard,
}

/// A run of characters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Raw<'a> {
    /// Its text, with normalised characters.
    pub(super) text: &'a str,
    pub(super) shape: Shape,
    pub(super) gap: Gap,
}

/// The text with one character for each group of equivalent ones: dashes, crosses, fractions, full-width letters.
pub(super) fn normalised(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    text.chars().for_each(|character| push_normalised(&mut out, character));
    out.nfc().collect::<String>().into()
}

/// The same, and for each byte of the result the position of its source character in `text`. Decomposed letters stay
/// decomposed, and Markdown's backslashes before punctuation are dropped.
pub(super) fn normalised_with_places(text: &str) -> (String, Vec<usize>) {
    let mut out = String::with_capacity(text.len() + 8);
    let mut places = Vec::with_capacity(text.len() + 8);
    for (at, character) in text.char_indices() {
        let escapes = || text.get(at + 1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_punctuation()));
        if character == '\\' && escapes() {
            continue;
        }
        push_normalised(&mut out, character);
        places.resize(out.len(), at);
    }
    (out, places)
}

fn push_normalised(out: &mut String, character: char) {
    match character {
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{640}' => {}
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}' => out.push('-'),
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' | '\u{b4}' => out.push('\''),
        '\u{201c}' | '\u{201d}' | '\u{201f}' | '\u{2033}' => out.push('"'),
        '\u{d7}' | '\u{2715}' | '\u{2a2f}' => out.push('x'),
        '\u{2044}' | '\u{2215}' => out.push('/'),
        // Between the letters of a unit, as in N·m.
        '\u{b7}' | '\u{2022}' | '\u{2219}' | '\u{22c5}' | '\u{30fb}' => out.push('-'),
        '\u{ba}' | '\u{2da}' => out.push('\u{b0}'),
        '\u{2122}' | '\u{ae}' | '\u{a9}' => out.push(' '),
        // Per minute: min to the power of minus one.
        '\u{207b}' if out.ends_with(char::is_alphabetic) => out.push('-'),
        '\u{b9}' | '\u{b2}' if out.ends_with('-') && out.trim_end_matches('-').ends_with(char::is_alphabetic) => {
            out.extend(std::iter::once(character).nfkc());
        }
        '\u{b2}' | '\u{b3}' if ends_with_length(out) => out.extend(std::iter::once(character).nfkc()),
        '\u{b2}' | '\u{b3}' | '\u{b9}' | '\u{2070}'..='\u{209f}' | '\u{2460}'..='\u{24ff}' => {
            out.push(' ');
            out.extend(std::iter::once(character).nfkc());
            out.push(' ');
        }
        '\u{bc}'..='\u{be}' | '\u{2150}'..='\u{215e}' => {
            // ⅜ is 3⁄8, and 2⅜ is not 23⁄8.
            if out.ends_with(|c: char| c.is_ascii_digit()) {
                out.push('-');
            }
            out.extend(std::iter::once(character).nfkc().map(|c| if c == '\u{2044}' { '/' } else { c }));
        }
        other if other.is_ascii() => out.push(other),
        other => out.extend(std::iter::once(other).nfkc()),
    }
}

/// Whether a text ends with a unit of length, which a superscript turns into one of area or volume.
fn ends_with_length(text: &str) -> bool {
    const LENGTHS: [&str; 7] = ["mm", "cm", "dm", "m", "km", "in", "ft"];
    let last = text.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    LENGTHS.contains(&last)
}

/// Splits a normalised line into runs.
pub(super) fn runs<'a>(line: &'a str, into: &mut Vec<Raw<'a>>) {
    into.clear();
    let mut open: Option<(usize, Shape)> = None;
    let mut end = 0;
    let mut before: Option<char> = None;
    let mut characters = line.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        let shape = shape(character, before, next, open.is_some());
        if open.map(|(_, shape)| shape) != shape || shape == Some(Shape::Sign) {
            close(line, open.take(), at, &mut end, into);
            open = shape.map(|shape| (at, shape));
        }
        before = Some(character);
    }
    close(line, open, line.len(), &mut end, into);
}

fn close<'a>(line: &'a str, open: Option<(usize, Shape)>, at: usize, end: &mut usize, into: &mut Vec<Raw<'a>>) {
    let Some((start, shape)) = open else { return };
    let gap = gap(line.get(*end..start).unwrap_or_default(), into.is_empty());
    into.push(Raw { text: line.get(start..at).unwrap_or_default(), shape, gap });
    *end = at;
}

fn gap(between: &str, is_first: bool) -> Gap {
    match between {
        _ if is_first => Gap::Hard,
        "" => Gap::None,
        " " => Gap::Space,
        soft if soft.chars().all(|c| matches!(c, ' ' | '.' | '-')) => Gap::Soft,
        _ => Gap::Hard,
    }
}

fn shape(character: char, before: Option<char>, next: Option<char>, inside: bool) -> Option<Shape> {
    if character.is_ascii_alphanumeric() {
        return Some(Shape::Plain);
    }
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    match character {
        '-' | '/' | '\'' if inside && letter(before) && letter(next) => Some(Shape::Plain),
        '.' if inside && letter(before) && letter(next) => Some(Shape::Plain),
        // .004 is a number.
        '.' if !letter(before) && digit(next) => Some(Shape::Plain),
        ',' if digit(before) && digit(next) => Some(Shape::Plain),
        '\u{b0}' | '%' => Some(Shape::Sign),
        '"' if digit(before) => Some(Shape::Sign),
        other if other.is_ascii() => None,
        other if is_unspaced(other) => Some(Shape::Unspaced),
        other if other.is_alphanumeric() || (inside && is_combining_mark(other)) => Some(Shape::Plain),
        _ => None,
    }
}

/// Whether a character belongs to a script without spaces between words.
fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}' | '\u{1780}'..='\u{17ff}'
        | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{3099}' | '\u{309b}'..='\u{30fa}' | '\u{30fc}'..='\u{318f}'
        | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
        && (character.is_alphanumeric() || is_combining_mark(character) || matches!(character, '\u{30fc}' | '\u{3005}'))
}

/// A word in lower case without the accents of Latin and Greek letters. Marks of other scripts are letters.
pub(super) fn without_accents(word: &str) -> Cow<'_, str> {
    if word.is_ascii() {
        return Cow::Borrowed(word);
    }
    let mut out = String::with_capacity(word.len());
    for character in word.chars() {
        match character {
            '\u{df}' => out.push_str("ss"),
            '\u{e6}' => out.push_str("ae"),
            '\u{153}' => out.push_str("oe"),
            '\u{f8}' => out.push('o'),
            '\u{142}' => out.push('l'),
            '\u{131}' => out.push('i'),
            '\u{451}' => out.push('\u{435}'),
            '\u{c0}'..='\u{24f}' | '\u{370}'..='\u{3ff}' | '\u{1e00}'..='\u{1fff}' => {
                out.extend(std::iter::once(character).nfd().filter(|c| !is_combining_mark(*c)));
            }
            '\u{300}'..='\u{36f}' => {}
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<String> {
        let line = normalised(line);
        let mut raws = Vec::new();
        runs(&line, &mut raws);
        raws.iter().map(|raw| raw.text.to_owned()).collect()
    }

    #[test]
    fn joiners_belong_to_a_run_only_inside() {
        assert_eq!(texts("(AN-814/2D), end. -x- .25 6,5 a,b"), ["AN-814/2D", "end", "x", ".25", "6,5", "a", "b"]);
        assert_eq!(texts("5\" 90\u{b0}C 12%"), ["5", "\"", "90", "\u{b0}", "C", "12", "%"]);
    }

    #[test]
    fn signs_have_one_form() {
        assert_eq!(texts("N\u{b7}m 14\u{d7}1,5 25\u{2013}37 2\u{215c}"), ["N-m", "14x1,5", "25-37", "2-3/8"]);
        assert_eq!(texts("10\u{b2} Nova\u{2122}Seal \u{ff21}\u{ff22}"), ["10", "2", "Nova", "Seal", "AB"]);
    }

    #[test]
    fn scripts_change_the_run() {
        assert_eq!(
            texts("ISO\u{898f}\u{683c} \u{6cb9}\u{5727}5MPa"),
            ["ISO", "\u{898f}\u{683c}", "\u{6cb9}\u{5727}", "5MPa"]
        );
        assert_eq!(texts("\u{928}\u{91f}\u{94d}\u{938}"), ["\u{928}\u{91f}\u{94d}\u{938}"]);
    }

    #[test]
    fn accents_go_and_other_marks_stay() {
        assert_eq!(without_accents("r\u{e9}gler ma\u{df}"), "regler mass");
        assert_eq!(without_accents("\u{439}"), "\u{439}");
    }
}
