//! Printed lines that belong to one paragraph, step or warning.

use super::{UnitKind, sentences};
use crate::documents::normalize::join_hyphenated;
use crate::documents::{Area, Line};

/// Printed lines shorter than this end a paragraph even without a full stop, where their width is not
/// known.
const SHORT_LINE: usize = 45;
/// A warning of several sentences ends with a line shorter than this.
const SHORT_NOTICE_LINE: usize = 60;
/// A gap between two lines, in heights of a line, that separates paragraphs.
const GAP: f32 = 0.75;

/// A unit whose lines are still being read.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) kind: UnitKind,
    pub(super) text: String,
    /// The left edge of its first line.
    left: f32,
    last: Line,
    /// Left and right edge of the block that it stands in.
    edges: (f32, f32),
}

impl Open {
    pub(super) fn new(kind: UnitKind, text: String, (line, edges): (&Line, (f32, f32))) -> Self {
        Self { kind, text, left: line.area.left, last: line.clone(), edges }
    }

    /// Whether nothing but a signal word was read.
    pub(super) fn is_bare(&self) -> bool {
        self.kind == UnitKind::Notice && self.text.ends_with(':') && !self.text.contains(' ')
    }

    /// Whether the text so far is complete.
    pub(super) fn is_ended(&self) -> bool {
        let text = self.text.trim_end_matches(['"', '”', ')', '\'']);
        match text.strip_suffix('.') {
            Some(before) => !sentences::abbreviates(before),
            None => text.ends_with(['!', '?', ':', ';']),
        }
    }

    /// Whether the line goes on with what was read.
    pub(super) fn takes(&self, line: &Line) -> bool {
        if self.is_bare() {
            return true;
        }
        if self.last.area.is_unknown() || line.area.is_unknown() {
            return !self.ends_by_length();
        }
        self.takes_by_place(line)
    }

    fn takes_by_place(&self, line: &Line) -> bool {
        let Area { top, bottom, right, .. } = self.last.area;
        let height = (bottom - top).max(4.0);
        let gap = line.area.top - bottom;
        let goes_on = line.text.starts_with(char::is_lowercase) && !self.is_ended();
        if gap > GAP * height || gap < -1.5 * height {
            // Below a figure, or in the next column.
            return goes_on;
        }
        if (line.size - self.last.size).abs() > 1.5 || (line.bold != self.last.bold && self.is_ended()) {
            return goes_on;
        }
        let width = (self.edges.1 - self.edges.0).max(1.0);
        let room = (self.edges.1 - right) / width;
        match self.kind {
            UnitKind::Step => line.area.left >= self.left + 3.0 || (!self.is_ended() && (room < 0.3 || goes_on)),
            UnitKind::Notice => true,
            _ if self.is_ended() => room < 0.12 && line.area.left < self.left + 6.0,
            _ => room < 0.35 || goes_on,
        }
    }

    /// Whether the last line is the end, as far as can be told from its length.
    fn ends_by_length(&self) -> bool {
        let line = &self.last.text;
        let length = line.chars().count();
        if self.kind == UnitKind::Notice {
            return self.is_ended() && length < SHORT_NOTICE_LINE;
        }
        self.is_ended() || (length < SHORT_LINE && !line.ends_with(['-', ',']))
    }

    pub(super) fn add(&mut self, line: &Line) {
        append(&mut self.text, &line.text);
        self.last = line.clone();
    }
}

/// Adds a printed line; a word that was broken at the end of the line before is made whole.
pub(super) fn append(text: &mut String, line: &str) {
    let start = text.char_indices().rev().nth(80).map_or(0, |(at, _)| at);
    if let Some((joined, taken)) = join_hyphenated(text.get(start..).unwrap_or_default(), line) {
        text.truncate(start);
        text.push_str(&joined);
        text.push_str(line.get(taken..).unwrap_or_default());
        return;
    }
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(line);
}
