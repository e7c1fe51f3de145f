//! From printed lines to a passage's text.

use super::super::normalize::join_hyphenated;

/// Joins lines by line breaks, words broken at a line's end made whole.
pub(super) fn assemble<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    let mut pending: Option<String> = None;
    for line in lines {
        let mut line = line.to_owned();
        if let Some(before) = pending.take() {
            if let Some((joined, taken)) = join_hyphenated(&before, &line) {
                push(&mut text, &joined);
                line = line.get(taken..).unwrap_or_default().trim_start().to_owned();
                if line.is_empty() {
                    continue;
                }
                // Punctuation belongs to the word that was made whole.
                if line.starts_with(['.', ',', ';', ':', ')']) {
                    let mark = line.remove(0);
                    text.push(mark);
                    line = line.trim_start().to_owned();
                }
            } else {
                push(&mut text, &before);
            }
        }
        if !line.is_empty() {
            pending = Some(line);
        }
    }
    if let Some(last) = pending {
        push(&mut text, &last);
    }
    text
}

fn push(text: &mut String, line: &str) {
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(line);
}
