//! The lines of a page as pieces that are never cut.

use super::{
    super::{
        Page,
        outline::{LineKind, PageOutline},
    },
    Chunk,
};

/// Most characters taken from the next page to end a sentence.
const MAX_RUN_OVER: usize = 240;

/// A line, a title, or a part of a line too long for one chunk.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) tokens: usize,
    pub(super) kind: LineKind,
}

pub(super) fn of_page(
    page: &Page,
    outline: &PageOutline,
    max_tokens: usize,
    count_tokens: &impl Fn(&str) -> usize,
) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::with_capacity(outline.kinds.len());
    for (line, kind) in page.lines().zip(&outline.kinds) {
        if *kind == LineKind::Furniture {
            continue;
        }
        let tokens = count_tokens(&line.text);
        if tokens <= max_tokens {
            pieces.push(Piece { text: line.text.clone(), tokens, kind: kind.clone() });
            continue;
        }
        for text in split_long(&line.text, max_tokens, count_tokens) {
            let tokens = count_tokens(&text);
            let kind = LineKind::Body;
            pieces.push(Piece { text, tokens, kind });
        }
    }
    pieces
}

/// Splits a paragraph that is one line: at the ends of sentences, and sentences that are too
/// long at words.
fn split_long(text: &str, max_tokens: usize, count_tokens: &impl Fn(&str) -> usize) -> Vec<String> {
    let mut parts = Vec::new();
    for sentence in sentences(text) {
        if count_tokens(sentence) <= max_tokens {
            parts.push(sentence.to_owned());
            continue;
        }
        let mut part = String::new();
        let mut tokens = 0;
        for word in sentence.split(' ') {
            let more = count_tokens(word);
            if tokens + more > max_tokens && !part.is_empty() {
                parts.push(std::mem::take(&mut part));
                tokens = 0;
            }
            if !part.is_empty() {
                part.push(' ');
            }
            part.push_str(word);
            tokens += more;
        }
        parts.push(part);
    }
    parts
}

/// Splits after sentence marks that a space and a capital or digit follow.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = sentence_end(rest);
        let (sentence, after) = rest.split_at(end);
        rest = after.trim_start();
        Some(sentence.trim_end())
    })
}

fn sentence_end(text: &str) -> usize {
    let chars = text.char_indices().peekable();
    for (index, character) in chars {
        if !matches!(character, '.' | '!' | '?' | ';') {
            continue;
        }
        let after = text.get(index + character.len_utf8()..).unwrap_or_default();
        let mut next = after.chars();
        if next.next() == Some(' ') && next.next().is_some_and(|c| c.is_uppercase() || c.is_numeric() || c == '(') {
            return index + character.len_utf8();
        }
    }
    text.len()
}

/// Ends a sentence that runs over the page's border with its rest from the next page.
pub(super) fn run_over(chunk: &mut Chunk, next: &Page, outline: &PageOutline) {
    let ends_open = chunk.text.ends_with(|c: char| c.is_lowercase() || matches!(c, ',' | '-'));
    if !ends_open || outline.navigation || next.number != chunk.page + 1 {
        return;
    }
    let mut lines = next.lines().zip(&outline.kinds).filter(|(_, kind)| **kind != LineKind::Furniture);
    let Some((first, LineKind::Body)) = lines.next() else {
        return;
    };
    if !first.text.starts_with(char::is_lowercase) {
        return;
    }
    let mut tail = String::new();
    let body = lines.take_while(|(_, kind)| **kind == LineKind::Body).map(|(line, _)| line);
    for line in std::iter::once(first).chain(body) {
        let end = sentence_end(&line.text);
        let part = line.text.get(..end).unwrap_or(&line.text);
        if tail.len() + part.len() > MAX_RUN_OVER {
            return;
        }
        tail.push('\n');
        tail.push_str(part);
        if part.ends_with(['.', '!', '?', ';', ':']) {
            chunk.text.push_str(&tail);
            chunk.page_end = next.number;
            return;
        }
    }
}
