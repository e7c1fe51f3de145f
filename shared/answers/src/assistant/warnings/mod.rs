//! Warnings of the manuals: which apply to an answer, and how they are written.
//!
//! A procedure without its warning can hurt somebody. Quotations include their warnings. What a model writes in its own
//! words is compared with the steps of the cited pages ([`WarningMatcher`]), and warnings that it omits or changes are
//! inserted before the steps.

mod dismissal;
mod gate;
mod matcher;
mod said;
mod sentences;

#[cfg(test)]
mod tests;

pub use self::dismissal::{Dismissal, dismissal};
pub(super) use self::gate::SentenceGate;
pub(super) use self::matcher::WarningMatcher;
use self::said::says;

use super::citations::escape;
use super::essence::essence;
use super::extractive::AnswerLanguage;
use super::sanitizer::sanitized;
use documents::units::{Hazard, Unit};
use shared::store::{Warning, WarningKind};

/// Maximum number of warnings of an answer, and their maximum total length. The most severe are kept; of the others,
/// the pages are named.
pub(super) const MOST: usize = 12;
const MOST_BYTES: usize = 8 * 1024;
/// The beginning of a warning in an answer.
const BEGIN: &str = "> **⚠ ";

/// A warning that applies to steps of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ApplicableWarning {
    pub(super) warning: Warning,
    /// The manual's signal word.
    pub(super) name: String,
    /// The index of the passage that its steps belong to.
    pub(super) passage: usize,
    /// Where the answer begins to tell these steps, in bytes.
    pub(super) told_at: usize,
}

/// A unit as a warning on the wire; `None` if it is not one.
pub(super) fn warning(unit: &Unit, document_id: &str) -> Option<Warning> {
    let kind = match unit.hazard()? {
        Hazard::Danger => WarningKind::Danger,
        Hazard::Warning => WarningKind::Warning,
        Hazard::Caution => WarningKind::Caution,
    };
    let (text, document_id) = (unit.notice_text().to_owned(), document_id.to_owned());
    Some(Warning { kind, text, document_id, page: unit.page })
}

/// Whether these include a warning with the same letters and digits.
pub(super) fn holds(warnings: &[Warning], one: &Warning) -> bool {
    warnings.iter().any(|known| essence(&known.text) == essence(&one.text))
}

/// Whether these include the warning of a unit.
pub(super) fn is_among(warnings: &[Warning], unit: &Unit) -> bool {
    warning(unit, "").is_some_and(|one| holds(warnings, &one))
}

/// Adds a warning to those of an answer, if it is new and within the limits.
pub(super) fn add(warnings: &mut Vec<Warning>, new: Warning) {
    let bytes: usize = warnings.iter().map(|known| known.text.len()).sum();
    if !holds(warnings, &new) && warnings.len() < MOST && bytes + new.text.len() <= MOST_BYTES {
        warnings.push(new);
    }
}

/// The warnings within the limit, in order, and the pages of the others. The most severe are kept first, then the last
/// ones, which are nearest to the steps.
pub(super) fn kept<T>(all: Vec<T>, most: usize, of: impl Fn(&T) -> (WarningKind, usize, u32)) -> (Vec<T>, Vec<u32>) {
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|at| (all.get(*at).map(|one| of(one).0), std::cmp::Reverse(*at)));
    let mut bytes = 0;
    let fits = |at: &usize| {
        bytes += all.get(*at).map_or(0, |one| of(one).1);
        bytes <= MOST_BYTES
    };
    let chosen: Vec<usize> = order.into_iter().take(most).take_while(fits).collect();
    let (mut kept, mut pages) = (Vec::with_capacity(chosen.len()), Vec::new());
    for (at, one) in all.into_iter().enumerate() {
        if chosen.contains(&at) {
            kept.push(one);
        } else if !pages.contains(&of(&one).2) {
            pages.push(of(&one).2);
        }
    }
    (kept, pages)
}

/// A warning as a paragraph of an answer, followed by `behind`, such as its mark.
pub(super) fn paragraph(name: &str, text: &str, behind: &str) -> String {
    format!("{BEGIN}{name}:** {}{behind}\n\n", sanitized(&escape(text), Vec::new(), ""))
}

/// Says that there are more warnings, and on which pages.
pub(super) fn more(pages: &[u32], language: AnswerLanguage) -> String {
    if pages.is_empty() {
        return String::new();
    }
    format!("{BEGIN}** {}\n\n", language.more_warnings(pages))
}

/// The text without a warning at its very beginning; `None` if it does not begin with one.
#[must_use]
pub fn without_first(text: &str) -> Option<&str> {
    text.strip_prefix(BEGIN)?.split_once("\n\n").map(|(_, rest)| rest)
}

/// The warnings with which an answer begins because they were not heard to their end before.
pub(super) fn carried(pending: &[Warning], language: AnswerLanguage) -> String {
    pending.iter().map(|warning| paragraph(language.signal_word(warning.kind), &warning.text, "")).collect()
}

/// The warnings that are not completely contained in the part of an answer that was heard; without duplicates.
#[must_use]
pub fn unsaid<'a>(warnings: impl IntoIterator<Item = &'a Warning>, said: &str) -> Vec<Warning> {
    distinct(warnings.into_iter().filter(|warning| !says(said, &warning.text)))
}

/// These warnings without duplicates.
pub(super) fn distinct<'a>(warnings: impl IntoIterator<Item = &'a Warning>) -> Vec<Warning> {
    let mut all: Vec<Warning> = Vec::new();
    for warning in warnings {
        if !holds(&all, warning) {
            all.push(warning.clone());
        }
    }
    all
}
