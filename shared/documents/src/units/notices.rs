//! Warnings, cautions and notes (ANSI Z535.6, ISO 3864-2), in four languages.

mod continued;
mod words;

use self::continued::{before_continuation, continues, is_continuation};
use self::words::{IN_CAPITALS, JOINTS, NOTHING, PARTS, TOLD, WORDS, Word};
use crate::CELL_SEPARATOR;

/// The severity of a notice. The most severe comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hazard {
    /// Death or serious injury will result if the hazard is not avoided.
    Danger,
    /// Death or serious injury is possible.
    Warning,
    /// Injury or damage is possible.
    Caution,
}

/// Maximum length in bytes of a line that consists of a signal word, letter-spaced and decorated.
const LONGEST_WORD: usize = 60;
/// Minimum number of words of a text after a signal word in capitals without a separator.
const FEW_WORDS: usize = 3;
/// The same if the text is in capitals too and does not end with a full stop.
const MANY_WORDS: usize = 6;
/// Maximum length of a callout's number: `(12a)`.
const LONGEST_CALLOUT: usize = 3;
/// Separators between a signal word in two languages, in addition to dashes.
const STROKES: [char; 3] = ['/', '|', '·'];

/// Whether a line announces a warning or a remark.
#[must_use]
pub fn announces(line: &str) -> bool {
    notice_word(line).is_some() || notice_at(line).is_some()
}

/// The signal word that a line consists of: `WARNING`, `C A U T I O N`, `Note:`, `⚠ DANGER`, `WARNUNG / WARNING`,
/// `WARNING (Cont'd)`, `CAUTION (3)`.
#[must_use]
pub fn notice_word(line: &str) -> Option<&'static str> {
    word_of(line).map(|word| word.name)
}

/// Whether a line is a signal word that manuals also use as a section title: `SAFETY PRECAUTIONS`.
#[must_use]
pub fn titles_sections(line: &str) -> bool {
    word_of(line).is_some_and(|word| word.is_title)
}

fn word_of(line: &str) -> Option<&'static Word> {
    if line.len() > LONGEST_WORD {
        return None;
    }
    let line = before_continuation(line);
    let parts = line.split(STROKES).flat_map(|part| part.split(['–', '—'])).flat_map(|part| part.split(" - "));
    let mut parts = parts.filter(|part| part.chars().any(char::is_alphanumeric));
    let first = only_word(parts.next()?)?;
    parts.all(|part| only_word(part).is_some()).then_some(first)
}

fn only_word(part: &str) -> Option<&'static Word> {
    let part = part.trim();
    let bare = without_callout_behind(without_callout_before(part).unwrap_or(part));
    let is_figure = |c: char| c.is_alphanumeric() && !c.is_alphabetic();
    if !is_title(bare) || bare.chars().any(is_figure) {
        return None;
    }
    let word = WORDS.iter().find(|word| letters(word.letters).eq(letters(bare)))?;
    // "Note (3)" is a reference.
    (bare.len() == part.len() || word.hazard.is_some()).then_some(word)
}

/// Whether a text is in capitals or in title case. A sentence may end with "this warning".
fn is_title(text: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).collect::<Vec<char>>();
    let is_word = |word: &str| letters(word).iter().skip(1).all(|letter| letter.is_lowercase());
    let all = letters(text);
    all.first().is_some_and(|first| first.is_uppercase())
        && (all.iter().all(|letter| letter.is_uppercase()) || text.split_whitespace().all(is_word))
}

/// Whether the letters of a text are those of one of these words.
pub(super) fn is_one_of(words: &[&str], text: &str) -> bool {
    words.iter().any(|word| word.chars().eq(letters(text)))
}

/// The letters of a text, in capitals and without accents.
fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| c.is_alphabetic()).map(plain)
}

/// The text in brackets at the beginning, and the rest.
fn bracketed(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix(['(', '['])?.split_once([')', ']'])
}

/// Whether a text is the number or letter of a callout.
fn is_callout(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    (1..=LONGEST_CALLOUT).contains(&text.chars().count()) && letters <= 1 && text.chars().all(char::is_alphanumeric)
}

/// The text after a callout at the beginning: `(3) WARNING`.
fn without_callout_before(text: &str) -> Option<&str> {
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '(' | '['));
    bracketed(text).filter(|(callout, _)| is_callout(callout)).map(|(_, rest)| rest)
}

fn without_callout_behind(text: &str) -> &str {
    let parted = text.strip_suffix([')', ']']).and_then(|text| text.rsplit_once(['(', '[']));
    parted.filter(|(_, callout)| is_callout(callout)).map_or(text, |(before, _)| before)
}

/// The signal word at the beginning of a line, and the text after it: `WARNING: Hot surface.`
#[must_use]
pub fn notice_at(line: &str) -> Option<(&'static str, &str)> {
    let begun = NoticeStart::of(line)?;
    let text = begun.text()?.trim_start_matches([':', '!', '-', '–', '—', ' ']);
    let is_text = text.chars().any(char::is_alphabetic) && !is_continuation(text) && !is_one_of(NOTHING, text);
    is_text.then_some((begun.word.name, text))
}

/// The same for a cell that is alone in its row, where a few words are enough: `WARNING HOT SURFACE`.
#[must_use]
pub(super) fn notice_in_cell(cell: &str) -> Option<(&'static str, &str)> {
    notice_at(cell).or_else(|| {
        let begun = NoticeStart::of(cell).filter(|begun| begun.in_capitals && begun.word.hazard.is_some())?;
        let rest = begun.rest();
        let text = without_signs(rest);
        let is_text = rest.starts_with(' ') && words(text) > 1 && text.starts_with(char::is_uppercase);
        (is_text && !begun.word.is_plural() && !goes_on(text, true)).then_some((begun.word.name, text))
    })
}

/// A line that begins with a signal word.
struct NoticeStart<'a> {
    word: &'static Word,
    /// Whether the word is in capitals.
    in_capitals: bool,
    /// The text after it.
    behind: &'a str,
}

impl<'a> NoticeStart<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let behind_callout = without_callout_before(line);
        let text = behind_callout.unwrap_or(line).trim_start_matches(|c: char| !c.is_alphanumeric());
        let mut begun = Self::first(text)?;
        // "WARNING / AVERTISSEMENT: Hot surface."
        let next = |behind: &'a str| Self::first(behind.trim_start().strip_prefix(STROKES)?.trim_start());
        while let Some(other) = next(begun.behind) {
            begun.in_capitals &= other.in_capitals;
            begun.behind = other.behind;
        }
        (behind_callout.is_none() || begun.word.hazard.is_some()).then_some(begun)
    }

    /// The longest signal word that a text begins with: "DANGER DE MORT" also begins with "DANGER".
    fn first(text: &'a str) -> Option<Self> {
        let taken = WORDS.iter().filter_map(|word| {
            let (behind, in_capitals) = word.taken_off(text)?;
            Some(Self { word, in_capitals, behind })
        });
        taken.max_by_key(|begun| begun.word.letters.len())
    }

    /// The text after the word, its callouts, and "(Cont'd)".
    fn rest(&self) -> &'a str {
        let mut rest = self.behind;
        while let Some((tag, behind)) = bracketed(rest.trim_start()) {
            let is_tag = continues(tag) || (is_callout(tag) && self.word.hazard.is_some());
            if !is_tag {
                break;
            }
            rest = behind;
        }
        rest
    }

    /// The text after the word, if something separates the two.
    fn text(&self) -> Option<&'a str> {
        let is_hazard = self.word.hazard.is_some();
        // "WARNINGS GIVEN IN THIS MANUAL" is no notice.
        let may_shout = is_hazard && !self.word.is_plural();
        let is_text = |text: &str| self.in_capitals && (is_sentence(text) || (may_shout && is_shouted(text)));
        let rest = self.rest();
        if let Some(cell) = rest.strip_prefix(CELL_SEPARATOR) {
            // The word stands in a box beside the text.
            let cell = without_signs(cell);
            return (!cell.trim().contains(CELL_SEPARATOR) && is_text(cell.trim())).then_some(cell);
        }
        let rest = rest.trim_start_matches([')', ']', '”', '"']);
        let text = without_signs(rest);
        let mut after = text.chars();
        let mark = after.next()?;
        let after = after.as_str();
        match mark {
            ':' | '!' | '–' | '—' => Some(after),
            // A hyphen joins words: "Danger-free".
            '-' => (rest.starts_with(' ') || after.starts_with(' ')).then_some(after),
            '.' => {
                let begins_sentence = is_hazard && after.trim_start().starts_with(char::is_uppercase);
                (after.starts_with(' ') && (self.in_capitals || begins_sentence)).then_some(after)
            }
            _ => (rest.starts_with(' ') && is_text(text)).then_some(text),
        }
    }
}

impl Word {
    /// The text after this word at the beginning of a line, and whether the word is in capitals there.
    fn taken_off<'a>(&self, line: &'a str) -> Option<(&'a str, bool)> {
        let mut rest = line.chars();
        let mut in_capitals = true;
        for (place, letter) in self.letters.chars().enumerate() {
            let found = rest.next()?;
            let is_capital = found.is_uppercase() || found == ' ';
            if plain(found) != letter || (place == 0 && !is_capital) {
                return None;
            }
            in_capitals &= is_capital;
        }
        let rest = rest.as_str();
        (!rest.starts_with(char::is_alphanumeric)).then_some((rest, in_capitals))
    }
}

/// A text without leading symbols: `⚡ High voltage`.
fn without_signs(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_whitespace() || is_sign(c))
}

/// Whether a character is an arrow, shape, symbol, dingbat, emoji, or icon of a font.
fn is_sign(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{e000}'..='\u{f8ff}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}')
}

/// Whether a text is a sentence of its own and does not continue the signal word.
fn is_sentence(text: &str) -> bool {
    let mut letters = text.split_whitespace().next().unwrap_or_default().chars();
    let is_capital = letters.next().is_some_and(char::is_uppercase);
    let is_word = letters.next().is_none_or(char::is_lowercase);
    let is_whole = text.split_whitespace().count() >= FEW_WORDS || text.ends_with('!');
    is_capital && is_word && is_whole && !goes_on(text, false)
}

/// The same for a text in capitals: `DO NOT OPEN THE TANK.`
fn is_shouted(text: &str) -> bool {
    let is_ended = text.trim_end().ends_with(['.', '!']);
    let least = if is_ended { FEW_WORDS } else { MANY_WORDS };
    !text.chars().any(char::is_lowercase) && words(text) >= least && !goes_on(text, true)
}

/// The number of words with letters.
fn words(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count()
}

/// Whether a text continues the signal word: together they name a part or form a sentence.
fn goes_on(text: &str, in_capitals: bool) -> bool {
    let mut words = text.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphabetic()).to_lowercase());
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let is_in = |list: &str, word: &str| list.split(' ').any(|known| known == word);
    (is_in(PARTS, &first) && !is_in(TOLD, &second))
        || is_in(JOINTS, &first)
        || (in_capitals && is_in(IN_CAPITALS, &first))
}

/// A letter in capitals without its accent.
fn plain(letter: char) -> char {
    let capital = letter.to_uppercase().next().unwrap_or(letter);
    match capital {
        'Á' | 'À' | 'Â' => 'A',
        'É' | 'È' | 'Ê' => 'E',
        'Í' => 'I',
        'Ó' | 'Ô' => 'O',
        'Ú' => 'U',
        other => other,
    }
}

/// The severity of a notice, by the word that its text begins with; `None` for remarks.
#[must_use]
pub fn hazard(text: &str) -> Option<Hazard> {
    let name = text.split(':').next().unwrap_or_default();
    WORDS.iter().find(|word| word.name == name)?.hazard
}

#[cfg(test)]
mod tests;
