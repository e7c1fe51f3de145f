//! Printed lines that belong to one paragraph, step or warning.

use std::ops::Range;

use super::trace::{Sheet, spots};
use super::{LabelStyle, UnitKind, label, notice_word, sentences};
use crate::normalize::join_hyphenated;
use crate::{Area, Line, Spot};

/// Printed lines shorter than this end a paragraph even without a full stop, where their width is not
/// known.
const SHORT_LINE: usize = 45;
/// A warning of several sentences ends with a line shorter than this.
const SHORT_NOTICE_LINE: usize = 60;
/// A gap between two lines, in heights of a line, that separates paragraphs.
const GAP: f32 = 0.75;
/// The same between the paragraphs of one notice.
const NOTICE_GAP: f32 = 2.2;
/// Bytes of a notice in sentences up to which bullets below it are taken as a part of it.
const LONGEST_WITH_BULLETS: usize = 750;
/// Points by which the text of a notice is indented where it is set off.
const SET_OFF: f32 = 10.0;

/// A unit whose lines are still being read.
#[derive(Debug)]
pub(super) struct OpenUnit {
    pub(super) kind: UnitKind,
    pub(super) text: String,
    /// The left edge of its first line.
    left: f32,
    /// The left edge of the text below a signal word.
    inner: Option<f32>,
    /// The number of the last item of a list in a notice.
    items: u32,
    last: Line,
    /// Left and right edge of the block that it stands in.
    edges: (f32, f32),
    /// The bytes up to which each line goes, and where it stands.
    lines: Vec<(usize, Area)>,
}

impl OpenUnit {
    pub(super) fn new(kind: UnitKind, text: String, (line, edges): (&Line, (f32, f32))) -> Self {
        let lines = vec![(text.len(), line.area)];
        Self { kind, text, left: line.area.left, inner: None, items: 0, last: line.clone(), edges, lines }
    }

    /// Whether nothing but a signal word was read.
    pub(super) fn is_bare(&self) -> bool {
        self.kind == UnitKind::Notice && notice_word(&self.text).is_some()
    }

    /// Whether it is a notice whose text is a list.
    pub(super) fn is_list(&self) -> bool {
        let text = self.text.split_once(": ").map_or("", |(_, text)| text);
        self.kind == UnitKind::Notice && label(text).is_some_and(|label| label.style == LabelStyle::Bullet)
    }

    /// Whether a bulleted line belongs to the notice that is being read.
    pub(super) fn takes_bullet(&self, line: &Line) -> bool {
        let is_outside = self.inner.is_some_and(|inner| !line.area.is_unknown() && line.area.left < inner - SET_OFF);
        self.is_list() || (!is_outside && self.text.len() <= LONGEST_WITH_BULLETS)
    }

    /// Whether a numbered line is an item of a list that a notice introduces, and is set off as the notice is.
    pub(super) fn takes_number(&self, line: &Line, number: u32) -> bool {
        let is_set_off = self.inner.is_some_and(|inner| {
            inner > self.edges.0 + SET_OFF && line.area.left > inner - SET_OFF / 2.0 && !line.area.is_unknown()
        });
        let goes_on = if number == 1 { self.text.ends_with(':') } else { self.items + 1 == number };
        self.kind == UnitKind::Notice && is_set_off && goes_on
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
        if let Some(inner) = self.inner.filter(|inner| *inner > self.edges.0 + SET_OFF) {
            // A notice that is set off from the text goes on in as many paragraphs as are set off like it.
            let is_inside = line.area.left > inner - SET_OFF / 2.0;
            if self.is_ended() || gap > GAP * height {
                return is_inside && (-0.6 * height..=NOTICE_GAP * height).contains(&gap);
            }
        }
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
        if self.is_bare() && !line.area.is_unknown() {
            self.inner = Some(line.area.left);
        }
        if let Some(item) = label(&line.text).filter(|item| self.takes_number(line, item.number)) {
            self.items = item.number;
        }
        append(&mut self.text, &line.text);
        self.lines.push((self.text.len(), line.area));
        self.last = line.clone();
    }

    /// Where the lines stand that these bytes of the text are from.
    pub(super) fn spots(&self, bytes: &Range<usize>, sheet: Sheet) -> Vec<Spot> {
        let begins = std::iter::once(0).chain(self.lines.iter().map(|(end, _)| *end));
        let of_bytes = begins.zip(&self.lines).filter(|(begin, (end, _))| *begin < bytes.end && bytes.start < *end);
        spots(sheet, of_bytes.map(|(_, (_, area))| *area))
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
    // Justified text has wide gaps.
    let words: Vec<&str> = line.split_whitespace().collect();
    text.push_str(&words.join(" "));
}
