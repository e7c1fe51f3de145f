//! Rows of tables as lines that can be read alone.

use super::notices::{notice_at, notice_word};
use super::trace::{Printed, Sheet, spots};
use crate::documents::{Row, Spot, Table};

/// Longest head that is repeated in every row, in characters.
const LONGEST_HEAD: usize = 60;
/// Longest title of a group of rows, in characters; a longer cell alone in its row is a remark.
const LONGEST_GROUP: usize = 90;
/// Points by which rows are indented at least under the row that groups them.
const INDENT: f32 = 4.0;

/// What is known of a table while its rows are read, also from the page before.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    pub(super) caption: String,
    pub(super) head: Vec<String>,
    pub(super) group: u32,
    pub(super) rows: u32,
    /// Where the caption stands.
    pub(super) caption_spots: Vec<Spot>,
    /// Where the head stands.
    head_spots: Vec<Spot>,
    /// Rows without values that group those below.
    parents: Vec<Parent>,
    /// The first cell of the last row that had one, and where that row stands.
    key: String,
    key_spots: Vec<Spot>,
}

/// A row that groups those below.
#[derive(Debug, Clone)]
struct Parent {
    /// Its left edge.
    left: f32,
    title: String,
    spots: Vec<Spot>,
}

/// A row that can be read alone, or what stands between the rows.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// A row: what stands over it, and its text.
    Row(String, String),
    /// A remark between the rows.
    Remark(String),
}

impl Known {
    /// Whether the table goes on with what is known, from the page before or above on this page.
    pub(super) fn goes_on_in(&self, table: &Table, caption: Option<&str>) -> bool {
        let same_caption = caption.is_none_or(|caption| caption == self.caption);
        let same_head = table.head.iter().all(String::is_empty) || table.head == self.head;
        self.head.len() == table.head.len() && same_caption && (same_head || caption.is_some())
    }

    /// Begins another table.
    pub(super) fn begin(&mut self, table: &Table, caption: Option<String>, group: u32) {
        *self = Self { caption: caption.unwrap_or_default(), head: table.head.clone(), group, ..Self::default() };
    }

    /// The rows of a table, or of its part on one page, each with its place.
    pub(super) fn read(&mut self, table: &Table, sheet: Sheet) -> Vec<(Read, Printed)> {
        if !table.head.iter().all(String::is_empty) {
            self.head.clone_from(&table.head);
            self.head_spots = spots(sheet, table.head_lines.iter().map(|line| line.area));
        }
        let is_indented = is_indented(&table.rows);
        let mut read = Vec::with_capacity(table.rows.len());
        let mut after_word = false;
        for (at, row) in table.rows.iter().enumerate() {
            let printed = || Printed::line(sheet, &row.line);
            if row.cells == self.head {
                self.head_spots = printed().spots;
                continue;
            }
            if is_head(row, table.rows.get(at + 1..).unwrap_or_default()) {
                self.head.clone_from(&row.cells);
                self.head_spots = printed().spots;
                continue;
            }
            let filled = row.cells.iter().filter(|cell| !cell.is_empty()).count();
            let alone = row.cells.iter().find(|cell| !cell.is_empty()).filter(|_| filled == 1 && row.cells.len() > 1);
            // What stands alone below a signal word is its text.
            let is_notice = std::mem::replace(&mut after_word, alone.is_some_and(|text| notice_word(text).is_some()));
            match alone {
                Some(text) if is_notice || is_remark(text) => read.push((Read::Remark(text.clone()), printed())),
                Some(text) if !text.contains("  ") && opens_group(table.rows.get(at + 1..).unwrap_or_default()) => {
                    self.close_groups(row, is_indented, true);
                    let title = text.trim_end_matches(':').to_owned();
                    self.parents.push(Parent { left: row.line.area.left, title, spots: printed().spots });
                    self.key.clear();
                }
                _ if filled > 0 => read.push(self.row(row, is_indented, printed())),
                _ => {}
            }
        }
        read
    }

    fn row(&mut self, row: &Row, is_indented: bool, mut printed: Printed) -> (Read, Printed) {
        let has_key = row.cells.first().is_some_and(|key| !key.is_empty());
        if has_key {
            self.close_groups(row, is_indented, false);
        }
        let mut lead: Vec<&str> = vec![&self.caption];
        let first_head = self.head.first().map_or("", String::as_str);
        if self.rows == 0 && first_head.ends_with(':') && self.parents.is_empty() {
            // The title of the first group stands in the head.
            let title = first_head.trim_end_matches(':').to_owned();
            self.parents.push(Parent { left: f32::MIN, title, spots: Vec::new() });
        }
        lead.extend(self.parents.iter().map(|parent| parent.title.as_str()));
        if !has_key {
            lead.push(&self.key);
        }
        lead.retain(|part| !part.is_empty());
        let read = Read::Row(lead.join(" > "), text(row, &self.head));
        printed.over = self.over(&printed.spots, has_key);
        if let Some(key) = row.cells.first().filter(|key| !key.is_empty()) {
            self.key.clone_from(key);
            self.key_spots.clone_from(&printed.spots);
        }
        (read, printed)
    }

    /// Where stands what is over a row: on its own page, and on the one before where this page has no head.
    fn over(&self, row: &[Spot], has_key: bool) -> Vec<Spot> {
        let Some(page) = row.first().map(|spot| spot.page) else { return Vec::new() };
        let has_head = self.head_spots.iter().any(|spot| spot.page == page);
        let first = if has_head { page } else { page.saturating_sub(1) };
        let parents = self.parents.iter().flat_map(|parent| &parent.spots);
        let key = if has_key { &[][..] } else { self.key_spots.as_slice() };
        let over = self.head_spots.iter().chain(parents).chain(key).chain(&self.caption_spots);
        over.filter(|spot| spot.page >= first).copied().collect()
    }

    /// Leaves the groups that do not hold a row which begins at this left edge.
    fn close_groups(&mut self, row: &Row, is_indented: bool, is_group: bool) {
        let left = row.line.area.left;
        if is_indented {
            self.parents.retain(|parent| parent.left + INDENT <= left);
        } else if is_group {
            self.parents.clear();
        }
    }
}

/// Whether rows are indented under those that group them.
fn is_indented(rows: &[Row]) -> bool {
    let is_group = |row: &Row| row.cells.iter().filter(|cell| !cell.is_empty()).count() == 1;
    let first = |row: &Row| row.cells.first().is_some_and(|cell| !cell.is_empty());
    let known = |row: &&Row| first(row) && !row.line.area.is_unknown();
    let rows: Vec<&Row> = rows.iter().filter(known).collect();
    rows.windows(2).any(|pair| match pair {
        [group, row] => is_group(group) && row.line.area.left >= group.line.area.left + INDENT,
        _ => false,
    })
}

fn is_remark(text: &str) -> bool {
    let words = text.split_whitespace().count();
    text.chars().count() > LONGEST_GROUP
        || (text.ends_with('.') && words > 6)
        || notice_word(text).is_some()
        || notice_at(text).is_some()
}

/// Whether a row in the middle of a table names its columns anew: no first cell, words in all others, and
/// figures below.
fn is_head(row: &Row, below: &[Row]) -> bool {
    let Some((first, others)) = row.cells.split_first() else { return false };
    let is_word = |cell: &String| {
        !cell.is_empty() && cell.chars().count() <= 24 && !cell.chars().any(|c| c.is_ascii_digit() || c == '.')
    };
    let figures = below.first().is_some_and(|next| next.line.text.chars().any(|c| c.is_ascii_digit()));
    first.is_empty() && others.len() >= 2 && others.iter().all(is_word) && figures
}

/// Whether a cell alone in its row is over a row with values.
fn opens_group(below: &[Row]) -> bool {
    let filled = |row: &&Row| row.cells.iter().filter(|cell| !cell.is_empty()).count();
    below.iter().map(|row| filled(&row)).find(|count| *count != 1).is_some_and(|count| count > 1)
}

/// The row in one line: `End play: STANDARD 0.004–0.010 in.; METRIC 0.10–0.25 mm`.
fn text(row: &Row, head: &[String]) -> String {
    let mut cells = row.cells.iter().zip(head.iter().map(String::as_str).chain(std::iter::repeat("")));
    let mut parts: Vec<String> = Vec::new();
    let mut key = String::new();
    if let Some((first, head)) = cells.next().filter(|(cell, _)| !cell.is_empty()) {
        let is_named = first.chars().filter(|c| c.is_alphabetic()).count() >= 3;
        if is_named {
            key.clone_from(first);
        } else {
            parts.push(labelled(head, first));
        }
    }
    parts.extend(cells.filter(|(cell, _)| !cell.is_empty()).map(|(cell, head)| labelled(head, cell)));
    let values = parts.join("; ");
    match (key.is_empty(), values.is_empty()) {
        (true, _) => values,
        (false, true) => key,
        (false, false) => format!("{}: {values}", key.trim_end_matches([':', ' '])),
    }
}

fn labelled(head: &str, value: &str) -> String {
    let head = head.trim().trim_end_matches(':');
    if head.is_empty() || head.chars().count() > LONGEST_HEAD || head == value {
        return value.to_owned();
    }
    // A head that ends with a figure would run into the value.
    let apart = head.ends_with(|c: char| !c.is_alphabetic()) || !value.starts_with(|c: char| c.is_ascii_digit());
    if apart { format!("{head}: {value}") } else { format!("{head} {value}") }
}
