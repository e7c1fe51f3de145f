//! Warnings, cautions and notes (ANSI Z535.6, ISO 3864-2), in the languages that manuals come in.

mod words;

use self::words::{CONTINUED, NAMED, NAMED_IN_CAPITALS, WORDS, Word};
use crate::documents::CELL_SEPARATOR;

/// How grave the harm is that a notice warns of. The gravest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hazard {
    /// Death or serious injury, unless it is avoided.
    Danger,
    /// Death or serious injury is possible.
    Warning,
    /// Injury or damage is possible.
    Caution,
}

/// Longest line in bytes that can be a signal word alone, spaced out and decorated.
const LONGEST_WORD: usize = 60;
/// Words of a text behind a signal word in capitals that no mark separates from it.
const FEW_WORDS: usize = 3;
/// The same where the text is in capitals as well, and no full stop says that it is a sentence.
const MANY_WORDS: usize = 6;
/// Longest number of a callout: `(12a)`.
const LONGEST_CALLOUT: usize = 3;

/// Whether a line announces a hazard or a remark.
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

/// Whether a line is a signal word that manuals title whole sections with too: `SAFETY PRECAUTIONS`.
#[must_use]
pub fn titles_sections(line: &str) -> bool {
    word_of(line).is_some_and(|word| word.is_title)
}

fn word_of(line: &str) -> Option<&'static Word> {
    if line.len() > LONGEST_WORD {
        return None;
    }
    let line = before_continuation(line);
    let mut parts = line.split(['/', '|', '·']).filter(|part| part.chars().any(char::is_alphanumeric));
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
    let letters = || bare.chars().filter(|c| c.is_alphabetic()).map(plain);
    let word = WORDS.iter().find(|word| word.letters.chars().filter(|c| *c != ' ').eq(letters()))?;
    // "Note (3)" is a reference.
    (bare.len() == part.len() || word.hazard.is_some()).then_some(word)
}

/// Whether a text is in capitals, or set as a title: a sentence may end with "this warning".
fn is_title(text: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).collect::<Vec<char>>();
    let is_word = |word: &str| letters(word).iter().skip(1).all(|letter| letter.is_lowercase());
    let all = letters(text);
    all.first().is_some_and(|first| first.is_uppercase())
        && (all.iter().all(|letter| letter.is_uppercase()) || text.split_whitespace().all(is_word))
}

/// The text without the mark that says that it goes on: `WARNING (Cont'd)`, `WARNING - Continued`.
fn before_continuation(line: &str) -> &str {
    let line = line.trim();
    let bracketed = line.trim_end_matches(['.', ':', '!', ' ']).strip_suffix([')', ']']);
    let parted = match bracketed {
        Some(text) => text.rsplit_once(['(', '[']),
        None => line.rsplit_once([' ', '-', '–', '—', ',']),
    };
    let parted = parted.filter(|(before, mark)| continues(mark) && before.chars().any(char::is_alphanumeric));
    parted.map_or(line, |(before, _)| before.trim_end_matches([' ', '-', '–', '—', ',']))
}

/// Whether a text begins with a mark of continuation.
fn continues(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    let letters = || first.chars().filter(|c| c.is_alphabetic()).map(plain);
    CONTINUED.iter().any(|known| known.chars().eq(letters()))
}

/// What stands in brackets at the beginning of a text, and what is behind them.
fn bracketed(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix(['(', '['])?.split_once([')', ']'])
}

/// Whether a text is the number or the letter of a callout.
fn is_callout(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    (1..=LONGEST_CALLOUT).contains(&text.chars().count()) && letters <= 1 && text.chars().all(char::is_alphanumeric)
}

/// What stands behind the callout that a text begins with: `(3) WARNING`.
fn without_callout_before(text: &str) -> Option<&str> {
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '(' | '['));
    bracketed(text).filter(|(callout, _)| is_callout(callout)).map(|(_, rest)| rest)
}

fn without_callout_behind(text: &str) -> &str {
    let parted = text.strip_suffix([')', ']']).and_then(|text| text.rsplit_once(['(', '[']));
    parted.filter(|(_, callout)| is_callout(callout)).map_or(text, |(before, _)| before)
}

/// The signal word that a line begins with, and the text behind it: `WARNING: Hot surface.`
#[must_use]
pub fn notice_at(line: &str) -> Option<(&'static str, &str)> {
    let begun = Begun::of(line)?;
    let text = begun.text()?.trim_start_matches([':', '!', '-', '–', '—', ' ']);
    let is_mark = continues(text) && text.split_whitespace().count() == 1;
    (text.chars().any(char::is_alphabetic) && !is_mark).then_some((begun.word.name, text))
}

/// The same for a cell that stands alone in a row of a table, where a few words are a text: `WARNING HOT SURFACE`.
#[must_use]
pub(super) fn notice_in_cell(cell: &str) -> Option<(&'static str, &str)> {
    notice_at(cell).or_else(|| {
        let begun = Begun::of(cell).filter(|begun| begun.in_capitals && begun.word.hazard.is_some())?;
        let rest = begun.rest();
        let text = rest.trim_start();
        let is_text = rest.starts_with(' ') && words(text) > 1 && text.starts_with(char::is_uppercase);
        (is_text && !is_named(text, NAMED) && !is_named(text, NAMED_IN_CAPITALS)).then_some((begun.word.name, text))
    })
}

/// A line that begins with a signal word.
struct Begun<'a> {
    word: &'static Word,
    /// Whether the word is in capitals.
    in_capitals: bool,
    /// What stands behind it.
    behind: &'a str,
}

impl<'a> Begun<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let behind_callout = without_callout_before(line);
        let text = behind_callout.unwrap_or(line).trim_start_matches(|c: char| !c.is_alphanumeric());
        let taken = WORDS.iter().filter_map(|word| {
            let (behind, in_capitals) = word.taken_off(text)?;
            Some(Self { word, in_capitals, behind })
        });
        // "DANGER DE MORT" begins with "DANGER".
        let begun = taken.max_by_key(|begun| begun.word.letters.len())?;
        (behind_callout.is_none() || begun.word.hazard.is_some()).then_some(begun)
    }

    /// What stands behind the word, its callouts, and marks of continuation.
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

    /// The text behind the word, where something separates the two.
    fn text(&self) -> Option<&'a str> {
        let is_hazard = self.word.hazard.is_some();
        let is_text = |text: &str| self.in_capitals && (is_sentence(text) || (is_hazard && is_shouted(text)));
        let rest = self.rest();
        if let Some(cell) = rest.strip_prefix(CELL_SEPARATOR) {
            // The word stands in a box beside the text.
            return (!cell.trim().contains(CELL_SEPARATOR) && is_text(cell.trim())).then_some(cell);
        }
        let rest = rest.trim_start_matches([')', ']', '”', '"']);
        let text = rest.trim_start();
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
    /// What stands behind the word at the beginning of a line, and whether the word stands in capitals there.
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

/// Whether a text reads on from no signal word, but is a sentence of its own.
fn is_sentence(text: &str) -> bool {
    let mut letters = text.split_whitespace().next().unwrap_or_default().chars();
    let is_capital = letters.next().is_some_and(char::is_uppercase);
    let is_word = letters.next().is_none_or(char::is_lowercase);
    let is_whole = text.split_whitespace().count() >= FEW_WORDS || text.ends_with('!');
    is_capital && is_word && !is_named(text, NAMED) && is_whole
}

/// The same of a text in capitals: `DO NOT OPEN THE TANK.`
fn is_shouted(text: &str) -> bool {
    let is_ended = text.trim_end().ends_with(['.', '!']);
    let least = if is_ended { FEW_WORDS } else { MANY_WORDS };
    let is_name = is_named(text, NAMED) || is_named(text, NAMED_IN_CAPITALS);
    !text.chars().any(char::is_lowercase) && !is_name && words(text) >= least
}

/// How many words with letters a text has.
fn words(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count()
}

/// Whether a text goes on from the signal word before it: it begins with one of these words.
fn is_named(text: &str, names: &[&str]) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default().to_lowercase();
    names.contains(&first.trim_matches(|c: char| !c.is_alphabetic()))
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

/// What a notice warns of, by the word that its text begins with; `None` for remarks.
#[must_use]
pub fn hazard(text: &str) -> Option<Hazard> {
    let name = text.split(':').next().unwrap_or_default();
    WORDS.iter().find(|word| word.name == name)?.hazard
}

#[cfg(test)]
mod tests;
