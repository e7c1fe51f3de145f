//! Running headers and footers: lines that recur at the edges of pages, and page numbers there.

use std::collections::HashMap;

use super::super::{Area, Line, Page};

/// Lines from the top and from the bottom of a page that may be furniture.
const EDGE: usize = 4;

/// A line is furniture if it recurs on this share of the pages that have text. Manuals print
/// different headers on left and right pages, and per chapter, hence well below a half.
const MIN_SHARE: f64 = 0.15;

/// And on at least this many pages.
const MIN_PAGES: usize = 3;

/// How far from its place on other pages a line may stand, in points.
const SAME_PLACE: f32 = 12.0;

/// A line at the edge of a page.
struct Edge {
    /// Position among the page's lines.
    index: usize,
    /// Its words, without a page's number at either end.
    words: String,
    /// Where it stands; `None` where that is unknown.
    place: Option<Area>,
}

/// Marks the furniture lines of every page: those that repeat their words at their place on other
/// pages, and page numbers. Rows of tables are none, and a page never consists of furniture alone.
pub(super) fn find(pages: &[Page]) -> Vec<Vec<bool>> {
    let edges: Vec<Vec<Edge>> = pages.iter().map(edge_lines).collect();
    let mut places: HashMap<&str, Vec<Option<Area>>> = HashMap::new();
    for edge in edges.iter().flatten() {
        places.entry(&edge.words).or_default().push(edge.place);
    }
    let with_text = pages.iter().filter(|page| page.has_text).count();
    let recurs = |edge: &Edge| {
        let known = places.get(edge.words.as_str()).map_or(&[][..], Vec::as_slice);
        let count = known.iter().filter(|place| same_place(edge.place, **place)).count();
        !edge.words.is_empty() && count >= MIN_PAGES && share(count, with_text) >= MIN_SHARE
    };
    let mark = |(page, edges): (&Page, &Vec<Edge>)| {
        let lines: Vec<&str> = page.lines().map(|line| line.text.as_str()).collect();
        let mut marks = vec![false; lines.len()];
        for edge in edges {
            let label = with_text >= MIN_PAGES && lines.get(edge.index).is_some_and(|text| is_page_label(text));
            if let Some(mark) = marks.get_mut(edge.index) {
                *mark = label || recurs(edge);
            }
        }
        if marks.iter().all(|mark| *mark) {
            marks.fill(false);
        }
        marks
    };
    pages.iter().zip(&edges).map(mark).collect()
}

/// The first and last lines of a page from top to bottom, where they are not rows of a table.
fn edge_lines(page: &Page) -> Vec<Edge> {
    let mut lines: Vec<(usize, &Line)> = page.lines().enumerate().collect();
    if lines.iter().all(|(_, line)| !line.area.is_unknown()) {
        lines.sort_by(|(_, a), (_, b)| a.area.top.total_cmp(&b.area.top));
    }
    let count = lines.len();
    let in_table = page.in_table();
    let at_edge = lines.into_iter().enumerate().filter(|(order, _)| *order < EDGE || order + EDGE >= count);
    let free = at_edge.filter(|(_, (index, _))| !in_table.get(*index).copied().unwrap_or(false));
    let edge = |(_, (index, line)): (usize, (usize, &Line))| Edge {
        index,
        words: words(&line.text),
        place: (!line.area.is_unknown()).then_some(line.area),
    };
    free.map(edge).collect()
}

fn same_place(a: Option<Area>, b: Option<Area>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a.top - b.top).abs() <= SAME_PLACE,
        _ => true,
    }
}

/// The line's words in lower case, without the page's number before or behind them.
fn words(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let mut rest = words.as_slice();
    if let [.., last] = rest
        && is_page_number(last)
    {
        rest = rest.split_last().map_or(rest, |(_, before)| before);
    }
    if let [first, ..] = rest
        && is_page_number(first)
    {
        rest = rest.split_first().map_or(rest, |(_, after)| after);
    }
    // Words that go with the number: `Page 12`, `12 of 30`.
    rest.iter().filter(|word| !matches!(word.as_str(), "page" | "|" | "-")).cloned().collect::<Vec<_>>().join(" ")
}

/// A word that numbers pages: `12`, `2-82`, `iv`, `A-3`; a longer number names a part or a manual.
fn is_page_number(word: &str) -> bool {
    word.len() <= 6 && is_label_word(word) && word.chars().filter(char::is_ascii_digit).count() <= 4
}

#[expect(clippy::cast_precision_loss, reason = "page counts are small")]
fn share(count: usize, total: usize) -> f64 {
    count as f64 / total.max(1) as f64
}

/// A printed page number and nothing else: `2-82`, `iv`, `INDEX-2`, `Page 3 of 16`, `Change 1 2-83`.
pub(super) fn is_page_label(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let numbers = words.iter().filter(|word| is_label_word(word)).count();
    let known = words
        .iter()
        .filter(|word| matches!(word.to_ascii_lowercase().as_str(), "page" | "of" | "change" | "-" | "|"))
        .count();
    !words.is_empty() && words.len() <= 4 && numbers > 0 && numbers + known == words.len()
}

/// One word that can be a page's name.
pub(super) fn is_label_word(word: &str) -> bool {
    if word.contains(char::is_whitespace) {
        return false;
    }
    let word = word.trim_matches(|c: char| matches!(c, '(' | ')' | '-' | '.' | '[' | ']'));
    let roman = !word.is_empty() && word.len() <= 6 && word.chars().all(|c| matches!(c, 'i' | 'v' | 'x' | 'l'));
    let mut digits = 0;
    let plain = word.len() <= 12
        && word.split(['-', '.']).enumerate().all(|(index, part)| {
            let number = part.trim_end_matches(|c: char| c.is_ascii_lowercase());
            let numeric = !number.is_empty() && number.len() <= 4 && number.bytes().all(|b| b.is_ascii_digit());
            digits += usize::from(numeric);
            let name = index == 0 && !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphabetic());
            numeric && part.len() - number.len() <= 1 || name
        });
    roman || (plain && digits > 0)
}
