//! Lookahead: code spans, ends of links, definitions, entities.

use pulldown_cmark::{Event, Parser};

use super::WINDOW;

/// Maximum length of an entity's name.
const LONGEST_ENTITY: usize = 32;

/// The visible text from a position on.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    /// At most [`WINDOW`] bytes.
    pub(super) text: &'a str,
    /// Whether no more text will be visible, so that open constructs stay open.
    pub(super) ends: bool,
    /// Whether that is because the text has ended.
    pub(super) is_whole: bool,
}

impl<'a> View<'a> {
    pub(super) fn new(text: &'a str, ends: bool) -> Self {
        let is_cut = text.len() > WINDOW;
        let text = text.get(..text.floor_char_boundary(WINDOW)).unwrap_or(text);
        // A cut view ends in the same place however much has arrived, give or take one character.
        let is_full = is_cut || text.len() >= WINDOW;
        Self { text, ends: ends || is_full, is_whole: ends && !is_cut }
    }

    /// The first line of the view, without its line break; `None` if its end is not visible yet.
    pub(super) fn line(self) -> Option<&'a str> {
        match self.text.split_once('\n') {
            Some((line, _)) => Some(line),
            None if self.is_whole => Some(self.text),
            None => None,
        }
    }
}

/// The text from a position on; empty beyond the end.
pub(super) fn from(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default()
}

/// The number of these characters at the beginning of a text.
pub(super) fn run(text: &str, mark: char) -> usize {
    text.len() - text.trim_start_matches(mark).len()
}

/// The result of a lookahead in text that may be incomplete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scanned<T> {
    Yes(T),
    No,
    Undecided,
}

impl<T> Scanned<T> {
    fn open(view: View<'_>) -> Self {
        if view.ends { Self::No } else { Self::Undecided }
    }
}

/// The content and total length of a code span on one line, if the view begins with `ticks` backticks.
pub(super) fn code_span(view: View<'_>, ticks: usize) -> Scanned<(&str, usize)> {
    let mut at = ticks;
    loop {
        let rest = from(view.text, at);
        let Some(next) = rest.find(['`', '\n']) else { return Scanned::open(view) };
        if rest.get(next..).is_some_and(|rest| rest.starts_with('\n')) {
            return Scanned::No;
        }
        let length = run(from(rest, next), '`');
        let end = at + next + length;
        if end == view.text.len() && !view.ends {
            return Scanned::Undecided;
        }
        if length == ticks {
            return match view.text.get(ticks..at + next) {
                Some(content) => Scanned::Yes((content, end)),
                None => Scanned::No,
            };
        }
        at = end;
    }
}

/// The position of the `]` that closes the bracket at the beginning of the view, on the same line.
pub(super) fn bracket(view: View<'_>) -> Scanned<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        let rest = from(view.text, at);
        let Some(character) = rest.chars().next() else { return Scanned::open(view) };
        match character {
            '\n' => return Scanned::No,
            '\\' => {
                let Some(next) = from(rest, 1).chars().next() else { return Scanned::open(view) };
                at += if next == '\n' { 1 } else { 1 + next.len_utf8() };
                continue;
            }
            '`' => {
                let ticks = run(rest, '`');
                if ticks == rest.len() && !view.ends {
                    return Scanned::Undecided;
                }
                match code_span(View { text: rest, ..view }, ticks) {
                    Scanned::Yes((_, length)) => at += length,
                    Scanned::No => at += ticks,
                    Scanned::Undecided => return Scanned::Undecided,
                }
                continue;
            }
            '[' => depth += 1,
            ']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Scanned::Yes(at);
                }
            }
            _ => {}
        }
        at += character.len_utf8();
    }
}

/// The destination of a link, and the length from its `(` to its `)`, if the view begins with the `(`.
pub(super) fn destination(view: View<'_>) -> Scanned<(&str, usize)> {
    let line = view.text.split('\n').next().unwrap_or_default();
    // A link whose end is on another line is none here; the writer sees to it that it is none there.
    let found = destination_in(line);
    match found {
        Some(found) => Scanned::Yes(found),
        None if line.len() < view.text.len() => Scanned::No,
        None => Scanned::open(view),
    }
}

fn destination_in(line: &str) -> Option<(&str, usize)> {
    let inside = line.strip_prefix('(')?;
    let trimmed = inside.trim_start_matches([' ', '\t']);
    let (address, rest) = match trimmed.strip_prefix('<') {
        Some(pointed) => pointed.split_once('>')?,
        None => trimmed.split_at(end_of_address(trimmed)?),
    };
    let rest = rest.trim_start_matches([' ', '\t']);
    let rest = match rest.chars().next()? {
        '"' => end_of_title(rest, '"')?,
        '\'' => end_of_title(rest, '\'')?,
        '(' => end_of_title(rest, ')')?,
        _ => rest,
    };
    let rest = rest.trim_start_matches([' ', '\t']).strip_prefix(')')?;
    Some((address, line.len() - rest.len()))
}

/// The end of a URL in a link: before a space, or an unbalanced closing parenthesis.
fn end_of_address(text: &str) -> Option<usize> {
    let (mut depth, mut escaped) = (0_usize, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if std::mem::take(&mut escaped) => {}
            '\\' => escaped = true,
            ' ' | '\t' => return Some(at),
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The text after a title.
fn end_of_title(text: &str, close: char) -> Option<&str> {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if std::mem::take(&mut escaped) => {}
            '\\' => escaped = true,
            character if character == close => return text.get(at + close.len_utf8()..),
            _ => {}
        }
    }
    None
}

/// Whether a line is a link reference definition: `[label]: https://…`. It is not rendered.
pub(super) fn is_definition(line: &str) -> bool {
    let Some((_, rest)) = line.split_once("]:") else { return false };
    let address = rest.trim();
    let address = address.strip_prefix('<').unwrap_or(address);
    let (first, title) = address.split_once([' ', '\t']).unwrap_or((address, ""));
    let first = first.to_ascii_lowercase();
    let leads_away = first.contains("//")
        || ["data:", "javascript:", "vbscript:", "mailto:", "blob:"].iter().any(|s| first.starts_with(s));
    let title = title.trim();
    leads_away && (title.is_empty() || title.starts_with(['"', '\'', '(']))
}

/// The characters and the length of the entity at the beginning of the view. `No` has no content: the sign is then
/// literal.
pub(super) fn entity(view: View<'_>) -> Scanned<(String, usize)> {
    let rest = from(view.text, 1);
    let name = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#').count();
    if name > LONGEST_ENTITY {
        return Scanned::No;
    }
    match from(rest, name).chars().next() {
        None => Scanned::open(view),
        Some(';') => {
            let length = name + 2;
            let written = view.text.get(..length).unwrap_or_default();
            let mut decoded = String::new();
            for event in Parser::new(written) {
                if let Event::Text(text) = event {
                    decoded.push_str(&text);
                }
            }
            if decoded.is_empty() || decoded == written { Scanned::No } else { Scanned::Yes((decoded, length)) }
        }
        Some(_) => Scanned::No,
    }
}
