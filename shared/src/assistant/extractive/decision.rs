//! Whether the manuals answer a question, and with what.
//!
//! Three outcomes. *Answered*: one unit holds the subject of the question close together, is the kind of
//! thing that was asked for, and stands under no other variant. *Likely*: the best there is resembles the
//! question, but it is for the reader to judge. *Not held*: a code that occurs nowhere, or nothing that
//! resembles the question.

use super::evidence::{Candidate, Found, Question};
use super::question::Term;

/// Units that are quoted where the answer is certain, and where it is not.
const QUOTED: (usize, usize) = (3, 7);
/// Pages that are quoted, likewise.
const PAGES: (usize, usize) = (2, 3);
/// A further unit is quoted when its score and what it adds are this close to the best.
const CLOSE: (f32, f32) = (0.2, 0.45);
/// What a term counts for choosing a further unit that no unit chosen before holds.
const ADDED: f32 = 0.5;
/// Coverage that an answer needs, and cosine.
const ENOUGH: (f32, f32) = (0.72, 0.3);
/// Below this coverage and this cosine nothing resembles the question.
const NOTHING: (f32, f32) = (0.3, 0.32);
/// A term with this share of the greatest weight is what the question is about.
const KEY: f32 = 0.8;
/// What such a term must count in what is quoted.
const KEY_SHARE: f32 = 0.6;

/// What is done with a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Answered,
    Likely,
    NotHeld,
}

/// Decides from the units judged, the best first.
pub(super) fn decide(judged: &[Candidate], question: &Question<'_>) -> Outcome {
    let Some(best) = judged.first() else { return Outcome::NotHeld };
    let foreign_code = question.terms.iter().any(|term| term.code && !term.known && !term.context);
    let closest = judged.iter().map(|unit| unit.cosine).fold(0.0, f32::max);
    let covered = judged.iter().map(|unit| unit.coverage).fold(0.0, f32::max);
    if foreign_code || (covered < NOTHING.0 && closest < NOTHING.1) {
        return Outcome::NotHeld;
    }
    let unknown = question.terms.iter().filter(|term| !term.known && !term.context).count();
    let sure = best.coverage >= ENOUGH.0
        && best.cosine >= ENOUGH.1
        && best.value
        && best.fit.others == 0
        && unknown == 0
        && holds_key(best, question.terms);
    if sure { Outcome::Answered } else { Outcome::Likely }
}

/// Whether a unit holds the terms that the question is about.
fn holds_key(unit: &Candidate, terms: &[Term]) -> bool {
    let greatest = terms.iter().filter(|term| !term.context).map(|term| term.weight).fold(0.0, f32::max);
    let is_key = |term: &Term| !term.context && term.weight >= KEY * greatest;
    terms.iter().zip(&unit.shares).filter(|(term, _)| is_key(term)).all(|(_, share)| *share >= KEY_SHARE)
}

/// The units that are quoted: the best, then those that add most to it. `judged` is in order of score.
pub(super) fn choose<'a>(judged: &'a [Candidate], pages: &[Found], question: &Question<'_>, sure: bool) -> Vec<&'a Candidate> {
    let (most, most_pages, close) = if sure { (QUOTED.0, PAGES.0, CLOSE.0) } else { (QUOTED.1, PAGES.1, CLOSE.1) };
    let total: f32 = question.terms.iter().map(|term| term.weight).sum::<f32>().max(f32::EPSILON);
    let mut chosen: Vec<&Candidate> = Vec::new();
    let mut covered: Vec<f32> = vec![0.0; question.terms.len()];
    let mut texts: Vec<&str> = Vec::new();
    while chosen.len() < most {
        let gain = |unit: &Candidate| {
            let added = question.terms.iter().zip(&unit.shares).zip(&covered);
            let added: f32 = added.map(|((term, share), had)| term.weight * (share - had).max(0.0)).sum();
            unit.score + ADDED * added / total
        };
        let text = |unit: &Candidate| pages.get(unit.page).and_then(|page| page.units.get(unit.at)).map_or("", |unit| unit.text.as_str());
        let is_new = |unit: &&Candidate| {
            let known_page = chosen.iter().any(|chosen| chosen.page == unit.page);
            let pages_left = known_page || distinct_pages(&chosen) < most_pages;
            pages_left && !chosen.iter().any(|chosen| (chosen.page, chosen.at) == (unit.page, unit.at)) && !texts.contains(&text(unit))
        };
        let next = judged.iter().filter(is_new).max_by(|a, b| gain(a).total_cmp(&gain(b)).then((b.page, b.at).cmp(&(a.page, a.at))));
        let Some(next) = next else { break };
        if chosen.first().is_some_and(|best| gain(next) < best.score - close) {
            break;
        }
        for (had, share) in covered.iter_mut().zip(&next.shares) {
            *had = had.max(*share);
        }
        texts.push(text(next));
        chosen.push(next);
    }
    chosen
}

fn distinct_pages(chosen: &[&Candidate]) -> usize {
    let mut pages: Vec<usize> = chosen.iter().map(|unit| unit.page).collect();
    pages.sort_unstable();
    pages.dedup();
    pages.len()
}
