//! Parses the output of Tesseract: one word per line, with position and confidence.
//!
//! The columns are `level page block paragraph line word left top width height confidence text`. The level of words is
//! 5.

use crate::PixelBox;

/// Minimum confidences of words to be kept, from 0 to 1.
struct Demands {
    /// Each word.
    word: f32,
    /// The best word of a line. Otherwise the line is a pattern that resembles letters.
    line: f32,
    /// The best word of a line with few letters.
    short_line: f32,
}

/// For pictures with little text, where a leaf may resemble a letter.
const STRICT: Demands = Demands { word: 0.55, line: 0.78, short_line: 0.88 };
/// For pictures that certainly contain text, so that shapes like letters are letters.
const LENIENT: Demands = Demands { word: 0.2, line: 0.4, short_line: 0.6 };
/// The confidence of a certain word.
const SURE: f32 = 0.8;
/// Minimum number of letters and digits in certain words for a picture that certainly contains text.
const MANY_LETTERS: usize = 60;
/// Maximum number of letters and digits of a short line.
const SHORT: usize = 4;

/// Minimum confidence of an additional cell: in a row with certain ones, by itself, and if the same was read there
/// before with low confidence.
const CELL_IN_ROW: f32 = 0.45;
const CELL_ALONE: f32 = 0.75;
const CELL_AGAIN: f32 = 0.25;
/// Minimum number of letters and digits of a word that is longer than high.
const LONG: usize = 4;

/// The lines of a page that are kept.
#[derive(Debug, Default)]
pub(super) struct ReadPage {
    pub(super) lines: Vec<Line>,
    /// Words that are not kept.
    dropped: Vec<Word>,
    /// Number of letters and digits in the lines.
    pub(super) characters: usize,
    /// The same, weighted by confidence.
    pub(super) weight: f32,
    /// The orientation according to all words, including those that are not kept.
    pub(super) seen: OrientationHints,
}

/// Hints on the orientation of a page by its words.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct OrientationHints {
    /// Mean confidence of all letters, from 0 to 1; 0 if there are none.
    pub(super) confidence: f32,
    /// Letters in long vertical words, minus those in long horizontal words.
    pub(super) standing: i64,
    /// Letters in descending lines, minus those in ascending lines.
    pub(super) downwards: i64,
}

/// A line of words. Positions are those on the prepared picture.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// Page, block, paragraph and line.
    pub(super) place: [u32; 4],
    pub(super) words: Vec<Word>,
}

#[derive(Debug)]
pub(super) struct Word {
    pub(super) text: String,
    /// From 0 to 1.
    pub(super) confidence: f32,
    pub(super) area: PixelBox,
}

/// The lines in Tesseract's output.
pub(super) fn lines(output: &str) -> ReadPage {
    let lines = grown(output);
    let words = lines.iter().flat_map(|line| &line.words);
    let sure: usize = words.filter(|word| word.confidence >= SURE).map(|word| letters(&word.text)).sum();
    let demands = if sure >= MANY_LETTERS { &LENIENT } else { &STRICT };
    let mut found = ReadPage { seen: OrientationHints::of(&lines), ..ReadPage::default() };
    for line in lines {
        let kept = kept(line, demands, &mut found.dropped);
        found.keep(kept);
    }
    found
}

/// The cells in the output for a stack of cells.
pub(super) fn cells(output: &str) -> Vec<Line> {
    let mut cells = grown(output);
    cells.retain(|cell| cell.words.iter().any(|word| letters(&word.text) > 0));
    cells
}

/// All words, line by line.
fn grown(output: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (at, word) in output.lines().filter_map(word).filter(|(_, word)| !word.text.is_empty()) {
        match lines.last_mut().filter(|line| line.place == at) {
            Some(line) => line.words.push(word),
            None => lines.push(Line { place: at, words: vec![word] }),
        }
    }
    lines
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
    let confidence = (side()? / 100.0).clamp(0.0, 1.0);
    let text = fields.next()?.trim().to_owned();
    Some((place, Word { text, confidence, area }))
}

impl OrientationHints {
    fn of(lines: &[Line]) -> Self {
        let words: Vec<&Word> =
            lines.iter().flat_map(|line| &line.words).filter(|word| letters(&word.text) > 0).collect();
        let signed = |count: usize, is_more: bool| {
            let count = i64::try_from(count).unwrap_or_default();
            if is_more { count } else { -count }
        };
        let long = words.iter().filter(|word| letters(&word.text) >= LONG);
        let standing = long.map(|word| signed(letters(&word.text), word.area.height > word.area.width)).sum();
        let ends = lines.iter().filter_map(|line| Some((line.words.first()?, line.words.last()?, line.words.len())));
        let downwards = ends.filter(|(.., count)| *count > 1);
        let downwards = downwards.map(|(first, last, count)| signed(count, last.area.y > first.area.y)).sum();
        Self { confidence: confidence(words.into_iter()), standing, downwards }
    }
}

impl ReadPage {
    fn keep(&mut self, line: Option<Line>) {
        let Some(line) = line else { return };
        let letters: usize = line.words.iter().map(|word| letters(&word.text)).sum();
        self.characters += letters;
        #[expect(clippy::cast_precision_loss, reason = "letters of one line")]
        let weight = letters as f32 * line.confidence();
        self.weight += weight;
        self.lines.push(line);
    }

    /// Adds a cell to its row: before what is to its right, otherwise after what is to its left.
    pub(super) fn add(&mut self, cell: Line) {
        let Some(area) = cell.area() else { return };
        let in_row = |line: &Line| {
            let other = line.area().filter(|_| line.confidence() >= SURE)?;
            let common = other.bottom().min(area.bottom()) - other.y.max(area.y);
            (common * 2.0 >= area.height.min(other.height)).then_some(other)
        };
        let row: Vec<(usize, PixelBox)> =
            self.lines.iter().enumerate().filter_map(|(at, line)| Some((at, in_row(line)?))).collect();
        let text = cell.text();
        let again = |word: &Word| word.text == text && word.area.overlap(&area) > 0.5;
        let demanded = match (row.is_empty(), self.dropped.iter().any(again)) {
            (_, true) => CELL_AGAIN,
            (false, _) => CELL_IN_ROW,
            (true, _) => CELL_ALONE,
        };
        if cell.confidence() < demanded || (row.is_empty() && letters(&text) < SHORT) {
            return;
        }
        let right = row.iter().filter(|(_, other)| other.x >= area.x).min_by(|a, b| a.1.x.total_cmp(&b.1.x));
        let left = row.iter().filter(|(_, other)| other.x < area.x).max_by(|a, b| a.1.x.total_cmp(&b.1.x));
        let below = |line: &Line| line.area().is_some_and(|other| other.y > area.bottom());
        let place = match (right, left) {
            (Some((at, _)), _) => *at,
            (None, Some((at, _))) => at + 1,
            (None, None) => self.lines.iter().position(below).unwrap_or(self.lines.len()),
        };
        self.lines.insert(place, cell);
    }
}

impl Line {
    /// Its words, with spaces between.
    pub(super) fn text(&self) -> String {
        self.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// The mean over the characters, from 0 to 1.
    pub(super) fn confidence(&self) -> f32 {
        confidence(self.words.iter())
    }

    /// Its area on the prepared picture.
    pub(super) fn area(&self) -> Option<PixelBox> {
        self.words.iter().map(|word| word.area).reduce(|one, other| one.with(&other))
    }
}

/// The part of a line that is kept, if any.
fn kept(mut line: Line, demands: &Demands, dropped: &mut Vec<Word>) -> Option<Line> {
    let words = &mut line.words;
    dropped.extend(words.extract_if(.., |word| word.confidence < demands.word));
    // Punctuation stands beside words; at the ends of a line it is a speck or a frame.
    while words.last().is_some_and(is_speck) {
        words.pop();
    }
    let first = words.iter().position(|word| !is_speck(word))?;
    words.drain(..first);
    let best = words.iter().filter(|word| letters(&word.text) > 0).map(|word| word.confidence).fold(0.0, f32::max);
    let letters: usize = words.iter().map(|word| letters(&word.text)).sum();
    let demanded = if letters < SHORT { demands.short_line } else { demands.line };
    (letters > 0 && best >= demanded).then_some(line)
}

fn is_speck(word: &Word) -> bool {
    letters(&word.text) == 0 && word.text.chars().count() < 3
}

/// The mean over the characters, from 0 to 1.
fn confidence<'a>(words: impl Iterator<Item = &'a Word>) -> f32 {
    let (mut sum, mut count) = (0.0_f32, 0.0_f32);
    for word in words {
        #[expect(clippy::cast_precision_loss, reason = "characters of one word")]
        let length = word.text.chars().count() as f32;
        sum += word.confidence * length;
        count += length;
    }
    sum / count.max(1.0)
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

#[cfg(test)]
#[path = "tsv_tests.rs"]
mod tests;
