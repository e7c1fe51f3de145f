//! What Tesseract writes: one word per line, with its place and how sure it is.
//!
//! The columns are `level page block paragraph line word left top width height confidence text`; the
//! level of a word is 5.

use crate::vision::PixelBox;

/// What words must reach to be kept, from 0 to 1.
struct Demands {
    /// Each word.
    word: f32,
    /// The best word of a line, or it is a pattern that looks like letters.
    line: f32,
    /// The best word of a line with few letters.
    short_line: f32,
}

/// On a picture that shows little text: a leaf may look like a letter.
const STRICT: Demands = Demands { word: 0.55, line: 0.78, short_line: 0.88 };
/// On a picture that surely shows text: what looks like letters are letters, if hard to read.
const LENIENT: Demands = Demands { word: 0.2, line: 0.4, short_line: 0.6 };
/// A word that is sure.
const SURE: f32 = 0.8;
/// Letters and digits in sure words from which on a picture surely shows text.
const MANY_LETTERS: usize = 60;
/// Letters and digits of a line that has few.
const SHORT: usize = 4;

/// What a cell that was overlooked must reach, from 0 to 1: in a row with others that are sure, by
/// itself, and where the same was read there before, if with doubt.
const CELL_IN_ROW: f32 = 0.45;
const CELL_ALONE: f32 = 0.75;
const CELL_AGAIN: f32 = 0.25;
/// Letters and digits of a word from which on it is longer than high.
const LONG: usize = 4;

/// The lines of a page that are worth keeping.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) lines: Vec<Line>,
    /// Words that are not.
    dropped: Vec<Word>,
    /// Letters and digits in them.
    pub(super) characters: usize,
    /// The same, each counted by how sure it is.
    pub(super) weight: f32,
    /// What all words told, also those that are not kept.
    pub(super) seen: Seen,
}

/// What the words of a page tell of how it lies.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Seen {
    /// Mean confidence of all letters, from 0 to 1; 0 where there is none.
    pub(super) confidence: f32,
    /// Letters in long words that stand upright, less those in long words that lie level.
    pub(super) standing: i64,
    /// The same of lines that go down, less those that go up.
    pub(super) downwards: i64,
}

/// A line of words; places are those of the picture that was read.
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
pub(super) fn lines(output: &str) -> Found {
    let lines = grown(output);
    let words = lines.iter().flat_map(|line| &line.words);
    let sure: usize = words.filter(|word| word.confidence >= SURE).map(|word| letters(&word.text)).sum();
    let demands = if sure >= MANY_LETTERS { &LENIENT } else { &STRICT };
    let mut found = Found { seen: Seen::of(&lines), ..Found::default() };
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

impl Seen {
    fn of(lines: &[Line]) -> Self {
        let words: Vec<&Word> = lines.iter().flat_map(|line| &line.words).filter(|word| letters(&word.text) > 0).collect();
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

impl Found {
    fn keep(&mut self, line: Option<Line>) {
        let Some(line) = line else { return };
        let letters: usize = line.words.iter().map(|word| letters(&word.text)).sum();
        self.characters += letters;
        #[expect(clippy::cast_precision_loss, reason = "letters of one line")]
        let weight = letters as f32 * line.confidence();
        self.weight += weight;
        self.lines.push(line);
    }

    /// Adds a cell that was overlooked: before what stands to the right of it in its row, else behind
    /// what stands to the left.
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

    /// Where it stands on the picture that was read.
    pub(super) fn area(&self) -> Option<PixelBox> {
        self.words.iter().map(|word| word.area).reduce(|one, other| one.with(&other))
    }
}

/// What of a line is worth keeping, if anything.
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
#[expect(clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    fn row(line: u32, left: u32, confidence: f32, text: &str) -> String {
        format!("5\t1\t1\t1\t{line}\t1\t{left}\t{}\t50\t20\t{confidence}\t{text}\n", line * 30)
    }

    fn output(rows: &[String]) -> String {
        let head = "level\tpage_num\tblock_num\n4\t1\t1\t1\t1\t0\t0\t0\t9\t9\t-1\t\n";
        format!("{head}{}", rows.concat())
    }

    fn read(rows: &[String]) -> Found {
        lines(&output(rows))
    }

    fn texts(found: &Found) -> Vec<String> {
        found.lines.iter().map(Line::text).collect()
    }

    #[test]
    fn words_become_lines_with_their_place() {
        let found = read(&[
            row(1, 10, 96.0, "SERIAL"),
            row(1, 70, 90.0, "H075006"),
            row(2, 10, 95.0, "150"),
            row(2, 80, 93.0, "HP"),
        ]);
        assert_eq!(texts(&found), ["SERIAL H075006", "150 HP"]);
        assert_eq!(found.lines[0].area(), Some(PixelBox { x: 10.0, y: 30.0, width: 110.0, height: 20.0 }));
        assert!((found.lines[0].confidence() - 0.927).abs() < 0.01);
        assert_eq!(found.lines[1].words[1].area.x, 80.0);
        assert_eq!(found.characters, 18);
        assert!(found.seen.confidence > 0.9 && found.seen.standing < 0);
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
        assert!(read(&leaf).seen.confidence < 0.7);
        let plate =
            read(&[row(1, 0, 80.0, "|"), row(1, 9, 96.0, "PUMP"), row(1, 60, 30.0, "~x"), row(1, 90, 70.0, "_")]);
        assert_eq!(texts(&plate), ["PUMP"]);
        assert_eq!(texts(&read(&[row(1, 0, 95.0, "40")])), ["40"], "a number that is certain counts");
    }

    #[test]
    fn overlooked_cells_join_their_rows() {
        let mut found = read(&[row(1, 100, 96.0, "Washer"), row(2, 100, 96.0, "Gasket"), row(3, 100, 96.0, "Shim")]);
        let left = output(&[
            row(1, 10, 96.0, "7"),
            row(2, 10, 96.0, "8"),
            row(1, 400, 96.0, "EA"),
            row(2, 400, 90.0, "~"),
            row(3, 10, 40.0, "rn"),
            row(9, 10, 96.0, "9"),
            row(10, 10, 96.0, "NOTES"),
        ]);
        cells(&left).into_iter().for_each(|cell| found.add(cell));
        assert_eq!(texts(&found), ["7", "Washer", "EA", "8", "Gasket", "Shim", "NOTES"]);
    }

    #[test]
    fn what_was_read_twice_alike_counts() {
        let cell = |text: &str| cells(&row(1, 400, 33.0, text)).remove(0);
        let page = || read(&[row(1, 100, 96.0, "Pressure"), row(1, 400, 5.0, "kPa")]);
        let mut found = page();
        found.add(cell("kPa"));
        assert_eq!(texts(&found), ["Pressure", "kPa"]);
        let mut found = page();
        found.add(cell("kFa"));
        assert_eq!(texts(&found), ["Pressure"]);
    }

    #[test]
    fn words_that_stand_tell_a_sideways_page() {
        let word = |at: u32, top: u32, text: &str| format!("5\t1\t1\t1\t1\t{at}\t300\t{top}\t20\t90\t93\t{text}\n");
        let seen = read(&[word(1, 500, "Tighten"), word(2, 300, "the"), word(3, 100, "screws")]).seen;
        assert!(seen.standing > 0 && seen.downwards < 0, "{seen:?}");
    }
}
