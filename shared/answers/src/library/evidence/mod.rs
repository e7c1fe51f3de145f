//! Scores how well each unit of the pages found answers a question.
//!
//! The search ranks whole pages. Their units (rows, steps, warnings and sentences) determine what is quoted, and which
//! of the best pages comes first.

mod answer_kind;
mod definition;
mod excerpts;
mod order;
mod quantity;
mod question;
mod sources;
mod term_shares;
mod terms;
mod variants;

use self::definition::defines;
use self::term_shares::TermShares;
use super::Findings;
use documents::units::{Unit, UnitKind};
use search::retrieval::analysis::Analyzer;
use search::retrieval::is_part_number;

pub(crate) use self::answer_kind::AnswerKind;
pub(crate) use self::excerpts::ExcerptSelector;
pub(crate) use self::order::{ORDERED, order};
pub(crate) use self::quantity::{RequestedValue, has_any_value};
pub(crate) use self::question::Question;
pub(crate) use self::sources::Source;
pub(crate) use self::terms::Term;
pub(crate) use self::variants::{VariantFit, Variants};

/// Bonus of a unit that defines the subject of the question.
const DEFINES: f32 = 0.35;

/// Bonus of a unit whose section title contains the whole subject of the question.
const TITLED: f32 = 0.4;

/// A page that was found, with its units.
pub(crate) struct FoundPage {
    /// The index of the passage among those found.
    pub(crate) passage: usize,
    pub(crate) source: Source,
    pub(crate) units: Vec<Unit>,
}

/// A unit with its scores.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    /// The index of its page.
    pub(crate) page: usize,
    /// Its index among the units of the page.
    pub(crate) at: usize,
    /// Its own score, without that of its page.
    own: f32,
    /// The total score.
    pub(crate) score: f32,
    /// The share of each term.
    pub(crate) shares: Vec<f32>,
    /// The share of the terms, by weight, in the unit and its titles.
    pub(crate) coverage: f32,
    /// The same for the unit itself and the lead of a row.
    pub(crate) close: f32,
    /// The cosine of its passage.
    pub(crate) cosine: f32,
    /// Whether it has the requested value, or none was requested.
    pub(crate) value: bool,
    pub(crate) fit: VariantFit,
}

/// The pages that can be quoted, in the order of the search.
pub(crate) fn pages(findings: &Findings) -> Vec<FoundPage> {
    first_pages(findings, findings.passages.len())
}

fn first_pages(findings: &Findings, most: usize) -> Vec<FoundPage> {
    let passages = findings.passages.iter().enumerate().take(most);
    passages
        .filter(|(_, passage)| !passage.hit.navigation)
        .map(|(passage, found)| {
            let source = Source::of(findings, found);
            FoundPage { passage, units: source.units(found.hit.page..=found.hit.page), source }
        })
        .collect()
}

/// Scores all units of these pages that can answer. Best first.
pub(crate) fn judge(findings: &Findings, pages: &[FoundPage], question: &Question) -> Vec<Candidate> {
    let mut judged: Vec<Candidate> =
        pages.iter().enumerate().flat_map(|(at, page)| judge_page(findings, (at, page), question)).collect();
    judged.sort_by(|a, b| b.score.total_cmp(&a.score).then((a.page, a.at).cmp(&(b.page, b.at))));
    judged
}

fn judge_page(findings: &Findings, (place, page): (usize, &FoundPage), question: &Question) -> Vec<Candidate> {
    let Some(passage) = findings.passages.get(page.passage) else { return Vec::new() };
    let held = TermShares::find(page, question, &format!("{} {}", passage.hit.file_name, passage.hit.heading));
    let similarities = page.source.similarities(passage.hit.page, &findings.query);
    let cosine = |unit: &Unit| {
        let own = similarities.iter().filter(|(chunk, _)| chunk.contains(&unit.text)).map(|(_, cosine)| *cosine);
        own.max_by(f32::total_cmp).or(passage.hit.cosine).unwrap_or(0.0)
    };
    let quotable = page.units.iter().enumerate().filter(|(_, unit)| unit.kind != UnitKind::Title);
    quotable
        .map(|(at, unit)| {
            let shares: Vec<f32> = (0..question.terms.len()).map(|term| held.share(at, term)).collect();
            let coverage = weighted(&question.terms, |term| shares.get(term).copied().unwrap_or(0.0));
            let close = weighted(&question.terms, |term| held.close(at, term));
            let fit = question.variants.fit(&format!("{} {}", unit.titles, unit.lead), &unit.text);
            let value = match question.wanted {
                AnswerKind::Number => has_part_number(&unit.text),
                _ => !question.asked.is_value() || question.asked.is_in(&unit.text),
            };
            let cosine = cosine(unit);
            let shares_of_text = held.own.get(at).map_or(&[][..], Vec::as_slice);
            let kind = kind_bonus(question, unit, &held.analyzer, value);
            let bonus = kind + fit_bonus(fit) + exact_bonus(&question.terms, shares_of_text, unit.kind);
            let titled = if names_task(question, unit) { TITLED * held.titled(at, &question.terms) } else { 0.0 };
            let own = coverage + 0.6 * (cosine - 0.3) + bonus + titled;
            let score = own + 0.35 * passage.hit.score + rank_bonus(place);
            Candidate { page: place, at, own, score, shares, coverage, close, cosine, value, fit }
        })
        .collect()
}

fn fit_bonus(fit: VariantFit) -> f32 {
    let count = |count: usize| if count > 0 { 1.0 } else { 0.0 };
    0.08 * count(fit.named) - 0.3 * count(fit.others)
}

/// Bonus for codes, and in rows for numbers, that the unit contains exactly.
fn exact_bonus(terms: &[Term], own: &[f32], kind: UnitKind) -> f32 {
    let held = |is: fn(&Term) -> bool| terms.iter().zip(own).any(|(term, share)| is(term) && *share >= 1.0);
    let code = if held(|term| term.code && term.known) { 0.25 } else { 0.0 };
    let number = if kind == UnitKind::Row && held(|term| term.number) { 0.12 } else { 0.0 };
    code + number
}

/// Bonus for the page's rank in the search, since the first pages more often contain the answer.
fn rank_bonus(place: usize) -> f32 {
    [0.15, 0.1, 0.06, 0.03].get(place).copied().unwrap_or(0.0)
}

/// Bonus for being the kind of thing that was asked for.
fn kind_bonus(question: &Question, unit: &Unit, analyzer: &Analyzer, value: bool) -> f32 {
    let told = if value { 0.18 } else { -0.12 };
    let mut bonus = match question.wanted {
        AnswerKind::Number => told,
        AnswerKind::Procedure if unit.kind == UnitKind::Step => 0.1,
        AnswerKind::Remedy if is_about_trouble(unit) => 0.12,
        AnswerKind::Definition if defines(analyzer, &question.terms, unit) => DEFINES,
        AnswerKind::Warning if unit.kind == UnitKind::Notice => 0.12,
        AnswerKind::Warning if forbids(unit) => 0.04,
        _ => 0.0,
    };
    if question.asked.is_value() && question.wanted != AnswerKind::Number {
        bonus += told;
    }
    if unit.kind == UnitKind::Notice && question.wanted != AnswerKind::Warning {
        bonus -= 0.08;
    }
    if unit.text.chars().count() < 25 && unit.kind == UnitKind::Text {
        bonus -= 0.15;
    }
    bonus
}

/// Whether the title over a unit tells the task that was asked about. What a thing is, is told elsewhere.
fn names_task(question: &Question, unit: &Unit) -> bool {
    question.wanted != AnswerKind::Definition && matches!(unit.kind, UnitKind::Step | UnitKind::Notice)
}

/// Whether a unit says what must or must not be done.
fn forbids(unit: &Unit) -> bool {
    let lower = unit.text.to_lowercase();
    ["not ", "never", "must", "only", "nicht", "no ", "ne "].iter().any(|word| lower.contains(word))
}

/// Whether a unit contains a value or number of the requested kind.
pub(crate) fn tells(asked: &RequestedValue, unit: &Unit) -> bool {
    (asked.is_number() && has_part_number(&unit.text)) || (asked.is_value() && asked.is_in(&unit.text))
}

fn has_part_number(text: &str) -> bool {
    text.split([' ', ',', ';', '(', ')']).any(is_part_number)
}

/// Whether the unit belongs to a table or section about faults.
fn is_about_trouble(unit: &Unit) -> bool {
    let over = format!("{} {} {}", unit.titles, unit.lead, unit.text).to_lowercase();
    ["troubl", "malfunction", "symptom", "probable cause", "corrective action", "fault", "störung", "avería", "panne"]
        .iter()
        .any(|word| over.contains(word))
}

/// The weighted mean of the terms' shares.
pub(crate) fn weighted(terms: &[Term], share: impl Fn(usize) -> f32) -> f32 {
    let total: f32 = terms.iter().map(|term| term.weight).sum();
    if total <= 0.0 {
        return 0.0;
    }
    terms.iter().enumerate().map(|(index, term)| term.weight * share(index)).sum::<f32>() / total
}
