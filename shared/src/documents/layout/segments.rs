//! Segments: words on one baseline without a wide gap between them.

use std::collections::HashMap;

use super::{Rule, Word};

/// A gap of more than so many font sizes ends a segment.
const WIDE_GAP: f32 = 1.0;
/// Words whose baselines differ by less than this share of the size stand on one line.
const SAME_BASELINE: f32 = 0.22;
/// Lines that a word may still join: those above it on the page were finished before.
const OPEN_LINES: usize = 12;

/// Words on one baseline that belong together.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub(super) words: Vec<Word>,
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) baseline: f32,
    pub(super) size: f32,
}

impl Segment {
    fn new(word: Word) -> Self {
        let (left, right, baseline, size) = (word.left, word.right, word.baseline, word.size);
        Self { words: vec![word], left, right, baseline, size }
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

/// The words with blanks between them. Letters that are set one by one leave gaps that look like
/// blanks.
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

/// Whether a word is only leader dots (or an underscore rule) between a text and its number.
pub(super) fn is_leader(text: &str) -> bool {
    let dots = text.chars().filter(|c| is_leader_sign(*c)).count();
    dots >= 4 && text.chars().all(|c| is_leader_sign(c) || c.is_whitespace())
}

/// Whether leaders end a word, or are the word.
pub(super) fn ends_with_leader(text: &str) -> bool {
    let dots = text.chars().rev().take_while(|c| is_leader_sign(*c)).count();
    dots >= 2 || is_dots(text)
}

/// Whether a word is nothing but dots, of which spaced leaders are made.
fn is_dots(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_leader_sign)
}

fn is_leader_sign(character: char) -> bool {
    matches!(character, '.' | '\u{2024}' | '\u{2025}' | '\u{2026}' | '_' | '\u{b7}')
}

/// Text in which each run of leaders is a blank.
pub(super) fn without_leaders(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    let mut flush = |run: &mut String, out: &mut String| {
        if is_leader(run) {
            out.push(' ');
        } else {
            out.push_str(run);
        }
        run.clear();
    };
    for character in text.chars() {
        // A blank belongs to a run of leaders, not before one.
        if is_leader_sign(character) || (character == ' ' && !run.is_empty()) {
            run.push(character);
        } else {
            flush(&mut run, &mut out);
            out.push(character);
        }
    }
    flush(&mut run, &mut out);
    out.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Leaves out words that are printed twice on one place, to look bold or as a second layer.
pub(super) fn without_doubles(words: Vec<Word>) -> Vec<Word> {
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
    words.into_iter().filter(is_new_mut(is_new)).collect()
}

/// `filter` wants a closure that may be called again and again.
fn is_new_mut<'a>(mut is_new: impl FnMut(&Word) -> bool + 'a) -> impl FnMut(&Word) -> bool + 'a {
    move |word| is_new(word)
}

/// A printed line while it is collected.
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

/// Cuts a line at wide gaps and at vertical rules; leaders bridge a gap.
fn cut(mut words: Vec<Word>, vertical: &[Rule]) -> Vec<Segment> {
    words.sort_by(|a, b| a.left.total_cmp(&b.left));
    let mut segments: Vec<Segment> = Vec::new();
    for word in words {
        match segments.last_mut() {
            Some(segment) if !is_cut(segment, &word, vertical) => segment.push(word),
            _ => segments.push(Segment::new(word)),
        }
    }
    segments
}

fn is_cut(segment: &Segment, word: &Word, vertical: &[Rule]) -> bool {
    let gap = word.left - segment.right;
    let led = segment.words.last().is_some_and(|last| is_leader(&last.text)) || is_leader(&word.text);
    let height = word.baseline - 0.3 * word.size;
    let ruled = |rule: &Rule| {
        segment.right - 1.0 <= rule.left && rule.left <= word.left + 1.0 && rule.top <= height && height <= rule.bottom
    };
    (gap > WIDE_GAP * word.size.max(segment.size) && !led) || vertical.iter().any(ruled)
}
