//! Inline text, character by character.

use super::Sanitizer;
use super::bare::AddressStart;
use super::scan::{Scanned, View, code_span, entity, from, run};

impl Sanitizer {
    /// Processes the beginning of a view within a line, as [`Sanitizer::step`] does. `depth` counts the enclosing
    /// links.
    pub(super) fn inline(&mut self, view: View<'_>, cited: &[usize], depth: usize) -> Option<usize> {
        let character = view.text.chars().next()?;
        let was_clean = self.is_clean;
        self.is_clean = was_clean && matches!(character, ' ' | '\t' | '>' | '-' | '+' | '*' | '.' | ')' | '0'..='9');
        let taken = match character {
            '\n' => {
                self.writer.plain('\n');
                (self.at_start, self.is_clean) = (true, true);
                Some(1)
            }
            '\\' => self.backslash(view, cited),
            '&' => self.ampersand(view, cited),
            '`' => self.ticks(view),
            '[' => self.link(view, cited, (depth, was_clean)),
            '!' => self.picture(view, cited, depth),
            '<' => self.angle(view, cited, depth),
            ':' | '.' | '@' => self.dot(view, (character, 1), cited, depth),
            character => {
                self.writer.plain(character);
                Some(character.len_utf8())
            }
        };
        if taken.is_none() {
            self.is_clean = was_clean;
        }
        taken
    }

    /// Processes the text of a link, or the alternative text of a picture.
    pub(super) fn inner(&mut self, text: &str, cited: &[usize], depth: usize) {
        let mut at = 0;
        while at < text.len() {
            // Something follows that is not seen here.
            let view = View { text: from(text, at), ends: true, is_whole: false };
            match self.inline(view, cited, depth) {
                Some(taken) if taken > 0 => at += taken,
                _ => break,
            }
        }
    }

    fn backslash(&mut self, view: View<'_>, cited: &[usize]) -> Option<usize> {
        match from(view.text, 1).chars().next() {
            None if !view.ends => None,
            Some(next) if next.is_ascii_punctuation() => self.literal(view, (next, 2), cited),
            _ => {
                self.writer.plain('\\');
                Some(1)
            }
        }
    }

    /// Writes a literal character that takes `length` bytes in the source.
    fn literal(&mut self, view: View<'_>, (character, length): (char, usize), cited: &[usize]) -> Option<usize> {
        match character {
            ':' | '.' | '@' if AddressStart::of(self.writer.word(), character).is_some() => {
                self.dot(view, (character, length), cited, 1)
            }
            character if character.is_control() => {
                self.writer.plain(' ');
                Some(length)
            }
            character => {
                self.writer.escaped(character);
                Some(length)
            }
        }
    }

    /// Replaces entities by their characters, and prevents the sign from forming one otherwise.
    fn ampersand(&mut self, view: View<'_>, cited: &[usize]) -> Option<usize> {
        match entity(view) {
            Scanned::Undecided => None,
            Scanned::Yes((decoded, length)) => {
                let mut characters = decoded.chars();
                if let (Some(character), None) = (characters.next(), characters.next()) {
                    return self.literal(view, (character, length), cited);
                }
                for character in decoded.chars() {
                    self.writer.escaped(character);
                }
                Some(length)
            }
            Scanned::No => {
                let is_part = |c: char| c.is_ascii_alphanumeric() || c == '#';
                match from(view.text, 1).trim_start_matches(is_part).chars().next() {
                    None if view.is_whole => self.writer.plain('&'),
                    None => self.writer.escaped('&'),
                    Some(c) if c.is_ascii_whitespace() || ".,)/-='\"+:?|".contains(c) => self.writer.plain('&'),
                    Some(_) => self.writer.escaped('&'),
                }
                Some(1)
            }
        }
    }

    /// Keeps a code span, or writes literal backticks. In a table row a bar would end the span, so it is written
    /// between two spans.
    fn ticks(&mut self, view: View<'_>) -> Option<usize> {
        let ticks = run(view.text, '`');
        if ticks == view.text.len() && !view.ends {
            return None;
        }
        match code_span(view, ticks) {
            Scanned::Undecided => None,
            Scanned::No => {
                for _ in 0..ticks {
                    self.writer.escaped('`');
                }
                Some(ticks)
            }
            Scanned::Yes((content, length)) => {
                let mut parts = content.split('|').peekable();
                while let Some(part) = parts.next() {
                    let goes_on = parts.peek().is_some();
                    let part = if goes_on { part.strip_suffix('\\').unwrap_or(part) } else { part };
                    if !part.is_empty() {
                        self.writer.code(part, ticks);
                    }
                    if goes_on {
                        self.writer.escaped('|');
                    }
                }
                Some(length)
            }
        }
    }
}
