//! Quoting: from judged pages to Markdown.

use super::blocks::{Block, BlockKind};
use super::evidence::Judged;
use crate::assistant::citations::{escape, pages};
use crate::library::Passage;

/// Characters that are quoted of one page.
const MOST_CHARACTERS: usize = 1_400;
/// Characters of a quotation that only tells a value.
const VALUE_CHARACTERS: usize = 500;
/// Characters of one quoted block.
const BLOCK_CHARACTERS: usize = 900;

/// The quotation of one page with its mark.
pub(super) fn quotation(judged: &Judged, passage: &Passage, is_procedure: bool) -> String {
    let range = if is_procedure { procedure(judged) } else { statement(judged) };
    let hit = &passage.hit;
    let title = hit.heading.rsplit(" > ").next().unwrap_or_default().trim();
    let place = format!("{}, {}", escape(&hit.file_name), pages(hit.page, hit.page_end));
    let number = judged.passage + 1;
    let quoted: Vec<String> = judged.blocks.get(range).unwrap_or_default().iter().map(quoted).collect();
    let quoted = quoted.join("\n>\n> ");
    if title.is_empty() {
        format!("From {place} [{number}]:\n\n> {quoted}")
    } else {
        format!("From **{}** ({place}) [{number}]:\n\n> {quoted}", escape(title))
    }
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
    while start > 0 && kind(judged, start) != Some(BlockKind::Heading) {
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
        let ends = next.kind == BlockKind::Heading && end > judged.best + 1;
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
