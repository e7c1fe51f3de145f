//! Units: the parts of a document that are searched, quoted and embedded. They are titles, sentences, steps, warnings
//! and table rows.
//!
//! A unit can be understood on its own. A row carries the title of its table, the groups that it belongs to and the
//! heads of its columns. A step has all its lines and its position in the run of steps. A warning has its text. Runs of
//! steps and tables continue across pages.

mod belonging;
mod labels;
mod notices;
mod paragraphs;
mod reader;
mod runs;
mod sentences;
mod tables;
mod trace;
mod unnamed;

use serde::{Deserialize, Serialize};

use super::outline::PageOutline;
use super::{Page, Spot};

pub use belonging::warnings_of;
pub use labels::{Label, LabelStyle, label};
pub use notices::{Hazard, announces, hazard, notice_at, notice_word, titles_sections};
pub use sentences::{abbreviates, sentences};

/// The kind of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnitKind {
    /// A title of a section, a table or a figure.
    Title,
    /// A sentence or a short paragraph.
    Text,
    /// A numbered, lettered or bulleted item.
    Step,
    /// A warning, caution or note. The text begins with the signal word and a colon.
    Notice,
    /// A row of a table.
    Row,
}

/// A position in a run of steps or in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The run or table, counted from 0 within the document.
    pub group: u32,
    /// The position in it, from 1.
    pub at: u32,
    /// The length of the run or table.
    pub of: u32,
    /// The nesting depth of the run; 0 for tables.
    pub depth: u8,
}

/// A part of a document that can be understood on its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// What it is.
    pub kind: UnitKind,
    /// Its text on one line. Rows include the heads of their columns, if these are certain.
    pub text: String,
    /// Titles of the sections that contain it, outermost first, joined by ` > `.
    pub titles: String,
    /// The title of a row's table and the groups that the row belongs to, joined by ` > `. Empty for other units.
    pub lead: String,
    /// The page on which it begins, counted from 1.
    pub page: u32,
    /// The page on which it ends.
    pub page_end: u32,
    /// Number of the task: the numbered section or chapter that contains it.
    pub task: u32,
    /// Its position in a run of steps or in a table.
    pub place: Option<Position>,
    /// The areas of its lines, on each of its pages; empty if unknown.
    pub spots: Vec<Spot>,
    /// The areas of a row's context: the title of its table, the heads of its columns, and its groups. Empty for other
    /// units.
    pub over: Vec<Spot>,
}

impl Unit {
    /// The unit with its context, as it can be read alone.
    #[must_use]
    pub fn in_full(&self) -> String {
        if self.lead.is_empty() { self.text.clone() } else { format!("{} > {}", self.lead, self.text) }
    }

    /// The severity of a notice; `None` for remarks and for other units.
    #[must_use]
    pub fn hazard(&self) -> Option<Hazard> {
        hazard(&self.text).filter(|_| self.kind == UnitKind::Notice)
    }

    /// The signal word of a notice, as printed; empty if there is none.
    #[must_use]
    pub fn notice_name(&self) -> &str {
        self.text.split_once(": ").map_or("", |(name, _)| name)
    }

    /// The text of a notice without its signal word.
    #[must_use]
    pub fn notice_text(&self) -> &str {
        self.text.split_once(": ").map_or(&self.text, |(_, text)| text)
    }

    /// The items of a notice that is a list, without their bullets; otherwise its whole text.
    pub fn notice_items(&self) -> impl Iterator<Item = &str> {
        self.notice_text().split(labels::SURE_BULLETS).map(str::trim).filter(|item| !item.is_empty())
    }
}

/// The units of a document, in reading order. `outlines` is the result of [`super::outline::outline`] for the same
/// pages.
#[must_use]
pub fn units(pages: &[Page], outlines: &[PageOutline]) -> Vec<Unit> {
    let mut reader = reader::Reader::default();
    for (page, outline) in pages.iter().zip(outlines) {
        reader.page(page, outline);
    }
    let mut units = reader.finish();
    unnamed::name(&mut units);
    runs::number(&mut units);
    units
}

#[cfg(test)]
mod notice_tests;
#[cfg(test)]
mod tests;
