//! Tables: their rows, notices between the rows, and frames around notices.

use super::super::paragraphs::append;
use super::super::tables::Read;
use super::super::trace::Printed;
use super::super::{LabelStyle, Place, UnitKind, label, notice_at, notice_word};
use super::{Reader, edges};
use crate::documents::{Line, Table};

impl Reader {
    pub(super) fn table(&mut self, table: &Table) {
        // The text of a signal word may be framed alone.
        let is_awaited = self.carried.is_some() || self.is_bare();
        if is_awaited && table.head.len() <= 1 {
            self.boxed(table);
            return;
        }
        self.close();
        if is_box(table) {
            self.boxed(table);
            return;
        }
        let inside = table.head_lines.first().filter(|line| is_caption(&line.text)).map(|line| line.text.clone());
        let caption = inside.or_else(|| self.caption.clone());
        let follows = !self.left_table || caption.is_some();
        if !(follows && self.tables > 0 && self.table.goes_on_in(table, caption.as_deref())) {
            self.table.begin(table, caption, self.tables);
            self.tables += 1;
        }
        if self.caption.is_some() {
            self.table.caption_spots.clone_from(&self.caption_spots);
        }
        let mut notice: Option<Notice> = None;
        for (read, printed) in self.table.read(table, self.sheet) {
            match read {
                Read::Remark(text) => notice = self.remark(&text, notice.as_ref(), &printed),
                Read::Row(lead, text) => {
                    notice = None;
                    self.table.rows += 1;
                    let place = Place { group: self.table.group, at: self.table.rows, of: 0, depth: 0 };
                    self.push(UnitKind::Row, text, lead, printed);
                    if let Some(unit) = self.units.last_mut() {
                        unit.place = Some(place);
                    }
                }
            }
        }
        self.left_table = false;
        self.captioned = true;
    }

    /// A remark between the rows of a table: a signal word, the text below one, or just text.
    fn remark(&mut self, text: &str, before: Option<&Notice>, printed: &Printed) -> Option<Notice> {
        let spots = |_| printed.spots.clone();
        if let Some(word) = notice_word(text) {
            return Some(Notice::Word(word));
        }
        if let Some((word, rest)) = notice_at(text) {
            self.push_cut(UnitKind::Notice, &format!("{word}: {rest}"), &spots);
            return Some(Notice::Text);
        }
        match before {
            Some(Notice::Word(word)) => self.push_cut(UnitKind::Notice, &format!("{word}: {text}"), &spots),
            Some(Notice::Text) => {
                if let Some(last) = self.units.last_mut() {
                    append(&mut last.text, text);
                    last.spots.extend(&printed.spots);
                }
            }
            None => {
                self.push_cut(UnitKind::Text, text, &spots);
                return None;
            }
        }
        Some(Notice::Text)
    }

    /// A frame around a warning looks like a table.
    fn boxed(&mut self, table: &Table) {
        let lines: Vec<Line> = table.head_lines.iter().chain(table.rows.iter().map(|row| &row.line)).cloned().collect();
        let edges = edges(&lines);
        for line in &lines {
            let is_other = notice_word(&line.text).is_some() || notice_at(&line.text).is_some();
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

/// What was read of a notice between the rows of a table.
enum Notice {
    /// Its signal word.
    Word(&'static str),
    /// Some of its text.
    Text,
}

/// Whether a table is a frame around a notice: one column, or two of which the first has the signal word.
fn is_box(table: &Table) -> bool {
    let mut lines = table.head_lines.iter().chain(table.rows.iter().map(|row| &row.line));
    let announces = |line: &Line| notice_word(&line.text).is_some() || notice_at(&line.text).is_some();
    match table.head.len() {
        0 | 1 => lines.any(announces),
        2 => lines.next().is_some_and(announces),
        _ => false,
    }
}

/// `Table 2-1. Torque limits`.
fn is_caption(line: &str) -> bool {
    let Some((word, rest)) = line.split_once(' ') else { return false };
    let names = ["table", "tab.", "tabelle", "tabla", "tableau", "cuadro"];
    names.contains(&word.to_lowercase().as_str())
        && rest.trim_start().chars().take(3).any(|c| c.is_ascii_digit() || c == '-')
}
