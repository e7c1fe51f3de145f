//! Text in fonts that do not map their characters to letters.
//!
//! Such lines are passed to text recognition instead of guessed. Private-use characters of symbol fonts have
//! conventional meanings, and a single unknown character before a line is its bullet.

use crate::Area;
use crate::layout::{Word, lines_of};

/// Stands for an unknown character.
pub(super) const UNKNOWN: char = '\u{fffd}';
/// Maximum share of unknown characters in a line.
const MOST_UNKNOWN: f32 = 0.1;
/// A line with a smaller share of letters and digits, and with many different signs, has a wrongly mapped font.
const FEWEST_LETTERS: f32 = 0.22;
/// Minimum length of a line to be judged that way.
const LONG: usize = 10;
/// Number of different signs that lines of drawings and leaders do not have.
const SIGNS: usize = 4;

/// The meaning of a private-use character, in the encoding of Adobe's Symbol font.
pub(super) fn symbol(private: char) -> Option<char> {
    Some(match u32::from(private).checked_sub(0xf000)? {
        0x44 => 'Δ',
        0x46 => 'Φ',
        0x53 => 'Σ',
        0x57 => 'Ω',
        0x61 => 'α',
        0x62 => 'β',
        0x66 => 'φ',
        0x6d => 'μ',
        0x70 => 'π',
        0xa2 => '′',
        0xa3 => '≤',
        0xac => '←',
        0xad => '↑',
        0xae => '→',
        0xaf => '↓',
        0xb0 => '°',
        0xb1 => '±',
        0xb2 => '″',
        0xb3 => '≥',
        0xb4 => '×',
        0xb8 => '÷',
        0xd0 => '∠',
        0xd6 => '√',
        0xd7 => '·',
        // Bullets of Symbol and Wingdings.
        0x6c | 0x6e | 0x71 | 0x76 | 0xa7 | 0xa8 | 0xb7 | 0xd8 | 0xe8 | 0xfc => '•',
        _ => return None,
    })
}

/// Separates readable words from the areas of the others.
pub(super) fn split(words: Vec<Word>) -> (Vec<Word>, Vec<Area>) {
    let (mut readable, mut unread) = (Vec::with_capacity(words.len()), Vec::new());
    for mut line in lines_of(words) {
        line.sort_by(|a, b| a.left.total_cmp(&b.left));
        if is_unreadable(&line) {
            let area = |word: &Word| Area { left: word.left, top: word.top, right: word.right, bottom: word.bottom };
            unread.extend(line.iter().map(area).reduce(Area::union));
            continue;
        }
        for (at, mut word) in line.into_iter().enumerate() {
            if word.text.contains(UNKNOWN) {
                let bullet = at == 0 && word.text.chars().all(|c| c == UNKNOWN);
                word.text = if bullet { "•".to_owned() } else { word.text.replace(UNKNOWN, "") };
            }
            if !word.text.is_empty() {
                readable.push(word);
            }
        }
    }
    (readable, unread)
}

fn is_unreadable(line: &[Word]) -> bool {
    // A lone sign before the text is its bullet.
    let bullet = line.len() > 1 && line.first().is_some_and(|word| word.text.chars().eq([UNKNOWN]));
    let text: Vec<char> = line.iter().skip(usize::from(bullet)).flat_map(|word| word.text.chars()).collect();
    let count = |is: fn(char) -> bool| text.iter().filter(|c| is(**c)).count();
    let (unknown, letters) = (count(|c| c == UNKNOWN), count(char::is_alphanumeric));
    let mut signs: Vec<char> = text.iter().copied().filter(|c| !c.is_alphanumeric()).collect();
    signs.sort_unstable();
    signs.dedup();
    #[expect(clippy::cast_precision_loss, reason = "characters of one line")]
    let share = |of: usize| of as f32 / text.len().max(1) as f32;
    share(unknown) > MOST_UNKNOWN || (text.len() >= LONG && signs.len() >= SIGNS && share(letters) < FEWEST_LETTERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(texts: &[&str]) -> Vec<Word> {
        let mut left = 0.0;
        let word = |text: &&str| {
            #[expect(clippy::cast_precision_loss, reason = "short words")]
            let right = left + 6.0 * text.chars().count() as f32;
            let text = (*text).to_owned();
            let word = Word { text, left, right, top: 0.0, bottom: 12.0, baseline: 10.0, size: 12.0, bold: false };
            left = right + 3.0;
            word
        };
        texts.iter().map(word).collect()
    }

    fn read(texts: &[&str]) -> (Vec<String>, usize) {
        let (words, unread) = split(line(texts));
        (words.into_iter().map(|word| word.text).collect(), unread.len())
    }

    #[test]
    fn lines_without_a_mapping_are_not_guessed() {
        assert_eq!(read(&["\u{fffd}\u{fffd}#", "a\u{fffd}!"]), (vec![], 1));
        assert_eq!(read(&["'#&#%\"(", "&&%-"]), (vec![], 1));
    }

    #[test]
    fn bullets_values_and_leaders_stay() {
        assert_eq!(read(&["\u{fffd}", "Drain", "oil"]), (vec!["•".into(), "Drain".into(), "oil".into()], 0));
        assert_eq!(read(&["(+/-", "0.5)", "±", "2", "%"]).1, 0);
        assert_eq!(read(&["..........", "12"]).1, 0);
        assert_eq!(symbol('\u{f0b0}'), Some('°'));
    }
}
