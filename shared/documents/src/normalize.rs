//! Cleans extracted text of characters that matter to printers and not to search.

use unicode_normalization::UnicodeNormalization;

/// Share of unreadable characters above which a page's text counts as garbage.
const MAX_GARBAGE: f64 = 0.15;

/// Minimum length of a text to be judged by its share of letters and digits.
const LONG: u32 = 120;

/// Cleans one line: compatibility forms of letters (ligatures, full-width letters, mathematical alphabets) become plain
/// letters, soft hyphens and control characters are removed, and white space becomes single spaces.
///
/// Superscripts, fractions and unit signs stay, because normalisation would change values: `10²` to `102` and `1½` to
/// `11⁄2`.
#[must_use]
pub fn clean_line(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for character in raw.chars() {
        match character {
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' => {}
            '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' => out.push('\''),
            '\u{201c}' | '\u{201d}' | '\u{201f}' | '\u{2033}' => out.push('"'),
            '\u{2010}' | '\u{2011}' | '\u{2212}' => out.push('-'),
            space if space.is_whitespace() || space.is_control() => push_space(&mut out),
            kept if keeps_form(kept) => out.push(kept),
            other if other.is_ascii() => out.push(other),
            other => out.extend(std::iter::once(other).nfkc()),
        }
    }
    let composed: String = if out.is_ascii() { out } else { out.nfc().collect() };
    composed.trim().to_owned()
}

fn push_space(out: &mut String) {
    if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
}

/// Whether the compatibility form of a character has another meaning.
fn keeps_form(character: char) -> bool {
    matches!(character,
        '\u{b2}' | '\u{b3}' | '\u{b9}' | '\u{bc}'..='\u{be}' | '\u{2070}'..='\u{209f}'
        | '\u{2150}'..='\u{218f}' | '\u{2026}' | '\u{2122}' | '\u{2460}'..='\u{24ff}')
}

/// Words that keep a hyphen at the end of a line: `self-` + `locking`.
const KEEP_HYPHEN: &[&str] = &[
    "all", "cross", "double", "eight", "five", "four", "full", "half", "heavy", "high", "left", "long", "low", "nine",
    "non", "one", "quick", "right", "self", "seven", "single", "six", "ten", "three", "twelve", "two", "well", "wide",
];

/// Joins a word that is broken at the end of a line with its continuation. The hyphen is removed from broken words
/// (`infor-` + `mation`) and kept if it belongs to the word or number (`O-` + `ring`, `5330-01-` + `234-5678`, `self-`
/// + `locking`). Returns the joined text and the number of bytes taken from `next`.
#[must_use]
pub fn join_hyphenated(line: &str, next: &str) -> Option<(String, usize)> {
    let stem = line.strip_suffix('-')?;
    let before = stem.chars().next_back().filter(|c| c.is_alphanumeric())?;
    let after = next.chars().next().filter(|c| c.is_alphanumeric())?;
    let taken = next.find(|c: char| c.is_whitespace()).unwrap_or(next.len());
    let broken = stem.rsplit(' ').next().unwrap_or(stem);
    let word = next.find(|c: char| !c.is_alphabetic()).map_or(next, |end| next.get(..end).unwrap_or(next));
    let is_word = before.is_lowercase()
        && broken.chars().rev().take_while(|c| c.is_lowercase()).count() >= 2
        && word.chars().count() >= 2
        && word.chars().all(char::is_lowercase)
        // A second hyphen in the broken word ("add-on-" + "armor") is a real one.
        && !broken.contains('-')
        && !KEEP_HYPHEN.contains(&broken.to_lowercase().trim_matches(|c: char| !c.is_alphanumeric()));
    if is_word {
        return Some((format!("{stem}{word}"), word.len()));
    }
    // A capital after a small letter begins something new: "see Table 2-" never ends in one.
    let continues = !after.is_uppercase() || before.is_uppercase() || before.is_numeric();
    continues.then(|| (format!("{line}{}", next.get(..taken).unwrap_or_default()), taken))
}

/// Whether a text is readable: enough letters or digits, and few characters that no font maps (replacement, private
/// use, control).
pub fn is_readable<'a>(lines: impl Iterator<Item = &'a str>) -> bool {
    let (mut total, mut bad, mut good) = (0_u32, 0_u32, 0_u32);
    let mut before = ' ';
    for character in lines.flat_map(str::chars) {
        // Leaders and ruled blanks say nothing about the text that they lead from.
        let leads = matches!(character, '.' | '_' | '-' | '\u{b7}' | '\u{2026}') && before == character;
        if character.is_whitespace() || leads {
            continue;
        }
        before = character;
        total += 1;
        if is_garbage(character) {
            bad += 1;
        } else if character.is_alphanumeric() {
            good += 1;
        }
    }
    // Fonts that map to arbitrary ASCII give punctuation; only a few signs may be a drawing's.
    let mostly_words = if total >= LONG { good * 20 >= total * 9 } else { good * 5 >= total };
    good > 0 && f64::from(bad) <= MAX_GARBAGE * f64::from(total) && mostly_words
}

fn is_garbage(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}'
            | '\u{fff0}'..='\u{fff8}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ligatures_spaces_and_soft_hyphens_become_plain() {
        assert_eq!(clean_line(" \u{fb01}lter\u{a0}\u{2003}re\u{ad}place "), "filter replace");
        assert_eq!(clean_line("driver\u{2019}s"), "driver's");
    }

    #[test]
    fn values_keep_their_meaning() {
        assert_eq!(clean_line("10\u{b2} mm, 1\u{bd} in., 5 \u{b5}m"), "10\u{b2} mm, 1\u{bd} in., 5 \u{3bc}m");
    }

    #[test]
    fn broken_words_are_joined_and_real_hyphens_kept() {
        assert_eq!(join_hyphenated("general infor-", "mation follows"), Some(("general information".into(), 6)));
        assert_eq!(join_hyphenated("the O-", "ring seal"), Some(("the O-ring".into(), 4)));
        assert_eq!(join_hyphenated("add-on-", "armor"), Some(("add-on-armor".into(), 5)));
        assert_eq!(join_hyphenated("TM 9-2815-", "237 lists"), Some(("TM 9-2815-237".into(), 3)));
        assert_eq!(join_hyphenated("a self-", "locking nut"), Some(("a self-locking".into(), 7)));
        assert_eq!(join_hyphenated("the pump -", "and its seal"), None);
        assert_eq!(join_hyphenated("the pump-", "Remove it"), None);
    }

    #[test]
    fn unmapped_fonts_are_not_text() {
        assert!(!is_readable(["\u{fffd}\u{fffd}\u{e001} a"].into_iter()));
        assert!(!is_readable(["\u{1}\u{2}\u{3}"].into_iter()));
        assert!(!is_readable([" . . - ( )"].into_iter()));
        assert!(is_readable(["Torque to 45 N\u{b7}m."].into_iter()));
    }
}
