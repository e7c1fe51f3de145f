//! Pages as statements with their words and figures.

use std::collections::HashSet;

use super::same::{same_code, same_number, same_unit};
use crate::documents::units::{Unit, UnitKind, sentences};
use crate::library::evidence::{Fit, Variants};
use crate::retrieval::analysis::{
    Analyzer, Figure, Language, Reading, figures, figures_in_words, unit_terms, with_grouped_thousands,
};

/// Letters of a label before a value.
const SHORTEST_LABEL: usize = 3;

/// A row, step or sentence of a page.
pub(super) struct Statement {
    /// Its words and those that stand over it, stemmed.
    pub(super) words: HashSet<String>,
    /// Those of the sentence or step before it, which may say what this one is about.
    pub(super) words_before: HashSet<String>,
    /// What stands over it, and its text with that before it.
    over: String,
    text: String,
    readings: Vec<Reading>,
    /// Units that are named in it or over it.
    units: Vec<String>,
    is_row: bool,
}

impl Statement {
    /// What a unit says, behind the unit before it: one statement, or one for each labelled part.
    pub(super) fn all_of(unit: &Unit, before: Option<&Unit>, analyzer: &Analyzer) -> Vec<Self> {
        // One with figures of its own speaks of something else.
        let goes_on = |before: &&Unit| {
            let are_prose = unit.kind != UnitKind::Row && before.kind != UnitKind::Row;
            before.task == unit.task && are_prose && figures(&before.text).iter().all(|figure| is_label(before, figure))
        };
        let before = before.filter(goes_on).map_or("", |before| before.text.as_str());
        let mut statements = Vec::new();
        // What was said in the unit before the part, and of that what stands behind the last figure.
        let (mut told, mut fresh) = (before.to_owned(), before.to_owned());
        for part in labelled_parts(unit) {
            let label = part.split_once(':').map_or("", |(label, _)| label);
            // One word may only say which of the thing before: "Oil pump: 40 N·m. Lubricated: 50 N·m."
            let is_own = analyzer.terms(label).len() > 1;
            statements.push(Self::read(unit, part, if is_own { &fresh } else { &told }, analyzer));
            told.push_str(&format!(" {part}"));
            if figures(part).is_empty() {
                fresh.push_str(&format!(" {part}"));
            } else {
                fresh.clear();
            }
        }
        statements
    }

    /// A part of a unit, behind a text that it may go on from.
    fn read(unit: &Unit, text: &str, text_before: &str, analyzer: &Analyzer) -> Self {
        let over = format!("{} {}", unit.titles, unit.lead);
        let mut units = unit_terms(text);
        units.extend(unit_terms(&over));
        Self {
            words: analyzer.terms(&format!("{over} {text}")).into_iter().collect(),
            words_before: analyzer.terms(text_before).into_iter().collect(),
            readings: readings(&format!("{} > {text}", unit.lead), analyzer.language()),
            text: format!("{text_before} {text}"),
            over,
            units,
            is_row: unit.kind == UnitKind::Row,
        }
    }

    /// Whether it is about these variants, or about others: the rear one, not the front one.
    pub(super) fn fit(&self, variants: &Variants) -> Fit {
        variants.fit(&self.over, &self.text)
    }

    /// Whether the statement holds a figure of the same kind: a value in the unit, or a code.
    pub(super) fn has_another(&self, reading: &Reading) -> bool {
        self.readings.iter().any(|other| match (reading, other) {
            (Reading::Value { unit, .. }, Reading::Value { unit: Some(other), .. }) => {
                same_unit(unit.as_deref(), Some(other))
            }
            (Reading::Value { unit: Some(unit), .. }, Reading::Value { unit: None, .. }) => {
                self.is_row && self.units.contains(unit)
            }
            (Reading::Code { .. }, Reading::Code { .. }) => true,
            _ => false,
        })
    }

    pub(super) fn holds(&self, reading: &Reading, on_page: &[String]) -> bool {
        let unit = match reading {
            Reading::Value { unit, .. } => unit.as_deref(),
            Reading::Code { .. } => return self.readings.iter().any(|other| same_code(reading, other)),
        };
        let fits = |other: &Reading| match other {
            Reading::Value { unit: Some(other), .. } => same_unit(unit, Some(other)),
            // A cell's unit may stand in the head of its column.
            Reading::Value { unit: None, .. } => unit.is_some_and(|unit| {
                self.units.iter().any(|known| known == unit)
                    || (self.is_row && self.units.is_empty() && on_page.iter().any(|known| known == unit))
            }),
            Reading::Code { .. } => false,
        };
        let Reading::Value { ends, .. } = reading else { return false };
        let of_unit: Vec<&Reading> = self.readings.iter().filter(|other| fits(other)).collect();
        let has_end = |end: &String| {
            of_unit.iter().any(|other| match other {
                Reading::Value { number, ends, .. } => number == end || ends.contains(end),
                Reading::Code { .. } => false,
            })
        };
        of_unit.iter().any(|other| same_number(reading, other)) || (!ends.is_empty() && ends.iter().all(has_end))
    }
}

/// The parts of a text that each name what their figures are of: `Tie rod nuts: 310 N·m. Gib screws: 18 N·m.` A text with
/// a figure that no label stands before is one part.
fn labelled_parts(unit: &Unit) -> Vec<&str> {
    let whole = vec![unit.text.as_str()];
    if !matches!(unit.kind, UnitKind::Text | UnitKind::Step) {
        return whole;
    }
    let mut parts: Vec<&str> = Vec::new();
    for sentence in sentences(&unit.text) {
        parts.extend(sentence.split_inclusive(';').map(str::trim).filter(|part| !part.is_empty()));
    }
    let has_label = |part: &&str| {
        let (label, value) = part.split_once(':').unwrap_or_default();
        label.chars().filter(|c| c.is_alphabetic()).count() >= SHORTEST_LABEL && !figures(value).is_empty()
    };
    let says_nothing = |part: &&str| figures(part).is_empty();
    let is_labelled = parts.len() > 1 && parts.iter().all(|part| has_label(part) || says_nothing(part));
    if is_labelled { parts } else { whole }
}

/// Whether a figure is the number of the step.
fn is_label(unit: &Unit, figure: &Figure) -> bool {
    let before = unit.text.get(..figure.range.start).unwrap_or_default();
    unit.kind == UnitKind::Step && before.trim_matches('(').is_empty()
}

/// What a text says in figures, or in words.
pub(super) fn readings(text: &str, language: Language) -> Vec<Reading> {
    let digits = figures(text);
    let is_grouped = language != Language::English;
    let grouped = digits.iter().filter(|_| is_grouped).filter_map(|figure| with_grouped_thousands(text, figure));
    let mut readings: Vec<Reading> = grouped.collect();
    let written = digits.into_iter().chain(figures_in_words(text, language));
    readings.extend(written.map(|figure| figure.reading));
    readings
}
