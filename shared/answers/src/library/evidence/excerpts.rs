//! Selects the relevant parts of pages that are not shown as a whole.

use std::collections::HashSet;

use super::quantity::RequestedValue;
use super::sources::Source;
use super::terms::{Term, terms};
use super::{tells, weighted};
use crate::library::{Findings, Passage};
use documents::units::Unit;

/// Weight of a value or number of the requested kind.
const TOLD: f32 = 0.2;

/// Selects the relevant units of a page.
pub(crate) struct ExcerptSelector {
    terms: Vec<Term>,
    asked: RequestedValue,
}

impl ExcerptSelector {
    /// For a question that was searched for.
    pub(crate) fn of(text: &str, findings: &Findings) -> Self {
        Self { terms: terms(text, &findings.vocabulary, &HashSet::new()), asked: RequestedValue::of(text) }
    }

    /// The most relevant units of a passage's page, in page order.
    pub(crate) fn units(&self, findings: &Findings, passage: &Passage, most: usize) -> Vec<String> {
        let source = Source::of(findings, passage);
        let analyzer = source.analyzer();
        let score = |unit: &Unit| {
            let found: HashSet<String> = analyzer.terms(&unit.in_full()).into_iter().collect();
            let share = |term: usize| self.terms.get(term).map_or(0.0, |term| term.share(&found));
            let held = weighted(&self.terms, share);
            if held > 0.0 && tells(&self.asked, unit) { held + TOLD } else { held }
        };
        let units = source.units(passage.hit.page..=passage.hit.page);
        let mut judged: Vec<(f32, usize, &Unit)> = units
            .iter()
            .enumerate()
            .map(|(at, unit)| (score(unit), at, unit))
            .filter(|(score, ..)| *score > 0.0)
            .collect();
        judged.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        judged.truncate(most);
        judged.sort_by_key(|(_, at, _)| *at);
        judged.into_iter().map(|(_, _, unit)| unit.in_full()).collect()
    }
}
