//! Which of several documents a query names: by number, file name, or the equipment that it is about.

use super::super::{
    Segment,
    question::{Match, QuestionWord},
};

/// Weight of a word that names a document, compared to a code.
const WORD: f32 = 0.3;
/// Weight of the beginning of a document, compared to its file name.
const TITLE: f32 = 0.7;
/// A document's subject occurs on at least one of this many pages.
const SUBJECT: usize = 5;

/// How clearly the query names each document, between 0 and 1. A name that all of them have does not count.
pub(super) fn named(segments: &[&Segment], asked: &[QuestionWord]) -> Vec<f32> {
    let mut named = vec![0.0_f32; segments.len()];
    if segments.len() < 2 {
        return named;
    }
    for asked in asked {
        let says: Vec<f32> = segments.iter().map(|segment| says(segment, asked)).collect();
        let holders = says.iter().filter(|says| **says > 0.0).count();
        if holders == 0 || holders == segments.len() {
            continue;
        }
        let kind = if asked.is_code() { 1.0 } else { WORD };
        let weight = asked.weight * kind * rarity(holders, segments.len());
        named.iter_mut().zip(says).for_each(|(named, says)| *named += weight * says);
    }
    for named in &mut named {
        *named = named.min(1.0);
    }
    named
}

/// Whether a document's name or beginning contains the word, as written or corrected.
fn says(segment: &Segment, asked: &QuestionWord) -> f32 {
    let plain = |how: Match| matches!(how, Match::Exact | Match::Compound | Match::Typo | Match::Confused);
    let whole = asked.forms.iter().filter(|form| plain(form.how));
    let whole = whole.filter(|form| form.language.is_none_or(|language| language == segment.language()));
    let found = whole.map(|form| {
        if form.terms.iter().all(|term| segment.is_named(term)) {
            1.0
        } else if form
            .terms
            .iter()
            .all(|term| segment.is_titled(term) && (asked.is_code() || is_subject(segment, term)))
        {
            TITLE
        } else {
            0.0
        }
    });
    found.fold(0.0, f32::max)
}

/// Whether a word of the title is the subject of the document, because it occurs throughout. A first page that is not a
/// title page is full of other words.
fn is_subject(segment: &Segment, term: &str) -> bool {
    segment.pages_with(term) * SUBJECT >= segment.page_count()
}

/// 1 if one of many documents is meant, 0 if all are.
#[expect(clippy::cast_precision_loss, reason = "documents of one user")]
fn rarity(holders: usize, all: usize) -> f32 {
    (all as f32 / holders as f32).ln() / (all as f32).ln()
}
