/// The text without its closing list of sources, which is not spoken.
pub(super) fn without(text: &str) -> &str {
    let mut end = text.len();
    let mut is_list = true;
    for line in text.split_inclusive('\n').rev() {
        end -= line.len();
        if is_heading(line) {
            return if is_list { text.get(..end).unwrap_or(text) } else { text };
        }
        is_list &= is_entry(line);
        if !is_list {
            break;
        }
    }
    text
}

/// Whether a line is just the heading of a list of sources.
pub(super) fn is_heading(line: &str) -> bool {
    let word = line.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '#' | '_' | ':'));
    ["sources", "references", "citations"].iter().any(|heading| word.eq_ignore_ascii_case(heading))
}

/// Whether a line may be an entry of a list of sources.
fn is_entry(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with(['-', '*', '[', '+', '•']) || line.starts_with(|c: char| c.is_ascii_digit())
}
