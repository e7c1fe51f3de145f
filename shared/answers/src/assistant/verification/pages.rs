//! The pages that support an answer.

use super::letters::Letters;
use super::same::{same_code, same_number, same_unit};
use super::statements::{Statement, figures_of};
use super::subjects::Subjects;
use documents::units::{Unit, UnitKind};
use search::retrieval::analysis::{Analyzer, Figure, Reading, unit_terms};

/// Minimum length of a code that is searched in the text of the page regardless of word boundaries.
const LONG_CODE: usize = 5;
/// Maximum number of different characters in similar codes.
const NEAR: usize = 2;

/// The pages of one citation.
pub(super) struct CitedPages {
    pub(super) statements: Vec<Statement>,
    /// The figures in the text of the pages, line by line, and in the names of document and sections.
    loose: Vec<Reading>,
    /// The figures in the names of document and sections.
    titles: Vec<Reading>,
    /// Units that occur anywhere on the pages.
    units: Vec<String>,
    /// The letters and digits of the pages and names.
    letters: Letters,
    /// Subjects in the document's language.
    pub(super) subjects: Subjects,
}

impl CitedPages {
    pub(super) fn read(units: &[Unit], text: &str, names: &str, analyzer: Analyzer) -> Self {
        let told: Vec<&Unit> = units.iter().filter(|unit| unit.kind != UnitKind::Title).collect();
        let subjects = Subjects::new(analyzer);
        let before = std::iter::once(None).chain(told.iter().copied().map(Some));
        let statements = told.iter().enumerate().zip(before);
        let statements = statements.flat_map(|((at, unit), before)| Statement::all_of((at, unit), before, &subjects));
        let statements: Vec<Statement> = statements.collect();
        let readings = |text: &str| -> Vec<Reading> {
            let found = figures_of(text, subjects.analyzer().language());
            found.iter().flat_map(Figure::readings).cloned().collect()
        };
        let mut titles: Vec<&str> = units.iter().map(|unit| unit.titles.as_str()).collect();
        titles.dedup();
        let titles = format!("{names}\n{}", titles.join("\n"));
        let lines: Vec<String> = units.iter().map(Unit::in_full).collect();
        let whole = format!("{text}\n{titles}\n{}", lines.join("\n"));
        Self {
            statements,
            titles: readings(&titles),
            loose: readings(&whole),
            units: unit_terms(&whole),
            letters: Letters::of(&whole),
            subjects,
        }
    }

    /// The statements that contain a figure.
    pub(super) fn holders<'a>(&'a self, reading: &'a Reading) -> impl Iterator<Item = &'a Statement> {
        self.statements.iter().filter(move |statement| statement.holds(reading, &self.units))
    }

    /// Whether the pages contain a figure, in a statement or elsewhere.
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
            Reading::Value { number, unit: None, .. } => self.has_in_code(number),
            Reading::Value { .. } => false,
        };
        apart || self.holders(reading).next().is_some() || long()
    }

    /// Whether digits are part of a code.
    fn has_in_code(&self, digits: &str) -> bool {
        let is_whole = |code: &str, at: usize| {
            let (before, behind) = (code.get(..at), code.get(at + digits.len()..));
            !before.is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit()))
                && !behind.is_some_and(|behind| behind.starts_with(|c: char| c.is_ascii_digit()))
        };
        let holds = |reading: &Reading| match reading {
            Reading::Code { code, .. } => code.match_indices(digits).any(|(at, _)| is_whole(code, at)),
            Reading::Value { .. } => false,
        };
        digits.bytes().all(|byte| byte.is_ascii_digit()) && self.loose.iter().any(holds)
    }

    /// Whether the pages contain a code that differs in one or two characters, as another variant or a slip does.
    pub(super) fn has_nearly(&self, reading: &Reading) -> bool {
        let Reading::Code { code, .. } = reading else { return false };
        let is_near = |other: &Reading| match other {
            Reading::Code { code: other, .. } => {
                let differing = code.chars().zip(other.chars()).filter(|(one, other)| one != other).count();
                code.len() >= LONG_CODE && other.len() == code.len() && (1..=NEAR).contains(&differing)
            }
            Reading::Value { .. } => false,
        };
        self.loose.iter().any(is_near)
    }

    /// Whether a figure is part of the name of the document or a section.
    pub(super) fn is_in_title(&self, reading: &Reading) -> bool {
        self.titles.iter().any(|other| other == reading || same_code(reading, other))
    }

    /// Whether the pages contain a value in another unit.
    pub(super) fn hold_in_another_unit(&self, reading: &Reading) -> bool {
        let is_value = |other: &&Reading| matches!(other, Reading::Value { unit: Some(_), .. });
        self.loose.iter().filter(is_value).any(|other| same_number(reading, other))
    }
}
