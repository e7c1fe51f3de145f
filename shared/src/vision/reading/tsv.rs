//! What Tesseract writes: one word per line, with its place and how sure it is.
//!
//! The columns are `level page block paragraph line word left top width height confidence text`; the
//! level of a word is 5.

use super::ReadLine;
use crate::vision::PixelBox;

/// What words must reach to be kept, from 0 to 100.
struct Demands {
    /// Each word.
    word: f32,
    /// The best word of a line, or it is a pattern that looks like letters.
    line: f32,
    /// The best word of a line with few letters.
    short_line: f32,
}

/// On a picture that shows little text: a leaf may look like a letter.
const STRICT: Demands = Demands { word: 55.0, line: 78.0, short_line: 88.0 };
/// On a picture that surely shows text: what looks like letters are letters, if hard to read.
const LENIENT: Demands = Demands { word: 20.0, line: 40.0, short_line: 60.0 };
/// A word that is sure.
const SURE: f32 = 80.0;
/// Letters and digits in sure words from which on a picture surely shows text.
const MANY_LETTERS: usize = 60;
/// Letters and digits of a line that has few.
const SHORT: usize = 4;

/// The lines of a page that are worth keeping.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) lines: Vec<ReadLine>,
    /// Letters and digits in them.
    pub(super) characters: usize,
    /// The same, each counted by how sure it is.
    pub(super) weight: f32,
}

/// A line as it grows.
struct Growing {
    /// Page, block, paragraph and line.
    place: [u32; 4],
    words: Vec<Word>,
}

struct Word {
    text: String,
    confidence: f32,
    area: PixelBox,
}

/// The lines in Tesseract's output; `place` takes a rectangle to where it is on the picture.
pub(super) fn lines(output: &str, place: impl Fn(PixelBox) -> Option<PixelBox>) -> Found {
    let mut lines: Vec<Growing> = Vec::new();
    for (at, word) in output.lines().filter_map(word) {
        match lines.last_mut().filter(|line| line.place == at) {
            Some(line) => line.words.push(word),
            None => lines.push(Growing { place: at, words: vec![word] }),
        }
    }
    let words = lines.iter().flat_map(|line| &line.words);
    let sure: usize = words.filter(|word| word.confidence >= SURE).map(|word| letters(&word.text)).sum();
    let demands = if sure >= MANY_LETTERS { &LENIENT } else { &STRICT };
    let mut found = Found::default();
    for line in lines {
        found.keep(kept(line.words, demands), &place);
    }
    found
}

fn word(line: &str) -> Option<([u32; 4], Word)> {
    let mut fields = line.split('\t');
    if fields.next()? != "5" {
        return None;
    }
    let mut number = || fields.next()?.parse::<u32>().ok();
    let place = [number()?, number()?, number()?, number()?];
    number()?;
    let mut side = || fields.next()?.parse::<f32>().ok();
    let area = PixelBox { x: side()?, y: side()?, width: side()?, height: side()? };
    let confidence = side()?;
    let text = fields.next()?.trim().to_owned();
    Some((place, Word { text, confidence, area }))
}

impl Found {
    fn keep(&mut self, line: Option<ReadLine>, place: impl Fn(PixelBox) -> Option<PixelBox>) {
        let Some(line) = line else { return };
        let Some(area) = place(line.area) else { return };
        let letters = letters(&line.text);
        self.characters += letters;
        #[expect(clippy::cast_precision_loss, reason = "letters of one line")]
        let weight = letters as f32 * line.confidence;
        self.weight += weight;
        self.lines.push(ReadLine { area, ..line });
    }
}

/// What of a line is worth keeping, if anything.
fn kept(mut words: Vec<Word>, demands: &Demands) -> Option<ReadLine> {
    words.retain(|word| word.confidence >= demands.word && !word.text.is_empty());
    // Punctuation stands beside words; at the ends of a line it is a speck or a frame.
    while words.last().is_some_and(is_speck) {
        words.pop();
    }
    let first = words.iter().position(|word| !is_speck(word))?;
    words.drain(..first);
    let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    let best = words.iter().filter(|word| letters(&word.text) > 0).map(|word| word.confidence).fold(0.0, f32::max);
    let letters = letters(&text);
    let demanded = if letters < SHORT { demands.short_line } else { demands.line };
    if letters == 0 || best < demanded {
        return None;
    }
    let area = words.iter().map(|word| word.area).reduce(|one, other| one.with(&other))?;
    Some(ReadLine { confidence: confidence(&words), text, area })
}

fn is_speck(word: &Word) -> bool {
    letters(&word.text) == 0 && word.text.chars().count() < 3
}

/// The mean over the characters, from 0 to 1.
fn confidence(words: &[Word]) -> f32 {
    let (mut sum, mut count) = (0.0_f32, 0.0_f32);
    for word in words {
        #[expect(clippy::cast_precision_loss, reason = "characters of one word")]
        let length = word.text.chars().count() as f32;
        sum += word.confidence * length;
        count += length;
    }
    (sum / count.max(1.0) / 100.0).clamp(0.0, 1.0)
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    fn row(line: u32, left: u32, confidence: f32, text: &str) -> String {
        format!("5\t1\t1\t1\t{line}\t1\t{left}\t{}\t50\t20\t{confidence}\t{text}\n", line * 30)
    }

    fn read(rows: &[String]) -> Found {
        let head = "level\tpage_num\tblock_num\n4\t1\t1\t1\t1\t0\t0\t0\t9\t9\t-1\t\n";
        lines(&format!("{head}{}", rows.concat()), Some)
    }

    #[test]
    fn words_become_lines_with_their_place() {
        let found = read(&[
            row(1, 10, 96.0, "SERIAL"),
            row(1, 70, 90.0, "H075006"),
            row(2, 10, 95.0, "150"),
            row(2, 80, 93.0, "HP"),
        ]);
        let texts: Vec<&str> = found.lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["SERIAL H075006", "150 HP"]);
        assert_eq!(found.lines[0].area, PixelBox { x: 10.0, y: 30.0, width: 110.0, height: 20.0 });
        assert!((found.lines[0].confidence - 0.927).abs() < 0.01);
        assert_eq!(found.characters, 18);
    }

    #[test]
    fn what_only_looks_like_letters_is_dropped() {
        let leaf = [
            row(1, 0, 28.0, "a"),
            row(2, 0, 72.0, "="),
            row(3, 0, 72.0, "rig"),
            row(4, 0, 60.0, "ffoe"),
            row(5, 0, -1.0, ""),
        ];
        assert!(read(&leaf).lines.is_empty());
        let plate =
            read(&[row(1, 0, 80.0, "|"), row(1, 9, 96.0, "PUMP"), row(1, 60, 30.0, "~x"), row(1, 90, 70.0, "_")]);
        assert_eq!(plate.lines[0].text, "PUMP");
        assert_eq!(read(&[row(1, 0, 95.0, "40")]).lines[0].text, "40", "a number that is certain counts");
    }
}
