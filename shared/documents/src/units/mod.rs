//! A document as the parts that are quoted, found and embedded: titles, sentences, steps, warnings
//! and table rows.
//!
//! A unit makes sense by itself. A row carries the title of its table, the rows it is grouped under
//! and the heads of its columns; a step has its wrapped lines and its place in the run of steps; a
//! warning has its text. Runs of steps and tables go on over pages.

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

/// What a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnitKind {
    /// A title of a section, a table or a figure.
    Title,
    /// A sentence or a short paragraph.
    Text,
    /// A numbered, lettered or bulleted item.
    Step,
    /// A warning, caution or note. The text begins with its word and a colon.
    Notice,
    /// A row of a table.
    Row,
}

/// A place in a run of steps, or among the rows of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Which run or table of the document, counted from 0.
    pub group: u32,
    /// The place in it, from 1.
    pub at: u32,
    /// How many there are.
    pub of: u32,
    /// How deep the run lies in others; 0 for a table.
    pub depth: u8,
}

/// A part of a document that makes sense by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// What it is.
    pub kind: UnitKind,
    /// Its text in one line. A row names the heads of its columns where they are certain.
    pub text: String,
    /// Titles of the sections in force, outermost first, joined by ` > `.
    pub titles: String,
    /// What stands over a row: the title of its table and the rows it is grouped under, joined by
    /// ` > `. Empty for other units.
    pub lead: String,
    /// The page on which it begins, counted from 1.
    pub page: u32,
    /// The page on which it ends.
    pub page_end: u32,
    /// Number of the task: the numbered section or chapter in force.
    pub task: u32,
    /// Its place in a run of steps or in a table.
    pub place: Option<Position>,
    /// Where its lines stand, on each of its pages; empty where that is unknown.
    pub spots: Vec<Spot>,
    /// Where stands what is over a row: the title of its table, the heads of its columns, the rows that it is grouped
    /// under. Empty for other units.
    pub over: Vec<Spot>,
}

impl Unit {
    /// The unit with what stands over it, as it is read alone.
    #[must_use]
    pub fn in_full(&self) -> String {
        if self.lead.is_empty() { self.text.clone() } else { format!("{} > {}", self.lead, self.text) }
    }

    /// What a notice warns of; `None` for remarks, and for units that are no notice.
    #[must_use]
    pub fn hazard(&self) -> Option<Hazard> {
        hazard(&self.text).filter(|_| self.kind == UnitKind::Notice)
    }

    /// The signal word of a notice, as the manual has it; empty where there is none.
    #[must_use]
    pub fn notice_name(&self) -> &str {
        self.text.split_once(": ").map_or("", |(name, _)| name)
    }

    /// The text of a notice without its signal word.
    #[must_use]
    pub fn notice_text(&self) -> &str {
        self.text.split_once(": ").map_or(&self.text, |(_, text)| text)
    }

    /// The items of a notice that is a list, without their bullets; else its whole text.
    pub fn notice_items(&self) -> impl Iterator<Item = &str> {
        self.notice_text().split(labels::SURE_BULLETS).map(str::trim).filter(|item| !item.is_empty())
    }
}

/// The units of a document, in reading order. `outlines` is what [`super::outline::outline`] found
/// for the same pages.
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
