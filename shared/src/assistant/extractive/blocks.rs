//! A page as the blocks that can be quoted: steps, warnings, table rows, sentences.

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockKind {
    /// `WARNING`, `CAUTION` or `NOTE` with its text.
    Notice,
    /// A numbered, lettered or bulleted item.
    Step,
    /// A short line that opens what follows.
    Heading,
    /// Running text or a table row.
    Text,
}

/// A part of a page that makes sense by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) kind: BlockKind,
    /// In one line; a notice begins with its word and a colon.
    pub(super) text: String,
}

const NOTICES: &[&str] = &["WARNING", "CAUTION", "NOTE", "DANGER", "IMPORTANT"];
/// Printed lines shorter than this end a paragraph even without a full stop.
const SHORT_LINE: usize = 45;

/// The blocks of a page, in their order.
pub(super) fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for line in page.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(notice) = notice_word(line) {
            blocks.push(Block { kind: BlockKind::Notice, text: notice.to_owned() });
            open = true;
            continue;
        }
        let kind = kind_of(line);
        let joins = match (blocks.last(), kind) {
            (Some(last), BlockKind::Text) => open && last.kind != BlockKind::Heading,
            // Bulleted warnings.
            (Some(last), BlockKind::Step) => {
                last.kind == BlockKind::Notice && NOTICES.contains(&last.text.trim_end_matches(':'))
            }
            _ => false,
        };
        match blocks.last_mut().filter(|_| joins) {
            Some(last) => append(&mut last.text, line),
            None => blocks.push(Block { kind, text: line.to_owned() }),
        }
        open = kind != BlockKind::Heading && !ends(line, blocks.last());
    }
    // A notice whose text was lost says nothing.
    blocks.retain(|block| block.kind != BlockKind::Notice || block.text.len() > 12);
    blocks
}

fn append(text: &mut String, line: &str) {
    match (text.strip_suffix('-'), line.chars().next()) {
        // A word broken at the line's end.
        (Some(stem), Some(next)) if next.is_lowercase() && stem.ends_with(char::is_lowercase) => {
            text.truncate(text.len() - 1);
        }
        _ => text.push(' '),
    }
    text.push_str(line);
}

/// The line as the head of a notice: `WARNING`, `NOT E`, `CAUTION:`.
fn notice_word(line: &str) -> Option<&'static str> {
    let letters: String = line.chars().filter(|c| !matches!(c, ' ' | ':')).collect();
    let at = NOTICES.iter().position(|word| letters == *word)?;
    ["WARNING:", "CAUTION:", "NOTE:", "DANGER:", "IMPORTANT:"].get(at).copied()
}

fn kind_of(line: &str) -> BlockKind {
    if is_step(line) {
        BlockKind::Step
    } else if is_heading(line) {
        BlockKind::Heading
    } else {
        BlockKind::Text
    }
}

/// `1.`, `(12)`, `a.`, `(b)`, `•`, `–`, `∗`.
fn is_step(line: &str) -> bool {
    let Some((label, rest)) = line.split_once(' ') else { return false };
    if rest.trim().is_empty() {
        return false;
    }
    let inner = label.trim_start_matches('(').trim_end_matches([')', '.']);
    let closed = label.ends_with([')', '.']);
    let numbered = inner.len() <= 3 && inner.bytes().all(|b| b.is_ascii_digit()) && !inner.is_empty();
    let lettered = inner.len() <= 2 && inner.bytes().all(|b| b.is_ascii_lowercase()) && !inner.is_empty();
    matches!(label, "•" | "–" | "∗" | "●" | "▪" | "-" | "*" | "◦" | "■") || (closed && (numbered || lettered))
}

/// `2-15. ENGINE DISASSEMBLY`, `3.2 Write the image`, `OIL PUMP REPAIR`.
fn is_heading(line: &str) -> bool {
    if line.chars().count() > 90 || line.ends_with(['.', ';', ',']) {
        return false;
    }
    let first = line.split(' ').next().unwrap_or_default();
    let numbered = first.len() >= 3
        && first.starts_with(|c: char| c.is_ascii_digit())
        && first.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'))
        && first.contains(['.', '-'])
        && line.split(' ').nth(1).is_some_and(|word| word.starts_with(|c: char| c.is_uppercase()));
    let letters: Vec<char> = line.chars().filter(|c| c.is_alphabetic()).collect();
    let capitals = letters.len() >= 4 && letters.iter().all(|c| c.is_uppercase());
    numbered || capitals
}

/// Whether the text that this line ends is complete.
fn ends(line: &str, block: Option<&Block>) -> bool {
    let in_notice = block.is_some_and(|block| block.kind == BlockKind::Notice);
    let stopped = line.ends_with(['.', '!', '?', ':']);
    if in_notice {
        // A warning of several sentences ends with a short line.
        return stopped && line.chars().count() < SHORT_LINE + 15;
    }
    stopped || (line.chars().count() < SHORT_LINE && !line.ends_with(['-', ',']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_warnings_and_rows_stay_apart() {
        let page = "2-15. ENGINE DISASSEMBLY\nWARNING\nDirect personnel to stand clear during hoisting\noperation.\n\
                    1. Remove two nuts (1) and the rod cap (2) from the long connecting\nrod (6).\n2. Discard gas-\nket.\nPiston pin 1.2203 in.";
        let found: Vec<(BlockKind, String)> = blocks(page).into_iter().map(|block| (block.kind, block.text)).collect();
        let expected = [
            (BlockKind::Heading, "2-15. ENGINE DISASSEMBLY"),
            (BlockKind::Notice, "WARNING: Direct personnel to stand clear during hoisting operation."),
            (BlockKind::Step, "1. Remove two nuts (1) and the rod cap (2) from the long connecting rod (6)."),
            (BlockKind::Step, "2. Discard gasket."),
            (BlockKind::Text, "Piston pin 1.2203 in."),
        ];
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for ((kind, text), (expected_kind, expected_text)) in found.iter().zip(expected) {
            assert_eq!((*kind, text.as_str()), (expected_kind, expected_text));
        }
    }

    #[test]
    fn labels_of_many_kinds_begin_a_step() {
        for line in ["1. Remove", "(12) Remove", "a. Remove", "(b) Remove", "• Remove", "– Remove"] {
            assert_eq!(kind_of(line), BlockKind::Step, "{line}");
        }
        assert_eq!(kind_of("6.5L engine has a compression ratio"), BlockKind::Text);
    }
}
