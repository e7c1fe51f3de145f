//! The pages that an answer can rest on.

use super::letters::Letters;
use super::same::{same_code, same_number, same_unit};
use super::statements::{Statement, readings};
use crate::documents::units::{Unit, UnitKind};
use crate::retrieval::analysis::{Analyzer, Reading, unit_terms};

/// Characters from which on a code is looked for in the page's text, whatever its words are.
const LONG_CODE: usize = 5;
/// Digits from which on a number without a unit is looked for inside codes.
const LONG_NUMBER: usize = 4;

/// The pages of one citation.
pub(super) struct CitedPages {
    pub(super) statements: Vec<Statement>,
    /// What the text of the pages says, line by line, and the names of document and sections.
    loose: Vec<Reading>,
    /// What the names of document and sections say.
    titles: Vec<Reading>,
    /// Units that are named anywhere on the pages.
    units: Vec<String>,
    /// Those of the pages and of the names.
    letters: Letters,
    pub(super) analyzer: Analyzer,
}

impl CitedPages {
    pub(super) fn read(units: &[Unit], text: &str, names: &str, analyzer: Analyzer) -> Self {
        let told: Vec<&Unit> = units.iter().filter(|unit| unit.kind != UnitKind::Title).collect();
        let before = std::iter::once(None).chain(told.iter().copied().map(Some));
        let read = |(unit, before): (&&Unit, Option<&Unit>)| Statement::all_of(unit, before, &analyzer);
        let statements: Vec<Statement> = told.iter().zip(before).flat_map(read).collect();
        let mut titles: Vec<&str> = units.iter().map(|unit| unit.titles.as_str()).collect();
        titles.dedup();
        let titles = readings(&format!("{names}\n{}", titles.join("\n")), analyzer.language());
        let mut whole = format!("{text}\n{names}");
        for unit in units {
            whole.push_str(&format!("\n{}\n{}", unit.titles, unit.in_full()));
        }
        Self {
            statements,
            titles,
            loose: readings(&whole, analyzer.language()),
            units: unit_terms(&whole),
            letters: Letters::of(&whole),
            analyzer,
        }
    }

    /// The statements that hold a figure.
    pub(super) fn holders<'a>(&'a self, reading: &'a Reading) -> impl Iterator<Item = &'a Statement> {
        self.statements.iter().filter(move |statement| statement.holds(reading, &self.units))
    }

    /// Whether a figure stands on the pages, in a statement or apart from any.
    pub(super) fn hold(&self, reading: &Reading) -> bool {
        let apart = self.loose.iter().any(|other| match (reading, other) {
            // Where the answer names no unit, any will do.
            (Reading::Value { unit: None, .. }, Reading::Value { .. }) => same_number(reading, other),
            (Reading::Value { unit, .. }, Reading::Value { unit: other_unit, .. }) => {
                same_unit(unit.as_deref(), other_unit.as_deref()) && same_number(reading, other)
            }
            _ => same_code(reading, other),
        });
        let long = || match reading {
            Reading::Code { code, .. } => code.len() >= LONG_CODE && self.letters.hold_code(code),
            // A code of digits alone reads as a range.
            Reading::Value { number, unit: None, .. } if number.contains('-') => self.letters.hold_code(number),
            // It may be a part of a code: 6100 of D6100.
            Reading::Value { number, unit: None, .. } => {
                number.len() >= LONG_NUMBER && self.letters.hold_digits(number)
            }
            Reading::Value { .. } => false,
        };
        apart || self.holders(reading).next().is_some() || long()
    }

    /// Whether a figure is a part of the name of the document or of a section.
    pub(super) fn is_in_title(&self, reading: &Reading) -> bool {
        self.titles.iter().any(|other| other == reading || same_code(reading, other))
    }

    /// Whether a value stands on the pages in another unit.
    pub(super) fn hold_in_another_unit(&self, reading: &Reading) -> bool {
        let is_value = |other: &&Reading| matches!(other, Reading::Value { unit: Some(_), .. });
        self.loose.iter().filter(is_value).any(|other| same_number(reading, other))
    }
}
