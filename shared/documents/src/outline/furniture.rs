//! Running headers and footers: lines that recur at the edges of pages, and page numbers.

use std::collections::HashMap;

use super::super::{Area, Line, Page};

/// Number of lines at the top and at the bottom of a page that may be furniture.
const EDGE: usize = 4;

/// A line is furniture if it recurs on this share of the pages that have text. Manuals print
/// different headers on left and right pages, and per chapter, hence well below a half.
const MIN_SHARE: f64 = 0.15;

/// Minimum number of pages on which it recurs.
const MIN_PAGES: usize = 3;

/// Maximum distance between its positions on different pages, in points.
const SAME_PLACE: f32 = 12.0;

/// A line at the edge of a page.
struct Edge {
    /// Its index among the page's lines.
    index: usize,
    /// Its words without a number at either end, which may be the page number.
    words: String,
    /// That number.
    number: Option<String>,
    /// Its position; `None` if unknown.
    place: Option<Area>,
}

/// Marks the furniture lines of every page: lines with the same words at the same position on other pages, and page
/// numbers. Rows of tables are never furniture, and a page never consists of furniture alone.
pub(super) fn find(pages: &[Page]) -> Vec<Vec<bool>> {
    let edges = with_own_numbers(pages.iter().map(edge_lines).collect(), pages);
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

/// The first and last lines of a page, except rows of tables.
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
        words: words(&line.text).0,
        number: words(&line.text).1,
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

/// Restores numbers that belong to a title and do not count pages: `Pump 30` and `Pump 40` on consecutive pages are two
/// titles, but `Section 2-30` and `Section 2-31` are one running header.
fn with_own_numbers(mut edges: Vec<Vec<Edge>>, pages: &[Page]) -> Vec<Vec<Edge>> {
    let mut runs: HashMap<String, Vec<(u32, String)>> = HashMap::new();
    for (page, edges) in pages.iter().zip(&edges) {
        for edge in edges {
            if let Some(number) = edge.number.clone().filter(|_| !edge.words.is_empty()) {
                runs.entry(edge.words.clone()).or_default().push((page.number, number));
            }
        }
    }
    for edge in edges.iter_mut().flatten() {
        let Some(number) = &edge.number else { continue };
        if runs.get(&edge.words).is_some_and(|run| !counts_pages(run)) {
            edge.words = format!("{} {number}", edge.words);
        }
    }
    edges
}

/// Whether the numbers rise no faster than the pages that they are on, within a chapter.
fn counts_pages(run: &[(u32, String)]) -> bool {
    let parsed: Vec<(u32, &str, u32)> = run
        .iter()
        .filter_map(|(page, number)| {
            let start = number.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + 1);
            let (chapter, last) = number.split_at_checked(start)?;
            Some((*page, chapter, last.parse().ok()?))
        })
        .collect();
    let pairs: Vec<_> = parsed.windows(2).filter(|pair| matches!(pair, [a, b] if a.1 == b.1)).collect();
    let fit = |pair: &&&[(u32, &str, u32)]| match **pair {
        [a, b] => b.2 >= a.2 && b.2 - a.2 <= b.0 - a.0,
        _ => false,
    };
    10 * pairs.iter().filter(fit).count() >= 7 * pairs.len()
}

/// The line's words in lower case, and the number before or behind them, which may be the page's.
fn words(text: &str) -> (String, Option<String>) {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let (mut rest, mut number) = (words.as_slice(), None);
    if let [before @ .., last] = rest
        && is_page_number(last)
    {
        (rest, number) = (before, Some(last.clone()));
    }
    if let [first, after @ ..] = rest
        && is_page_number(first)
    {
        (rest, number) = (after, number.or_else(|| Some(first.clone())));
    }
    // Words that go with the number: `Page 12`, `12 of 30`.
    let kept = rest.iter().filter(|word| !matches!(word.as_str(), "page" | "|" | "-"));
    (kept.cloned().collect::<Vec<_>>().join(" "), number)
}

/// Whether a word may be a page number: `12`, `2-82`, `iv`. Longer numbers are those of parts or manuals.
fn is_page_number(word: &str) -> bool {
    let numbers = word.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '.' | '(' | ')'));
    let roman = !word.contains(|c: char| c.is_ascii_digit());
    word.len() <= 6 && is_label_word(word) && (numbers || roman)
}

#[expect(clippy::cast_precision_loss, reason = "page counts are small")]
fn share(count: usize, total: usize) -> f64 {
    count as f64 / total.max(1) as f64
}

/// Whether a text is only a page number: `2-82`, `iv`, `INDEX-2`, `Page 3 of 16`, `Change 1 2-83`.
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

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests")]

    use super::*;
    use crate::PageSource;

    fn marks(texts: &[&str]) -> Vec<Vec<bool>> {
        let pages: Vec<Page> =
            (1..).zip(texts).map(|(number, text)| Page::from_text(number, text, PageSource::TextLayer)).collect();
        find(&pages)
    }

    #[test]
    fn running_headers_are_known_by_their_words() {
        let marks = marks(&[
            "Mill KX service manual 3-1\nDrain the sump.",
            "Mill KX service manual 3-2\nFlush the cooler.",
            "Mill KX service manual 3-3\nFill both tanks.",
        ]);
        assert!(marks.iter().all(|page| page[0] && !page[1]), "{marks:?}");
    }

    #[test]
    fn titles_that_differ_in_a_number_are_titles() {
        let texts = ["Winch W-20\nRope 18 m", "Winch W-30\nRope 24 m", "Winch W-40\nRope 30 m"];
        assert!(marks(&texts).iter().flatten().all(|mark| !mark));
        let texts = ["Winch 200\nRope 18 m", "Winch 300\nRope 24 m", "Winch 400\nRope 30 m"];
        assert!(marks(&texts).iter().flatten().all(|mark| !mark));
    }

    #[test]
    fn rows_of_a_list_that_differ_in_their_numbers_stay() {
        let texts = ["1 WASHER 12-4\nupper", "2 WASHER 12-9\nlower", "3 WASHER 14-7\nrear"];
        assert!(marks(&texts).iter().flatten().all(|mark| !mark));
    }
}
