//! A question, prepared for scoring units.

use std::collections::HashSet;

use super::answer_kind::AnswerKind;
use super::quantity::RequestedValue;
use super::terms::{Term, terms};
use super::variants::Variants;
use crate::library::Findings;
use search::retrieval::analysis::{Analyzer, Initials};

/// A question, prepared for scoring units.
pub(crate) struct Question {
    pub(crate) terms: Vec<Term>,
    pub(crate) asked: RequestedValue,
    pub(crate) wanted: AnswerKind,
    pub(super) variants: Variants,
    initials: Initials,
}

impl Question {
    /// Prepares a question that was searched for.
    pub(crate) fn of(text: &str, findings: &Findings) -> Self {
        let asked = RequestedValue::of(text);
        let terms = terms(text, &findings.vocabulary, &file_names(findings));
        Self {
            initials: Initials::of(terms.iter().flat_map(Term::index_terms)),
            terms,
            wanted: AnswerKind::of(text, &asked),
            asked,
            variants: Variants::of(&findings.query.text),
        }
    }

    /// The index terms of a text in order. Those that the question does not contain may be empty.
    pub(super) fn read(&self, analyzer: &Analyzer, text: &str) -> Vec<String> {
        let mut list = Vec::new();
        analyzer.each_place_like(text, &self.initials, |term| list.push(term.unwrap_or_default().to_owned()));
        list
    }
}

/// The words of the manuals' file names. A question may name a manual that never names itself.
fn file_names(findings: &Findings) -> HashSet<String> {
    let lower = findings.passages.iter().map(|passage| passage.hit.file_name.to_lowercase());
    let words = |name: String| name.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>();
    lower.flat_map(words).filter(|word| !word.is_empty()).collect()
}
