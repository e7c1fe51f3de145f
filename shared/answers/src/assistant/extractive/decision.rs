//! Decides whether the manuals answer a question, and with what.
//!
//! There are three outcomes. *Answered*: one unit contains the subject of the question close together, is the kind of
//! thing asked for, and does not belong to another variant. *Likely*: the best unit resembles the question, but the
//! reader has to judge it. *Not held*: for a code that occurs nowhere, or if nothing resembles the question.

use crate::assistant::essence::letters;
use crate::library::evidence::{AnswerKind, Candidate, FoundPage, Question, weighted};

/// Maximum number of quoted units: if the answer is certain, and otherwise.
const QUOTED: (usize, usize) = (3, 7);
/// Maximum number of quoted pages, likewise.
const PAGES: (usize, usize) = (2, 3);
/// Another unit is quoted if its score and its contribution are this close to the best.
const CLOSE: (f32, f32) = (0.2, 0.45);
/// Number of best units to choose from.
const LOOKED_AT: usize = 120;
/// Number of units from the first page, if no other page has a better one.
const FROM_FIRST: usize = 2;
/// Weight of a term that no chosen unit contains, when choosing another unit.
const ADDED: f32 = 0.5;
/// Conditions for a certain answer: the best unit's share of the question's weight, its cosine, and how far its score
/// exceeds other pages. One of the two is enough: nearly all words, or half of them in a text with a similar meaning
/// that stands out.
const BY_WORDS: Certain = Certain { held: 0.8, cosine: 0.4, ahead: -1.0 };
const BY_MEANING: Certain = Certain { held: 0.6, cosine: 0.58, ahead: 0.2 };
/// Below this coverage and cosine, nothing resembles the question.
const NOTHING: (f32, f32) = (0.2, 0.28);
/// Minimum share of a term for a unit to contain it.
const HELD: f32 = 0.6;
/// Minimum share of the question's weight in the unit of a value or number.
const CLOSE_ENOUGH: f32 = 0.6;
/// A term with this share of the greatest weight may be the subject of the question.
const KEY: f32 = 0.5;

/// Conditions for a certain answer.
struct Certain {
    held: f32,
    cosine: f32,
    ahead: f32,
}

/// The decision on a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Answered,
    Likely,
    NotHeld,
}

/// Decides from the scored units, best first.
pub(super) fn decide(judged: &[Candidate], question: &Question) -> Outcome {
    if judged.is_empty() {
        return Outcome::NotHeld;
    }
    let foreign_code = question.terms.iter().any(|term| term.code && !term.known && !term.context);
    let closest = judged.iter().map(|unit| unit.cosine).fold(0.0, f32::max);
    let covered = judged.iter().map(|unit| unit.coverage).fold(0.0, f32::max);
    if foreign_code || (covered < NOTHING.0 && closest < NOTHING.1) {
        return Outcome::NotHeld;
    }
    if is_certain(judged, question) { Outcome::Answered } else { Outcome::Likely }
}

/// Whether the best unit is certainly the answer.
fn is_certain(judged: &[Candidate], question: &Question) -> bool {
    let Some(best) = judged.first() else { return false };
    let own = || question.terms.iter().zip(&best.shares).filter(|(term, _)| !term.context);
    // A value under the right title may be that of anything there.
    let tells = matches!(question.wanted, AnswerKind::Value | AnswerKind::Number);
    if tells && best.close < CLOSE_ENOUGH {
        return false;
    }
    let is_whole = best.fit.others == 0 && best.value && own().all(|(term, _)| term.known);
    if !is_whole {
        return false;
    }
    let held = weighted(&question.terms, |term| {
        let share = best.shares.get(term).copied().unwrap_or(0.0);
        if share >= HELD { 1.0 } else { 0.0 }
    });
    let other = judged.iter().find(|unit| unit.page != best.page).map_or(0.0, |unit| unit.score);
    let is = |certain: &Certain| {
        held >= certain.held && best.cosine >= certain.cosine && best.score - other >= certain.ahead
    };
    let greatest = own().map(|(term, _)| term.weight).fold(0.0, f32::max);
    let holds_key = own().filter(|(term, _)| term.weight >= KEY * greatest).all(|(_, share)| *share >= HELD);
    (is(&BY_WORDS) && holds_key) || is(&BY_MEANING)
}

/// Chooses the units to quote: the best, then those that contribute most. `judged` is ordered by score.
pub(super) fn choose<'a>(
    judged: &'a [Candidate],
    pages: &[FoundPage],
    question: &Question,
    sure: bool,
) -> Vec<&'a Candidate> {
    let (most, most_pages, close) = if sure { (QUOTED.0, PAGES.0, CLOSE.0) } else { (QUOTED.1, PAGES.1, CLOSE.1) };
    let total: f32 = question.terms.iter().map(|term| term.weight).sum::<f32>().max(f32::EPSILON);
    let mut chosen: Vec<&Candidate> = Vec::new();
    let mut covered: Vec<f32> = vec![0.0; question.terms.len()];
    let mut told: Vec<String> = Vec::new();
    let essence = |unit: &Candidate| {
        let unit = pages.get(unit.page).and_then(|page| page.units.get(unit.at));
        unit.map_or_else(String::new, |unit| essence(&unit.text))
    };
    while chosen.len() < most {
        let gain = |unit: &Candidate| {
            let added = question.terms.iter().zip(&unit.shares).zip(&covered);
            let added: f32 = added.map(|((term, share), had)| term.weight * (share - had).max(0.0)).sum();
            unit.score + ADDED * added / total
        };
        let is_new = |unit: &&Candidate| {
            let known_page = chosen.iter().any(|chosen| chosen.page == unit.page);
            let pages_left = known_page || distinct_pages(&chosen) < most_pages;
            pages_left && !told.contains(&essence(unit))
        };
        let better =
            |a: &&Candidate, b: &&Candidate| gain(a).total_cmp(&gain(b)).then((b.page, b.at).cmp(&(a.page, a.at)));
        let Some(next) = judged.iter().take(LOOKED_AT).filter(is_new).max_by(better) else { break };
        if chosen.first().is_some_and(|best| gain(next) < best.score - close) {
            break;
        }
        for (had, share) in covered.iter_mut().zip(&next.shares) {
            *had = had.max(*share);
        }
        told.push(essence(next));
        chosen.push(next);
    }
    let has_first = chosen.iter().any(|unit| unit.page == 0);
    if !sure && !has_first {
        // What the search found first is shown in any case.
        chosen.extend(judged.iter().filter(|unit| unit.page == 0).take(FROM_FIRST));
    }
    chosen
}

/// The words of a unit, without numbers of callouts. Many variants of a procedure share them.
fn essence(text: &str) -> String {
    text.split_whitespace().filter(|word| !word.starts_with('(')).map(letters).collect()
}

fn distinct_pages(chosen: &[&Candidate]) -> usize {
    let mut pages: Vec<usize> = chosen.iter().map(|unit| unit.page).collect();
    pages.sort_unstable();
    pages.dedup();
    pages.len()
}
