//! Running headers and footers: lines that recur at the edges of pages, and page numbers there.

use std::collections::HashMap;

use super::super::Page;

/// Lines from the top and from the bottom of a page that may be furniture.
const EDGE: usize = 4;

/// A line is furniture if it recurs on this share of the pages that have text. Manuals print
/// different headers on left and right pages, and per chapter, hence well below a half.
const MIN_SHARE: f64 = 0.15;

/// And on at least this many pages.
const MIN_PAGES: usize = 3;

/// Marks the furniture lines of every page.
pub(super) fn find(pages: &[Page]) -> Vec<Vec<bool>> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for page in pages {
        let mut keys: Vec<String> = edge_lines(page).map(|(_, key)| key).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            *counts.entry(key).or_default() += 1;
        }
    }
    let with_text = pages.iter().filter(|page| page.has_text).count();
    pages
        .iter()
        .map(|page| {
            let mut marks = vec![false; page.lines.len()];
            for (index, key) in edge_lines(page) {
                let count = counts.get(&key).copied().unwrap_or(0);
                let text = page.lines.get(index).map_or("", |line| line.text.as_str());
                let recurs = count >= MIN_PAGES && share(count, with_text) >= MIN_SHARE;
                if let Some(mark) = marks.get_mut(index) {
                    *mark = recurs || (with_text >= MIN_PAGES && is_page_label(text));
                }
            }
            marks
        })
        .collect()
}

fn edge_lines(page: &Page) -> impl Iterator<Item = (usize, String)> {
    let count = page.lines.len();
    page.lines
        .iter()
        .enumerate()
        .filter(move |(index, _)| *index < EDGE || index + EDGE >= count)
        .map(|(index, line)| (index, key(&line.text)))
}

/// The line without what changes from page to page.
fn key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_digit() {
            if !key.ends_with('#') {
                key.push('#');
            }
        } else if !character.is_whitespace() {
            key.extend(character.to_lowercase());
        }
    }
    key
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
