//! Marks of continuation: `WARNING (Cont'd)`.

use super::is_one_of;
use super::words::{CONTINUED, PAGES};

/// Characters between a signal word and a mark of continuation.
const GAPS: [char; 5] = [' ', '-', '–', '—', ','];

/// The text before a mark of continuation: `WARNING (Cont'd)`, `WARNING - Continued on next page`.
pub(super) fn before_continuation(line: &str) -> &str {
    let line = line.trim();
    let bracketed = line.trim_end_matches(['.', ':', '!', ' ']).strip_suffix([')', ']']);
    let parted = if let Some(text) = bracketed {
        text.rsplit_once(['(', '[']).filter(|(_, mark)| continues(mark))
    } else {
        let mut parted = line.match_indices(GAPS).filter_map(|(at, _)| line.split_at_checked(at));
        parted.find(|(_, mark)| is_continuation(mark.trim_start_matches(GAPS)))
    };
    let parted = parted.filter(|(before, _)| before.chars().any(char::is_alphanumeric));
    parted.map_or(line, |(before, _)| before.trim_end_matches(GAPS))
}

/// Whether a text begins with a mark of continuation.
pub(super) fn continues(text: &str) -> bool {
    text.split_whitespace().next().is_some_and(|first| is_one_of(CONTINUED, first))
}

/// Whether a text is only a mark of continuation: `Continued`, `Continued on page 3`.
pub(super) fn is_continuation(text: &str) -> bool {
    let mut others = text.split_whitespace().skip(1).peekable();
    continues(text) && (others.peek().is_none() || others.any(|word| is_one_of(PAGES, word)))
}
