//! Bare URLs and HTML in the text.

use super::Sanitizer;
use super::scan::{View, from};

/// The beginning of a bare URL, by what precedes its telltale character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AddressStart {
    /// `https` before `:`.
    Scheme,
    /// `www` before `.`.
    Www,
    /// A name before `@`.
    Mail,
}

impl AddressStart {
    /// The beginning of a URL, if this character after `word` may form one.
    pub(super) fn of(word: &str, character: char) -> Option<(Self, &str)> {
        let tail = |length: usize| word.get(word.len().checked_sub(length)?..);
        let ends = |end: &str| tail(end.len()).filter(|tail| tail.eq_ignore_ascii_case(end));
        match character {
            ':' => ["https", "http", "ftp"].iter().find_map(|end| ends(end)).map(|lead| (Self::Scheme, lead)),
            '.' => ends("www").map(|lead| (Self::Www, lead)),
            '@' => {
                let is_part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '+' | '-');
                let name = from(word, word.trim_end_matches(is_part).len());
                (!name.is_empty()).then_some((Self::Mail, name))
            }
            _ => None,
        }
    }
}

impl Sanitizer {
    /// Escapes HTML; a line break becomes a space. Allowed URLs keep their angle brackets.
    pub(super) fn angle(&mut self, view: View<'_>, cited: &[usize], depth: usize) -> Option<usize> {
        let rest = from(view.text, 1);
        let Some(next) = rest.chars().next() else {
            if view.is_whole {
                self.writer.plain('<');
            } else if view.ends {
                self.writer.escaped('<');
            }
            return view.ends.then_some(1);
        };
        if next.is_ascii_whitespace() || next.is_ascii_digit() || matches!(next, '=' | '-' | '.' | ',') {
            self.writer.plain('<');
            return Some(1);
        }
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>'));
        match end {
            None if next.is_ascii_alphabetic() && !view.ends => return None,
            Some(end) if next.is_ascii_alphabetic() => {
                let (inside, rest) = (rest.get(..end).unwrap_or_default(), from(rest, end));
                let name = inside.strip_suffix('/').unwrap_or(inside);
                let close = rest.trim_start_matches(' ').trim_start_matches('/');
                if name.eq_ignore_ascii_case("br") {
                    if close.is_empty() && !view.ends {
                        return None;
                    }
                    if close.starts_with('>') {
                        self.writer.plain(' ');
                        return Some(view.text.len() - close.len() + 1);
                    }
                }
                if rest.starts_with('>') && inside.contains(':') && depth == 0 {
                    let behind = View { text: from(rest, 1), ..view };
                    if self.is_allowed(inside, behind, cited)? {
                        self.writer.autolink(inside);
                        return Some(end + 2);
                    }
                }
            }
            _ => {}
        }
        self.writer.escaped('<');
        Some(1)
    }

    /// Handles a character that may complete a bare URL, which a frontend would turn into a link.
    pub(super) fn dot(
        &mut self,
        view: View<'_>,
        (character, length): (char, usize),
        cited: &[usize],
        depth: usize,
    ) -> Option<usize> {
        let Some((lead, before)) = AddressStart::of(self.writer.word(), character) else {
            self.writer.plain(character);
            return Some(length);
        };
        let before = before.to_owned();
        let rest = from(view.text, length);
        let next = match rest.chars().next() {
            None if !view.ends => return None,
            next => next,
        };
        let is_none = match (lead, next) {
            (_, None) => view.is_whole,
            (AddressStart::Scheme, Some(next)) => next.is_ascii_whitespace() || next.is_alphanumeric(),
            (AddressStart::Www, Some(next)) => next.is_ascii_whitespace(),
            (AddressStart::Mail, Some(next)) => next.is_ascii_whitespace() || ",;:!?)\"'@".contains(next),
        };
        if is_none {
            self.writer.plain(character);
            return Some(length);
        }
        let blank = rest.find([' ', '\t', '\n', '<']);
        if blank.is_none() && !view.ends {
            return None;
        }
        let extent = rest.get(..blank.unwrap_or(rest.len())).unwrap_or_default();
        let is_seen = blank.is_some() || view.is_whole;
        if lead == AddressStart::Mail && is_seen && is_no_host(extent) {
            self.writer.plain(character);
            return Some(length);
        }
        let address = trimmed(extent);
        let is_bounded = is_seen && !from(rest, extent.len()).starts_with('<');
        if is_bounded && depth == 0 {
            let behind = View { text: from(rest, extent.len()), ..view };
            if self.is_allowed(&format!("{before}{character}{address}"), behind, cited)? {
                self.writer.plain(character);
                for character in address.chars() {
                    self.writer.plain(character);
                }
                return Some(length + address.len());
            }
        }
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'+,;=%".contains(byte);
        let shown = extent.bytes().take_while(is_part).count();
        let shown = extent.get(..shown).unwrap_or_default().trim_end_matches(['?', '!', '.', ',', ':', ';', '\'']);
        self.writer.code(&format!("{character}{shown}"), 1);
        Some(length + shown.len())
    }
}

/// Whether the text after an `@` is one word without a dot, as in `12 V@3000rpm`.
fn is_no_host(extent: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let host = extent.get(..extent.len() - extent.trim_start_matches(is_part).len()).unwrap_or_default();
    let next = from(extent, host.len()).chars().next();
    !host.trim_end_matches('.').contains('.') && next.is_none_or(|next| ",;:!?)\"'".contains(next))
}

/// A URL without the punctuation around it.
fn trimmed(extent: &str) -> &str {
    let mut address = extent;
    loop {
        let shorter = address.trim_end_matches(['?', '!', '.', ',', ':', '*', '_', '~', '\'', '"']);
        let unbalanced = shorter.ends_with(')') && shorter.matches(')').count() > shorter.matches('(').count();
        let shorter = if unbalanced { shorter.strip_suffix(')').unwrap_or(shorter) } else { shorter };
        if shorter.len() == address.len() {
            return address;
        }
        address = shorter;
    }
}
