//! Quoting: from judged pages to Markdown.

use super::blocks::{Block, BlockKind};
use super::evidence::Judged;
use crate::assistant::citations::{escape, pages};
use crate::library::Passage;

/// Characters that are quoted of one page.
const MOST_CHARACTERS: usize = 1_000;
/// Characters of a quotation that only tells a value.
const VALUE_CHARACTERS: usize = 500;
/// Characters of one quoted block.
const BLOCK_CHARACTERS: usize = 900;
/// Characters of all quotations; pages beyond are only named.
const ALL_CHARACTERS: usize = 1_200;

/// The quotations of these pages, best first, each with its mark. What stands on several pages is
/// quoted once.
pub(super) fn quotations<'a>(pages: impl Iterator<Item = (&'a Judged, &'a Passage)>, is_procedure: bool) -> String {
    let mut text = String::new();
    let mut told: Vec<String> = Vec::new();
    for (judged, passage) in pages {
        let range = if is_procedure { procedure(judged) } else { statement(judged) };
        let blocks: Vec<&Block> =
            range.filter(|at| !is_furniture(judged, *at)).filter_map(|at| judged.blocks.get(at)).collect();
        let essence = essence(&blocks);
        let quoted: Vec<String> = blocks.into_iter().map(quoted).collect();
        let quoted = quoted.join("\n>\n> ");
        let place = place(passage);
        let number = judged.passage + 1;
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        if told.contains(&essence) {
            text.push_str(&format!("The same in {place} [{number}]."));
        } else if !text.is_empty() && text.chars().count() + quoted.chars().count() > ALL_CHARACTERS {
            text.push_str(&format!("See also {place} [{number}]."));
        } else {
            text.push_str(&format!("From {place} [{number}]:\n\n> {quoted}"));
        }
        told.push(essence);
    }
    text
}

/// `**title** (file, page 3)`.
fn place(passage: &Passage) -> String {
    let hit = &passage.hit;
    let title = hit.heading.rsplit(" > ").next().unwrap_or_default().trim();
    let place = format!("{}, {}", escape(&hit.file_name), pages(hit.page, hit.page_end));
    if title.is_empty() { place } else { format!("**{}** ({place})", escape(title)) }
}

/// The words of what is quoted, without the numbers that call out the parts of a figure.
fn essence(blocks: &[&Block]) -> String {
    let words = blocks.iter().flat_map(|block| block.text.split_whitespace());
    let is_callout = |word: &&str| word.starts_with('(');
    words.filter(|word| !is_callout(word)).flat_map(str::chars).filter(|c| c.is_alphanumeric()).collect()
}

/// Whether the block only says which page of which manual or chapter this is, at the page's top or
/// bottom.
fn is_furniture(judged: &Judged, at: usize) -> bool {
    let at_edge = at < 2 || at + 2 >= judged.blocks.len();
    let is_mark = |block: &Block| {
        let letters = block.text.chars().filter(|c| c.is_alphabetic()).count();
        // A number set apart from the rest: `76   Chapter 5. Sound`.
        let is_number = |column: &str| column.trim().parse::<u32>().is_ok();
        let first = block.text.split_once("   ").is_some_and(|(column, _)| is_number(column));
        let last = block.text.rsplit_once("   ").is_some_and(|(_, column)| is_number(column));
        letters < 4 || first || last
    };
    at != judged.best && at_edge && judged.blocks.get(at).is_some_and(is_mark)
}

/// The blocks of a statement: the best one, the notice before it, and what goes on from it.
fn statement(judged: &Judged) -> std::ops::Range<usize> {
    let top = judged.scores.get(judged.best).copied().unwrap_or(0.0);
    let mut start = judged.best;
    while start > 0 && kind(judged, start - 1) == Some(BlockKind::Notice) {
        start -= 1;
    }
    let mut end = judged.best + 1;
    let mut characters: usize = judged.blocks.get(start..end).map_or(0, length);
    // A title is only told with what it opens; a close rival next to the best belongs to it.
    while let Some(next) = judged.blocks.get(end) {
        let opened = end == judged.best + 1 && kind(judged, judged.best) == Some(BlockKind::Heading);
        let rival = judged.scores.get(end).is_some_and(|score| *score >= top * 0.9);
        let short = characters < 80;
        characters += next.text.len();
        if !(opened || rival || short) || characters > VALUE_CHARACTERS {
            break;
        }
        end += 1;
    }
    start..end
}

/// The blocks of a procedure: the whole run of steps around the best block, with its title and its
/// warnings.
fn procedure(judged: &Judged) -> std::ops::Range<usize> {
    let mut start = judged.best;
    let mut characters = judged.blocks.get(start).map_or(0, |block| block.text.len());
    while start > 0 && !judged.blocks.get(start).is_some_and(opens) {
        let before = judged.blocks.get(start - 1).map_or(0, |block| block.text.len());
        if characters + before > MOST_CHARACTERS / 2 {
            break;
        }
        characters += before;
        start -= 1;
    }
    // Warnings stand before what they warn of.
    while start > 0 && kind(judged, start - 1) == Some(BlockKind::Notice) {
        start -= 1;
    }
    let mut end = judged.best + 1;
    while let Some(next) = judged.blocks.get(end) {
        characters += next.text.len();
        // A title is told with what it opens, be that a title again.
        let first = end == judged.best + 1 && kind(judged, judged.best) == Some(BlockKind::Heading);
        let ends = opens(next) && !first;
        if ends || characters > MOST_CHARACTERS {
            break;
        }
        end += 1;
    }
    // A warning whose step is cut off would warn of nothing.
    while end > judged.best + 1 && kind(judged, end - 1) == Some(BlockKind::Notice) {
        end -= 1;
    }
    start..end
}

/// Whether another matter begins here: with a title, or with a lettered paragraph that has one, as in
/// `g. Nonmetallic Parts. Clean hoses with soap.`
fn opens(block: &Block) -> bool {
    let lettered = || {
        let (label, rest) = block.text.split_once(' ')?;
        let is_letter = label.ends_with('.') && label.starts_with(|c: char| c.is_ascii_lowercase());
        let title = rest.split_once('.').map_or(rest, |(title, _)| title);
        let words: Vec<&str> = title.split_whitespace().collect();
        let is_title_word = |word: &&str| word.len() <= 3 || word.starts_with(|c: char| !c.is_lowercase());
        Some(
            is_letter
                && words.len() <= 6
                && (words.len() > 1 || rest.contains(". ") || rest.ends_with('.'))
                && words.iter().all(is_title_word),
        )
    };
    block.kind == BlockKind::Heading || (block.kind == BlockKind::Step && lettered().unwrap_or(false))
}

fn kind(judged: &Judged, at: usize) -> Option<BlockKind> {
    judged.blocks.get(at).map(|block| block.kind)
}

fn length(blocks: &[Block]) -> usize {
    blocks.iter().map(|block| block.text.len()).sum()
}

fn quoted(block: &Block) -> String {
    let text: String = if block.text.chars().count() > BLOCK_CHARACTERS {
        block.text.chars().take(BLOCK_CHARACTERS).chain("…".chars()).collect()
    } else {
        block.text.clone()
    };
    match block.kind {
        BlockKind::Notice => match text.split_once(": ") {
            Some((word, rest)) => format!("**{word}:** {}", verbatim(rest)),
            None => verbatim(&text),
        },
        BlockKind::Heading => format!("**{}**", verbatim(&text)),
        BlockKind::Step | BlockKind::Text => verbatim(&text),
    }
}

/// Text that Markdown shows as it stands, changed as little as can be: marks of citations, links,
/// emphasis and HTML lose their meaning, everything else stays.
fn verbatim(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    for (at, &character) in characters.iter().enumerate() {
        let next = characters.get(at + 1).copied().unwrap_or(' ');
        let before = at.checked_sub(1).and_then(|at| characters.get(at)).copied().unwrap_or(' ');
        let special = match character {
            '\\' | '`' | '*' => true,
            '[' => next.is_ascii_digit(),
            ']' => matches!(next, '(' | ':'),
            '<' => next.is_alphabetic() || matches!(next, '/' | '!' | '?'),
            '_' => !(before.is_alphanumeric() && next.is_alphanumeric()),
            '#' | '>' | '+' => at == 0,
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(character);
    }
    out
}
