//! Tables: their rows, notices between the rows, and frames around notices.

use super::super::paragraphs::append;
use super::super::tables::{TableLine, is_headless, is_text, lists_states};
use super::super::trace::Printed;
use super::super::{LabelStyle, Position, UnitKind, announces, label};
use super::{Reader, edges};
use crate::{Line, Spot, Table};

impl Reader {
    pub(super) fn table(&mut self, table: &Table) {
        let has_caption = self.caption.is_some() && !self.captioned;
        let is_awaited = self.carried.is_some() || self.is_bare();
        if is_awaited && (table.head.len() <= 1 || (!has_caption && is_said(table))) {
            // The text of the signal word is framed alone, or set in columns.
            self.boxed(table);
            return;
        }
        let above = self.awaited();
        self.close();
        if is_box(table) {
            self.boxed(table);
            return;
        }
        self.begin_table(table);
        // Below a title or heads there are rows, and the text of the word comes behind them.
        let (above, behind) = if has_caption || !is_headless(table) { (None, above) } else { (above, None) };
        let (read, left) = self.table.read(table, self.sheet, above);
        for (read, printed) in read {
            match read {
                TableLine::Remark(text) => self.push_whole(UnitKind::Text, &text, &printed),
                TableLine::Notice(text) => self.push_whole(UnitKind::Notice, &text, &printed),
                TableLine::More(text) => {
                    if let Some(last) = self.units.last_mut() {
                        append(&mut last.text, &text);
                        last.spots.extend(&printed.spots);
                    }
                }
                TableLine::Row(lead, text) => {
                    self.table.rows += 1;
                    let place = Position { group: self.table.group, at: self.table.rows, of: 0, depth: 0 };
                    self.push(UnitKind::Row, text, lead, printed);
                    if let Some(unit) = self.units.last_mut() {
                        unit.place = Some(place);
                    }
                }
            }
        }
        self.carried = left.or(behind.map(|(word, _)| word)).map(|word| format!("{word}:"));
        self.left_table = false;
        self.table_page = self.page;
    }

    /// The signal word whose text comes next, and where it stands.
    fn awaited(&mut self) -> Option<(String, Vec<Spot>)> {
        let carried = self.carried.take();
        match self.open.take_if(|open| open.is_bare()) {
            Some(open) => {
                let spots = open.spots(&(0..open.text.len()), self.sheet);
                Some((open.text.trim_end_matches(':').to_owned(), spots))
            }
            None => carried.map(|word| (word.trim_end_matches(':').to_owned(), Vec::new())),
        }
    }

    /// Begins a table, or goes on with the one before. A caption titles the first table below it, and a later one only
    /// where that goes on with the first: it has the same columns, or nothing but a new page lies between.
    fn begin_table(&mut self, table: &Table) {
        if let Some(line) = table.head_lines.first().filter(|line| is_caption(&line.text)) {
            (self.caption, self.caption_spots, self.captioned) = (Some(line.text.clone()), Vec::new(), false);
        }
        let is_first = self.caption.is_some() && !self.captioned;
        let is_later = self.caption.is_some() && self.captioned;
        let is_on_next_page = !self.left_table && self.table_page < self.page;
        let is_same = if is_first {
            self.caption.as_deref() == Some(self.table.caption.as_str()) && self.table.is_as_wide_as(table)
        } else if is_later && is_on_next_page {
            self.table.is_as_wide_as(table)
        } else {
            self.table.has_columns_of(table) && (is_later || !self.left_table)
        };
        if self.tables == 0 || !is_same {
            if !is_first && !is_on_next_page {
                self.caption = None;
            }
            self.table.begin(table, self.caption.clone(), self.tables);
            self.tables += 1;
        }
        if self.caption.is_some() {
            self.table.caption_spots.clone_from(&self.caption_spots);
        }
        self.captioned = true;
    }

    /// Adds a text that stands in one place.
    fn push_whole(&mut self, kind: UnitKind, text: &str, printed: &Printed) {
        self.push_cut(kind, text, &|_| printed.spots.clone());
    }

    /// A frame around a warning looks like a table.
    fn boxed(&mut self, table: &Table) {
        let lines: Vec<Line> = table.lines().cloned().collect();
        let edges = edges(&lines);
        for line in &lines {
            let is_other = announces(&line.text);
            let is_step = label(&line.text).is_some_and(|label| label.style != LabelStyle::Bullet);
            match self.open.as_mut().filter(|open| open.kind == UnitKind::Notice && !is_other && !is_step) {
                // All paragraphs in the frame are the warning's.
                Some(open) => open.add(line),
                None => self.body(line, edges),
            }
        }
        self.close();
    }
}

/// Whether a table is a frame around a notice: one column, or two of which the first has the signal word.
fn is_box(table: &Table) -> bool {
    let is_notice = |line: &Line| announces(&line.text);
    match table.head.len() {
        0 | 1 => table.lines().any(is_notice),
        2 => table.lines().next().is_some_and(is_notice) && !lists_states(table),
        _ => false,
    }
}

/// Whether at least half of the rows of a table hold a text: they are a list rather than values.
fn is_said(table: &Table) -> bool {
    let said = table.rows.iter().filter(|row| row.cells.iter().any(|cell| is_text(cell))).count();
    is_headless(table) && said > 0 && 2 * said >= table.rows.len()
}

/// `Table 2-1. Torque limits`.
fn is_caption(line: &str) -> bool {
    let Some((word, rest)) = line.split_once(' ') else { return false };
    let names = ["table", "tab.", "tabelle", "tabla", "tableau", "cuadro"];
    names.contains(&word.to_lowercase().as_str())
        && rest.trim_start().chars().take(3).any(|c| c.is_ascii_digit() || c == '-')
}
