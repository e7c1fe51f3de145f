//! Segments: words on one baseline without a wide gap between them.

use std::collections::HashMap;

use super::{Rule, Word};

/// Minimum gap between segments in font sizes.
const WIDE_GAP: f32 = 1.0;
/// Words whose baselines differ by less than this share of the size stand on one line.
const SAME_BASELINE: f32 = 0.22;
/// Number of lines that a word may still join. Lines above them are complete.
const OPEN_LINES: usize = 12;

/// Words on one baseline that belong together.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub(super) words: Vec<Word>,
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) baseline: f32,
    pub(super) size: f32,
    /// Whether dot leaders lead to it.
    pub(super) led: bool,
}

impl Segment {
    fn new(word: Word, led: bool) -> Self {
        let (left, right, baseline, size) = (word.left, word.right, word.baseline, word.size);
        Self { words: vec![word], left, right, baseline, size, led }
    }

    fn push(&mut self, word: Word) {
        self.left = self.left.min(word.left);
        self.right = self.right.max(word.right);
        self.size = self.size.max(word.size);
        self.words.push(word);
    }

    pub(super) fn text(&self) -> String {
        join(&self.words)
    }

    pub(super) fn width(&self) -> f32 {
        self.right - self.left
    }
}

/// Joins the words of a segment with spaces. Letters that are positioned one by one leave gaps that look like spaces.
pub(super) fn join(words: &[Word]) -> String {
    let mut words: Vec<&Word> = words.iter().collect();
    words.sort_by(|a, b| a.left.total_cmp(&b.left));
    let mut out = String::new();
    let mut before: Option<&Word> = None;
    for word in words {
        if let Some(before) = before {
            let gap = word.left - before.right;
            let size = word.size.max(before.size).max(1.0);
            let single = |word: &Word| word.text.chars().count() == 1;
            if gap > 0.13 * size || !(single(word) || single(before)) {
                out.push(' ');
            }
        }
        out.push_str(&word.text);
        before = Some(word);
    }
    out
}

/// Minimum number of dots that count as leaders. Spaced leaders are words of one dot each.
const LEADERS: usize = 3;

fn is_leader_sign(character: char) -> bool {
    matches!(character, '.' | '\u{2024}' | '\u{2025}' | '\u{2026}' | '_' | '\u{b7}')
}

/// Whether a word consists of dots only, as leaders do.
fn is_dots(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_leader_sign)
}

/// How many dots a text has at its front and at its end.
fn dots_around(text: &str) -> (usize, usize) {
    let of = |characters: &mut dyn Iterator<Item = char>| characters.take_while(|c| is_leader_sign(*c)).count();
    (of(&mut text.chars()), of(&mut text.chars().rev()))
}

/// A word without leaders printed onto it, and whether there were some before and after it.
fn without_leaders(mut word: Word) -> (Word, bool, bool) {
    let (front, back) = dots_around(&word.text);
    let (before, behind) = (front >= LEADERS, back >= LEADERS);
    let count = word.text.chars().count();
    #[expect(clippy::cast_precision_loss, reason = "letters of one word")]
    let letter = (word.right - word.left) / count.max(1) as f32;
    #[expect(clippy::cast_precision_loss, reason = "letters of one word")]
    let cut = |dots: usize| letter * dots as f32;
    let (front, back) = (if before { front } else { 0 }, if behind { back } else { 0 });
    word.left += cut(front);
    word.right -= cut(back);
    word.text = word.text.chars().skip(front).take(count - front - back).collect();
    (word, before, behind)
}

/// Removes words that are printed twice at one position, to look bold or as a second layer.
pub(super) fn without_doubles(mut words: Vec<Word>) -> Vec<Word> {
    let mut seen: HashMap<String, Vec<(f32, f32)>> = HashMap::new();
    let is_new = |word: &Word| {
        let places = seen.entry(word.text.clone()).or_default();
        let near = 0.2 * word.size;
        let double = places.iter().any(|(x, y)| (x - word.left).abs() < near && (y - word.baseline).abs() < near);
        if !double {
            places.push((word.left, word.baseline));
        }
        !double
    };
    words.retain(is_new);
    words
}

/// A printed line that is being collected.
struct Line {
    baseline: f32,
    size: f32,
    words: Vec<Word>,
}

/// The segments of these words, from top to bottom.
pub(super) fn of(mut words: Vec<Word>, vertical: &[Rule]) -> Vec<Segment> {
    words.sort_by(|a, b| a.baseline.total_cmp(&b.baseline).then(a.left.total_cmp(&b.left)));
    let mut lines: Vec<Line> = Vec::new();
    for word in words {
        let near =
            |line: &&mut Line| (line.baseline - word.baseline).abs() <= SAME_BASELINE * line.size.min(word.size) + 0.3;
        match lines.iter_mut().rev().take(OPEN_LINES).find(near) {
            Some(line) => {
                line.size = line.size.max(word.size);
                line.words.push(word);
            }
            None => lines.push(Line { baseline: word.baseline, size: word.size, words: vec![word] }),
        }
    }
    lines.into_iter().flat_map(|line| cut(line.words, vertical)).collect()
}

/// Cuts a line at wide gaps, at leaders and at vertical rules.
fn cut(mut words: Vec<Word>, vertical: &[Rule]) -> Vec<Segment> {
    words.sort_by(|a, b| a.left.total_cmp(&b.left));
    let mut segments: Vec<Segment> = Vec::new();
    // Dots since the last word.
    let mut dots: Vec<Word> = Vec::new();
    for word in words {
        if is_dots(&word.text) {
            dots.push(word);
            continue;
        }
        let (word, before, behind) = without_leaders(word);
        let leads = before || dots.iter().map(|word| word.text.chars().count()).sum::<usize>() >= LEADERS;
        // A few dots are an ellipsis, or end an abbreviation that was set letter by letter.
        let few = if leads { Vec::new() } else { std::mem::take(&mut dots) };
        dots.clear();
        for word in few {
            add(&mut segments, word, false, vertical);
        }
        add(&mut segments, word, leads, vertical);
        if behind && let Some(segment) = segments.last() {
            let dots_behind = Word { text: "...".to_owned(), left: segment.right, ..word_at(segment) };
            dots.push(dots_behind);
        }
    }
    let counted: usize = dots.iter().map(|word| word.text.chars().count()).sum();
    if counted < LEADERS {
        for word in dots {
            add(&mut segments, word, false, vertical);
        }
    }
    segments
}

/// A word at the end of a segment.
fn word_at(segment: &Segment) -> Word {
    let Segment { right, baseline, size, .. } = *segment;
    let (top, bottom) = (baseline - size, baseline);
    Word { text: String::new(), left: right, right, top, bottom, baseline, size, bold: false }
}

fn add(segments: &mut Vec<Segment>, word: Word, led: bool, vertical: &[Rule]) {
    match segments.last_mut() {
        Some(segment) if !led && !is_cut(segment, &word, vertical) => segment.push(word),
        _ => segments.push(Segment::new(word, led)),
    }
}

fn is_cut(segment: &Segment, word: &Word, vertical: &[Rule]) -> bool {
    let gap = word.left - segment.right;
    let height = word.baseline - 0.3 * word.size;
    let ruled = |rule: &Rule| {
        segment.right - 1.0 <= rule.left && rule.left <= word.left + 1.0 && rule.top <= height && height <= rule.bottom
    };
    gap > WIDE_GAP * word.size.max(segment.size) || vertical.iter().any(ruled)
}
