//! Whether the manuals answer a question, and with what.
//!
//! Three outcomes. *Answered*: one unit holds the subject of the question close together, is the kind of
//! thing that was asked for, and stands under no other variant. *Likely*: the best there is resembles the
//! question, but it is for the reader to judge. *Not held*: a code that occurs nowhere, or nothing that
//! resembles the question.

use crate::assistant::essence::letters;
use crate::library::evidence::{AnswerKind, Candidate, FoundPage, Question, weighted};

/// Units that are quoted where the answer is certain, and where it is not.
const QUOTED: (usize, usize) = (3, 7);
/// Pages that are quoted, likewise.
const PAGES: (usize, usize) = (2, 3);
/// A further unit is quoted when its score and what it adds are this close to the best.
const CLOSE: (f32, f32) = (0.2, 0.45);
/// Units, best first, from which is chosen.
const LOOKED_AT: usize = 120;
/// Units of the page that was found first, where no better is on it.
const FROM_FIRST: usize = 2;
/// What a term counts for choosing a further unit that no unit chosen before holds.
const ADDED: f32 = 0.5;
/// Where an answer is certain: the share of the question's weight that the best unit holds, its cosine, and by
/// how much its score is above that of other pages. One of the two is enough: nearly all of the words, or
/// half of them in a place that means the same and stands out.
const BY_WORDS: Certain = Certain { held: 0.8, cosine: 0.4, ahead: -1.0 };
const BY_MEANING: Certain = Certain { held: 0.6, cosine: 0.58, ahead: 0.2 };
/// Below this coverage and this cosine nothing resembles the question.
const NOTHING: (f32, f32) = (0.2, 0.28);
/// What a term must count in a unit that holds it.
const HELD: f32 = 0.6;
/// The share of the question's weight that a value or number itself must stand with.
const CLOSE_ENOUGH: f32 = 0.6;
/// A term with this share of the greatest weight is what the question is about.
const KEY: f32 = 0.5;

/// What makes an answer certain.
struct Certain {
    held: f32,
    cosine: f32,
    ahead: f32,
}

/// What is done with a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Answered,
    Likely,
    NotHeld,
}

/// Decides from the units judged, the best first.
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

/// Whether the best unit is the answer beyond doubt.
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

/// The units that are quoted: the best, then those that add most to it. `judged` is in order of score.
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

/// The words of a unit, which many variants of a procedure share; the numbers that call out parts of a figure
/// are left out.
fn essence(text: &str) -> String {
    text.split_whitespace().filter(|word| !word.starts_with('(')).map(letters).collect()
}

fn distinct_pages(chosen: &[&Candidate]) -> usize {
    let mut pages: Vec<usize> = chosen.iter().map(|unit| unit.page).collect();
    pages.sort_unstable();
    pages.dedup();
    pages.len()
}
