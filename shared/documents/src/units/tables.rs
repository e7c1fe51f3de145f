//! Rows of tables as lines that can be read alone.

mod table_notices;

use self::table_notices::TableNotices;
pub(super) use self::table_notices::{is_text, lists_states};
use super::trace::{Printed, Sheet, spots};
use crate::{Row, Spot, Table};

/// Longest head that is repeated in every row, in characters.
const LONGEST_HEAD: usize = 60;
/// Longest title of a group of rows, in characters; a longer cell alone in its row is a remark.
const LONGEST_GROUP: usize = 90;
/// Points by which rows are indented at least under the row that groups them.
const INDENT: f32 = 4.0;

/// What is known of a table while its rows are read, also from the page before.
#[derive(Debug, Clone, Default)]
pub(super) struct TableState {
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
pub(super) enum TableLine {
    /// A row: what stands over it, and its text.
    Row(String, String),
    /// A remark between the rows.
    Remark(String),
    /// A notice, with its signal word.
    Notice(String),
    /// Further text of the notice before.
    More(String),
}

impl TableState {
    /// Whether a table has as many columns as what is known.
    pub(super) fn is_as_wide_as(&self, table: &Table) -> bool {
        self.head.len() == table.head.len()
    }

    /// Whether a table has the same columns: as many, and their heads, where it has any.
    pub(super) fn has_columns_of(&self, table: &Table) -> bool {
        self.is_as_wide_as(table) && (is_headless(table) || table.head == self.head)
    }

    /// Begins another table.
    pub(super) fn begin(&mut self, table: &Table, caption: Option<String>, group: u32) {
        *self = Self { caption: caption.unwrap_or_default(), head: table.head.clone(), group, ..Self::default() };
    }

    /// The rows of a table, or of its part on one page, each with its place. `above` is a signal word before the table,
    /// whose text may be the first row. A signal word whose text is expected behind the table is returned as well.
    pub(super) fn read(
        &mut self,
        table: &Table,
        sheet: Sheet,
        above: Option<(String, Vec<Spot>)>,
    ) -> (Vec<(TableLine, Printed)>, Option<String>) {
        if !is_headless(table) {
            self.head.clone_from(&table.head);
            self.head_spots = spots(sheet, table.head_lines.iter().map(|line| line.area));
        }
        let is_indented = is_indented(&table.rows);
        let lists_states = lists_states(table);
        let mut read = Vec::with_capacity(table.rows.len());
        let mut between = TableNotices::below(above);
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
            let mut cells = row.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty());
            let alone = cells.next().filter(|_| filled == 1 && row.cells.len() > 1);
            if let Some((column, text)) = alone {
                if between.takes_alone((column, text.as_str()), printed(), &mut read) {
                    continue;
                }
                if is_long(text) {
                    read.push((TableLine::Remark(text.clone()), printed()));
                    continue;
                }
                if !text.contains("  ") && opens_group(table.rows.get(at + 1..).unwrap_or_default()) {
                    self.close_groups(row, is_indented, true);
                    let title = text.trim_end_matches(':').to_owned();
                    self.parents.push(Parent { left: row.line.area.left, title, spots: printed().spots });
                    self.key.clear();
                    continue;
                }
            }
            let has_heads = filled == row.cells.len() && self.head.iter().any(|head| !head.is_empty());
            let is_named = has_heads || lists_states;
            let is_notice = filled > 1 && between.takes_row(row, is_named, &printed(), &mut read);
            if filled > 0 && !is_notice {
                read.push(self.row(row, is_indented, printed()));
            }
        }
        (read, between.left())
    }

    fn row(&mut self, row: &Row, is_indented: bool, mut printed: Printed) -> (TableLine, Printed) {
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
        let read = TableLine::Row(lead.join(" > "), text(row, &self.head));
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

/// Whether a cell alone in its row is too long for the title of a group.
fn is_long(text: &str) -> bool {
    let words = text.split_whitespace().count();
    text.chars().count() > LONGEST_GROUP || (text.ends_with('.') && words > 6)
}

/// Whether no column of a table has a head.
pub(super) fn is_headless(table: &Table) -> bool {
    table.head.iter().all(String::is_empty)
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
