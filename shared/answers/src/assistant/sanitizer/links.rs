//! Links and pictures.

use super::Sanitizer;
use super::addresses::Verdict;
use super::scan::{Scanned, View, bracket, destination, from, is_definition};

/// Maximum nesting of links.
const DEEPEST: usize = 8;

impl Sanitizer {
    pub(super) fn link(&mut self, view: View<'_>, cited: &[usize], (depth, is_clean): (usize, bool)) -> Option<usize> {
        let close = match bracket(view) {
            Scanned::Undecided => return None,
            Scanned::Yes(close) if depth < DEEPEST => close,
            Scanned::No | Scanned::Yes(_) => {
                self.writer.plain('[');
                return Some(1);
            }
        };
        let text = view.text.get(1..close).unwrap_or_default();
        let is_mark = !text.is_empty() && is_number(text);
        let behind = View { text: from(view.text, close + 1), ..view };
        let found = match behind.text.chars().next() {
            None if !view.ends => return None,
            Some('(') => destination(behind),
            Some(':') if is_clean => {
                let line = view.text.split('\n').next().unwrap_or_default();
                if line.len() == view.text.len() && !view.ends {
                    return None;
                }
                if is_definition(line) {
                    return Some(line.len());
                }
                Scanned::No
            }
            _ => Scanned::No,
        };
        let (address, length) = match found {
            Scanned::Undecided => return None,
            Scanned::Yes((address, length)) => (Some(address), close + 1 + length),
            Scanned::No => (None, 1),
        };
        match address {
            None => {
                if is_mark {
                    self.note_mark(text, cited);
                }
                self.writer.plain('[');
            }
            // A mark stays a mark.
            Some(_) if is_mark => {
                self.note_mark(text, cited);
                for character in format!("[{text}]").chars() {
                    self.writer.plain(character);
                }
            }
            Some(address) => {
                let is_allowed =
                    depth == 0 && self.is_allowed(address, View { text: from(view.text, length), ..view }, cited)?;
                if is_allowed {
                    self.writer.open_link();
                }
                self.inner(text, cited, depth + 1);
                if is_allowed {
                    self.writer.close_link(address);
                }
            }
        }
        Some(length)
    }

    /// Replaces a picture by its alternative text.
    pub(super) fn picture(&mut self, view: View<'_>, cited: &[usize], depth: usize) -> Option<usize> {
        let behind = View { text: from(view.text, 1), ..view };
        let plain = |sanitizer: &mut Self| {
            sanitizer.writer.plain('!');
            Some(1)
        };
        match behind.text.chars().next() {
            None if !view.ends => return None,
            Some('[') if depth < DEEPEST => {}
            _ => return plain(self),
        }
        let close = match bracket(behind) {
            Scanned::Undecided => return None,
            Scanned::No => return plain(self),
            Scanned::Yes(close) => close,
        };
        let text = behind.text.get(1..close).unwrap_or_default();
        let tail = View { text: from(behind.text, close + 1), ..view };
        let length = match tail.text.chars().next() {
            None if !view.ends => return None,
            Some('(') => match destination(tail) {
                Scanned::Undecided => return None,
                Scanned::Yes((_, length)) => length,
                Scanned::No => return plain(self),
            },
            // By reference, unless two marks follow an exclamation.
            Some('[') => match bracket(tail) {
                Scanned::Undecided => return None,
                Scanned::Yes(end) if !is_number(text) && !is_number(tail.text.get(1..end).unwrap_or_default()) => {
                    end + 1
                }
                _ => return plain(self),
            },
            _ => return plain(self),
        };
        self.inner(text, cited, depth + 1);
        Some(1 + close + 1 + length)
    }

    /// Whether a link to a URL is kept if `behind` follows it; `None` if a later mark may still cite the page with it.
    pub(super) fn is_allowed(&self, address: &str, behind: View<'_>, cited: &[usize]) -> Option<bool> {
        match self.addresses.judge(address, &self.seen) {
            Verdict::Allowed => Some(true),
            Verdict::Foreign => Some(false),
            Verdict::IfCited(pages) => {
                let marks = behind.text.split('[').skip(1).filter_map(|rest| rest.split_once(']'));
                let mut passages = marks.filter_map(|(mark, _)| passage(mark, cited));
                if passages.any(|passage| pages.contains(&passage)) {
                    Some(true)
                } else if behind.ends {
                    Some(false)
                } else {
                    None
                }
            }
        }
    }

    fn note_mark(&mut self, mark: &str, cited: &[usize]) {
        if let Some(passage) = passage(mark, cited)
            && !self.seen.contains(&passage)
        {
            self.seen.push(passage);
        }
    }
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The passage that a mark refers to.
fn passage(mark: &str, cited: &[usize]) -> Option<usize> {
    cited.get(mark.parse::<usize>().ok()?.checked_sub(1)?).copied()
}
