//! Whether the manuals answer a question.
//!
//! A question is answered by a page that holds its subject close together: the share of its terms,
//! weighted by their rarity in the manuals, that stand in one block and in what surrounds it
//! ([`Signals::coverage`]). A term that occurs nowhere in the manuals has the highest weight there is,
//! so a question on other equipment falls through by itself. Similarity of meaning
//! ([`Signals::cosine`]) makes up for other words for the same thing, but only a little: installing on
//! one system reads much like installing on another. What the question is about, its rarest terms,
//! must be on the page ([`Signals::key`]), and so must a value that is asked for. A part number or fault code that occurs nowhere settles the matter.

use super::evidence::{Judged, Signals};
use super::question::Term;
use super::{QUOTED, RIVAL};

/// What a cosine counts against coverage.
const COSINE: f32 = 1.0;
/// Cosine of an ordinary match: at this one, coverage alone decides.
const USUAL_COSINE: f32 = 0.5;
/// The most that it can make up for.
const MOST_COSINE: f32 = 0.15;
/// The evidence that an answer needs.
const ENOUGH: f32 = 0.6;
/// What is taken off where a term that the question is about is not on the page.
const NO_KEY: f32 = 0.15;
/// What is taken off where a value was asked for and none is there.
const NO_VALUE: f32 = 0.12;

/// What is done with a question.
pub(super) enum Verdict<'a> {
    /// These pages answer it, best first.
    Answered(Vec<&'a Judged>),
    /// No page does.
    NotHeld,
}

impl Signals {
    /// The evidence as one number.
    pub(super) fn evidence(&self) -> f32 {
        let value = if self.value { 0.0 } else { NO_VALUE };
        let key = if self.key { 0.0 } else { NO_KEY };
        let cosine = (COSINE * (self.cosine - USUAL_COSINE)).min(MOST_COSINE);
        self.coverage + cosine - value - key
    }

    /// What pages are ordered by: the evidence, with the search's own judgement.
    pub(super) fn rank(&self) -> f32 {
        self.evidence() + 0.5 * self.score
    }
}

/// Decides. `judged` is ordered by rank.
pub(super) fn decide<'a>(judged: &'a [Judged], terms: &[Term]) -> Verdict<'a> {
    let Some(best) = judged.first() else { return Verdict::NotHeld };
    let foreign_code = terms.iter().any(|term| term.code && !term.known && !term.context);
    if foreign_code || best.signals.evidence() < ENOUGH {
        return Verdict::NotHeld;
    }
    let least = best.signals.rank() * RIVAL;
    let chosen = judged.iter().filter(|page| page.signals.rank() >= least && page.signals.evidence() >= ENOUGH);
    Verdict::Answered(chosen.take(QUOTED).collect())
}
