//! Corrects misspelled words by edit distance.

use std::collections::BTreeMap;

use strsim::osa_distance;

/// Minimum number of letters of a word to be corrected, and to be corrected by two edits.
const LETTERS: usize = 4;
const LONG: usize = 9;
/// Minimum number of letters of a word whose first letter may be wrong.
const FIRST: usize = 5;
/// Maximum number of letters of a word to be corrected.
const LONGEST: usize = 32;

/// A word similar to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Near {
    pub(super) word: String,
    /// The number of letters that were inserted, deleted, changed or swapped.
    pub(super) distance: usize,
}

/// The nearest word, with one edit, or two for words of nine or more letters. Of several, the most frequent.
/// `beginning` returns all words with a given beginning and their frequencies.
///
/// The first letter is usually right. If no word begins with it, one edit may change it, provided the second letter
/// comes first or the two sound alike.
pub(super) fn nearest<'a, I>(word: &str, beginning: impl Fn(&'a str) -> I) -> Option<Near>
where
    I: Iterator<Item = (&'a str, u32)>,
{
    let letters = word.chars().count();
    if !(LETTERS..=LONGEST).contains(&letters) || !word.chars().all(char::is_alphabetic) {
        return None;
    }
    let allowed = if letters >= LONG { 2 } else { 1 };
    let mut start = word.chars();
    let (first, second) = (start.next()?, start.next()?);
    let near = among(word, allowed, beginning(initial(first)?));
    if near.is_some() || letters < FIRST {
        return near;
    }
    let alike: &[char] = match first {
        'c' => &['k', 's', 'z'],
        'k' => &['c'],
        's' => &['c', 'z'],
        'z' => &['s', 'c'],
        'f' => &['p'],
        'p' => &['f'],
        'i' => &['y'],
        'j' => &['g', 'y'],
        'w' => &['v'],
        'v' => &['w'],
        _ => &[],
    };
    let starts = std::iter::once(second).chain(alike.iter().copied()).filter(|start| *start != first);
    let found = starts.filter_map(|start| among(word, 1, beginning(initial(start)?)));
    found.min_by_key(|near| near.distance)
}

fn among<'a>(word: &str, allowed: usize, words: impl Iterator<Item = (&'a str, u32)>) -> Option<Near> {
    let mut counts: BTreeMap<&str, (usize, u32)> = BTreeMap::new();
    for (other, count) in words.filter(|(other, _)| other.len().abs_diff(word.len()) <= allowed * 2) {
        if let Some((_, known)) = counts.get_mut(other) {
            *known = known.saturating_add(count);
            continue;
        }
        let distance = osa_distance(word, other);
        if distance <= allowed {
            counts.insert(other, (distance, count));
        }
    }
    let best = counts.into_iter().min_by_key(|(_, (distance, count))| (*distance, u32::MAX - count))?;
    Some(Near { word: best.0.to_owned(), distance: best.1.0 })
}

/// A letter as a static string.
fn initial(letter: char) -> Option<&'static str> {
    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";
    let at = LETTERS.find(letter)?;
    LETTERS.get(at..=at)
}

/// Finds a code that is written with other gaps or hyphens. `code` is in lower case without any.
pub(super) fn find_apart<'t>(text: &'t str, code: &[char]) -> Option<&'t str> {
    const WIDEST_GAP: usize = 2;
    let first = *code.first()?;
    let mut before = ' ';
    for (start, character) in text.char_indices() {
        let begins = !before.is_alphanumeric() && character.to_ascii_lowercase() == first;
        before = character;
        if !begins {
            continue;
        }
        let rest = text.get(start..)?;
        let (mut wanted, mut gap) = (code.iter(), 0);
        let mut next = wanted.next();
        for (at, character) in rest.char_indices() {
            let Some(expected) = next else {
                if character.is_alphanumeric() {
                    break;
                }
                return rest.get(..at);
            };
            if character.to_ascii_lowercase() == *expected {
                next = wanted.next();
                gap = 0;
            } else if matches!(character, ' ' | '-' | '/' | '\u{2010}' | '\u{2011}' | '\u{2013}') && gap < WIDEST_GAP {
                gap += 1;
            } else {
                break;
            }
        }
        if next.is_none() && rest.chars().filter(|c| c.is_alphanumeric()).count() == code.len() {
            return Some(rest.trim_end());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: &[(&str, u32)] =
        &[("carburetor", 9), ("gasket", 20), ("gaskets", 4), ("pulley", 3), ("pulled", 8), ("piston", 5), ("fix", 9)];

    fn near(word: &str) -> Option<String> {
        nearest(word, |start| WORDS.iter().copied().filter(move |(word, _)| word.starts_with(start)))
            .map(|near| near.word)
    }

    #[test]
    fn one_edit_or_two_in_long_words() {
        for (written, meant) in [
            ("gaskit", "gasket"),
            ("gakset", "gasket"),
            ("pulle", "pulled"),
            ("carburator", "carburetor"),
            ("carbureter", "carburetor"),
            ("karburetor", "carburetor"),
            ("ipston", "piston"),
        ] {
            assert_eq!(near(written).as_deref(), Some(meant), "{written}");
        }
    }

    #[test]
    fn short_words_and_far_ones_have_no_neighbour() {
        for word in ["fox", "basket", "pistachio", "gas", ""] {
            assert_eq!(near(word), None, "{word}");
        }
    }

    #[test]
    fn codes_are_found_whatever_their_gaps() {
        let find = |text, code: &str| find_apart(text, &code.chars().collect::<Vec<_>>());
        assert_eq!(find("Washer NAS 1149 F 0332 P, flat", "nas1149f0332p"), Some("NAS 1149 F 0332 P"));
        assert_eq!(find("bolts 7/8-14 UNF", "7814unf"), Some("7/8-14 UNF"));
        assert_eq!(find("NAS 1149 F 0332 PX", "nas1149f0332p"), None);
        assert_eq!(find("XNAS1149", "nas1149"), None);
        assert_eq!(find("NAS and 1149", "nas1149"), None);
    }
}
