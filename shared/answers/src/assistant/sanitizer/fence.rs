//! Fenced code blocks. Their content is shown verbatim, so their boundaries must be certain.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::scan::{View, from, run};

/// Maximum number of openers that the Markdown parser is asked about. After that, blocks in lists and quotations become
/// text.
pub(super) const MOST_JUDGED: usize = 64;
/// Minimum number of fence characters.
const LEAST: usize = 3;

/// An open code block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fence {
    /// The prefix of each of its lines: spaces, and the marks of the enclosing quotations.
    prefix: String,
    mark: char,
    count: usize,
    /// Whether it is at the top level, so that no parser is needed.
    is_plain: bool,
    /// Whether the position is within a line.
    in_line: bool,
}

/// What a line opens.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Opener {
    Undecided,
    None,
    /// Possibly a code block, with the length of its first line in bytes.
    Line {
        fence: Fence,
        length: usize,
    },
}

/// The next part of a code block.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    Undecided,
    /// This many bytes of content.
    Content(usize),
    /// The closing line without its line break.
    Closer(usize),
    /// A line outside the block.
    Outside,
}

impl Opener {
    pub(super) fn at(view: View<'_>) -> Self {
        let open = if view.ends { Self::None } else { Self::Undecided };
        let Some((prefix, at)) = container(view) else { return open };
        let rest = from(view.text, at);
        let mark = match rest.chars().next() {
            None => return open,
            Some(mark @ ('`' | '~')) => mark,
            Some(_) => return Self::None,
        };
        let count = run(rest, mark);
        if count == rest.len() && !view.ends {
            return Self::Undecided;
        }
        if count < LEAST {
            return Self::None;
        }
        let Some(line) = view.line() else { return open };
        if mark == '`' && from(line, at + count).contains('`') {
            return Self::None;
        }
        let is_plain =
            prefix.len() <= 3 && prefix == view.text.get(..at).unwrap_or_default() && !prefix.contains(['>', '\t']);
        Self::Line { fence: Fence { prefix, mark, count, is_plain, in_line: false }, length: line.len() }
    }
}

/// The container prefix of a block's lines, and its length; `None` if not enough text is visible.
fn container(view: View<'_>) -> Option<(String, usize)> {
    let (mut prefix, mut at) = (String::new(), 0);
    loop {
        let rest = from(view.text, at);
        let mut characters = rest.chars();
        let first = characters.next()?;
        let width = match first {
            ' ' | '\t' | '>' => {
                prefix.push(first);
                at += 1;
                continue;
            }
            '-' | '+' | '*' => 1,
            '0'..='9' => {
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                match from(rest, digits).chars().next()? {
                    '.' | ')' if digits <= 9 => digits + 1,
                    _ => return Some((prefix, at)),
                }
            }
            _ => return Some((prefix, at)),
        };
        // The mark of a list, if a blank follows.
        if !matches!(from(rest, width).chars().next()?, ' ' | '\t') {
            return Some((prefix, at));
        }
        prefix.push_str(&" ".repeat(width));
        at += width;
    }
}

impl Fence {
    pub(super) fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// Whether the Markdown parser finds that `line`, after the text so far, opens this block.
    pub(super) fn opens(&self, written: &str, line: &str) -> bool {
        let text = format!("{written}{line}\n{}x", self.prefix);
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
        let mut is_ours = false;
        for (event, range) in Parser::new_ext(&text, options).into_offset_iter() {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => is_ours = range.start >= written.len(),
                Event::End(TagEnd::CodeBlock) => is_ours = false,
                Event::Text(_) if is_ours && range.end == text.len() => return true,
                _ => {}
            }
        }
        false
    }

    /// A line that closes the block.
    pub(super) fn closer(&self) -> String {
        format!("{}{}", self.prefix, self.mark.to_string().repeat(self.count))
    }

    /// The next part of the block.
    pub(super) fn line(&mut self, view: View<'_>) -> Line {
        if !self.in_line {
            match self.line_start(view) {
                Line::Content(_) => self.in_line = true,
                other => return other,
            }
        }
        match view.text.find('\n') {
            Some(end) => {
                self.in_line = false;
                Line::Content(end + 1)
            }
            None => Line::Content(view.text.len()),
        }
    }

    fn line_start(&self, view: View<'_>) -> Line {
        // A line of marks without end is none of the block's: it could close it.
        let open = if view.ends { Line::Outside } else { Line::Undecided };
        let line = view.text.split('\n').next().unwrap_or_default();
        let has_ended = line.len() < view.text.len() || view.is_whole;
        let Some(body) = line.strip_prefix(self.prefix.as_str()) else {
            let may_be_blank = line.trim().is_empty() && !self.prefix.contains('>');
            return match has_ended {
                false if !view.ends && (self.prefix.starts_with(line) || may_be_blank) => Line::Undecided,
                true if may_be_blank => Line::Content(0),
                _ => Line::Outside,
            };
        };
        let marks = body.trim_start_matches([' ', '\t']);
        let count = run(marks, self.mark);
        let is_closer = from(marks, count).trim().is_empty();
        match (is_closer, has_ended) {
            (true, true) if count >= self.count => Line::Closer(line.len()),
            (true, false) => open,
            _ => Line::Content(0),
        }
    }
}
