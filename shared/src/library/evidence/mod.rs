//! How much of a question each unit of the pages found answers.
//!
//! The search judges whole pages. What is quoted, and which of the best pages comes first, is decided by their
//! units: rows, steps, warnings and sentences.

mod definition;
mod quantity;
mod sources;
mod telling;
mod terms;
mod variants;
mod wanted;

use std::collections::{HashMap, HashSet};

use self::definition::defines;
use self::sources::Source;
use self::variants::{Fit, Variants};
use super::Findings;
use crate::documents::units::{Unit, UnitKind};
use crate::retrieval::analysis::{Analyzer, Initials, measures};
use crate::retrieval::is_part_number;

pub(crate) use self::quantity::{Asked, has_any_value};
pub(crate) use self::telling::Telling;
pub(crate) use self::terms::Term;
pub(crate) use self::wanted::Wanted;

/// What a term counts that stands over a row: in the title of its table or in a row that groups it.
const IN_LEAD: f32 = 0.95;
/// What it counts in the titles of the section.
const IN_TITLES: f32 = 0.75;
/// What it counts in the unit before or behind.
const NEARBY: f32 = 0.45;
/// What it counts elsewhere on the page.
const ON_PAGE: f32 = 0.3;
/// What the two words of a compound count that stand apart from each other: "spark plug" is not answered
/// by sparks near a glow plug.
const APART: f32 = 0.6;
/// Words between which a compound still stands together.
const TOGETHER: usize = 2;
/// What a word such as "torque" counts where only a value of its kind stands.
const IMPLIED: f32 = 0.8;

/// What a unit counts more that says what the thing is that was asked about.
const DEFINES: f32 = 0.35;

/// Pages, best first, whose order is decided again by their units.
pub(super) const REORDERED: usize = 5;
/// What the search says of these pages against their best unit: by its score, and by its order.
const SEARCHED: f32 = 1.5;
const FOUND_FIRST: f32 = 0.2;

/// What a question is, for judging units.
pub(crate) struct Question {
    pub(crate) terms: Vec<Term>,
    pub(crate) asked: Asked,
    pub(crate) wanted: Wanted,
    variants: Variants,
    initials: Initials,
}

impl Question {
    /// Reads a question that was searched for.
    pub(crate) fn of(text: &str, findings: &Findings) -> Self {
        let asked = Asked::of(text);
        let terms = terms::terms(text, &findings.vocabulary, &file_names(findings));
        Self {
            initials: Initials::of(terms.iter().flat_map(Term::index_terms)),
            terms,
            wanted: Wanted::of(text, &asked),
            asked,
            variants: Variants::of(&findings.query.text),
        }
    }

    /// The index terms of a text in their order; those that the question does not hold may be left empty.
    fn read(&self, analyzer: &Analyzer, text: &str) -> Vec<String> {
        let mut list = Vec::new();
        analyzer.each_place_like(text, &self.initials, |term| list.push(term.unwrap_or_default().to_owned()));
        list
    }
}

/// The words of the manuals' file names: a question may name a manual that never names itself.
fn file_names(findings: &Findings) -> HashSet<String> {
    let lower = findings.passages.iter().map(|passage| passage.hit.file_name.to_lowercase());
    let words = |name: String| name.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>();
    lower.flat_map(words).filter(|word| !word.is_empty()).collect()
}

/// A page that was found, with its units.
pub(crate) struct Found {
    /// The passage's place among those found.
    pub(crate) passage: usize,
    pub(crate) source: Source,
    pub(crate) units: Vec<Unit>,
}

/// A unit judged.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    /// The place of its page among the pages judged.
    pub(crate) page: usize,
    /// Its place among the units of the page.
    pub(crate) at: usize,
    /// What speaks for it, apart from what the search says of its page.
    own: f32,
    /// What it is chosen by.
    pub(crate) score: f32,
    /// What each term counts for it.
    pub(crate) shares: Vec<f32>,
    /// The share of the terms, by weight, that stand in the unit and over it.
    pub(crate) coverage: f32,
    /// The same of the unit itself, with what stands over a row.
    pub(crate) close: f32,
    /// The cosine of the passage that it stands in.
    pub(crate) cosine: f32,
    /// Whether a value that was asked for is there, or none was.
    pub(crate) value: bool,
    pub(crate) fit: Fit,
}

/// The pages that can be quoted, in the order in which they were found.
pub(crate) fn pages(findings: &Findings) -> Vec<Found> {
    first_pages(findings, findings.passages.len())
}

fn first_pages(findings: &Findings, most: usize) -> Vec<Found> {
    let passages = findings.passages.iter().enumerate().take(most);
    passages
        .filter(|(_, passage)| !passage.hit.navigation)
        .map(|(passage, found)| {
            let source = Source::of(findings, found);
            Found { passage, units: source.units(found.hit.page..=found.hit.page), source }
        })
        .collect()
}

/// All units of these pages that can answer, the best first.
pub(crate) fn judge(findings: &Findings, pages: &[Found], question: &Question) -> Vec<Candidate> {
    let mut judged: Vec<Candidate> =
        pages.iter().enumerate().flat_map(|(at, page)| judge_page(findings, (at, page), question)).collect();
    judged.sort_by(|a, b| b.score.total_cmp(&a.score).then((a.page, a.at).cmp(&(b.page, b.at))));
    judged
}

/// Puts the best pages in the order of their best units: a page is found for all that stands on it, and is wanted for
/// one row, step or sentence. The scores stay those of the places.
pub(super) fn reorder(findings: &mut Findings) {
    let question = Question::of(findings.query.question(), findings);
    if question.terms.is_empty() {
        return;
    }
    let pages = first_pages(findings, REORDERED);
    let judged = judge(findings, &pages, &question);
    let first = findings.passages.iter().take(REORDERED).enumerate();
    let mut order: Vec<(f32, usize)> = first
        .map(|(at, passage)| {
            let units = judged.iter().filter(|unit| pages.get(unit.page).is_some_and(|page| page.passage == at));
            let best = units.map(|unit| unit.own).fold(f32::NEG_INFINITY, f32::max);
            #[expect(clippy::cast_precision_loss, reason = "a few places")]
            let place = at as f32;
            (best + SEARCHED * passage.hit.score + FOUND_FIRST / (1.0 + place), at)
        })
        .collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let scores: Vec<f32> = findings.passages.iter().map(|passage| passage.hit.score).collect();
    let rest = findings.passages.split_off(order.len());
    let mut first: Vec<_> = order.iter().filter_map(|(_, at)| findings.passages.get(*at).cloned()).collect();
    for (passage, score) in first.iter_mut().zip(scores) {
        passage.hit.score = score;
    }
    first.extend(rest);
    findings.passages = first;
}

fn judge_page(findings: &Findings, (place, page): (usize, &Found), question: &Question) -> Vec<Candidate> {
    let Some(passage) = findings.passages.get(page.passage) else { return Vec::new() };
    let held = Held::find(page, question, &format!("{} {}", passage.hit.file_name, passage.hit.heading));
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
                Wanted::Number => has_number(&unit.text),
                _ => !question.asked.is_value() || question.asked.is_in(&unit.text),
            };
            let cosine = cosine(unit);
            let own = held.own.get(at).map_or(&[][..], Vec::as_slice);
            let defines = question.wanted == Wanted::Definition && defines(&held.analyzer, &question.terms, &unit.text);
            let kind = if defines { DEFINES } else { kind_bonus(question, unit, value) };
            let bonus = kind + fit_bonus(fit) + exact_bonus(&question.terms, own, unit.kind);
            let own_merit = coverage + 0.6 * (cosine - 0.3) + bonus;
            let score = own_merit + 0.35 * passage.hit.score + rank_bonus(place);
            Candidate { page: place, at, own: own_merit, score, shares, coverage, close, cosine, value, fit }
        })
        .collect()
}

fn fit_bonus(fit: Fit) -> f32 {
    let count = |count: usize| if count > 0 { 1.0 } else { 0.0 };
    0.08 * count(fit.named) - 0.3 * count(fit.others)
}

/// Codes, and in rows numbers, that a unit holds as they were asked for.
fn exact_bonus(terms: &[Term], own: &[f32], kind: UnitKind) -> f32 {
    let held = |is: fn(&Term) -> bool| terms.iter().zip(own).any(|(term, share)| is(term) && *share >= 1.0);
    let code = if held(|term| term.code && term.known) { 0.25 } else { 0.0 };
    let number = if kind == UnitKind::Row && held(|term| term.number) { 0.12 } else { 0.0 };
    code + number
}

/// What the search says of the page: the first ones more often hold the answer.
fn rank_bonus(place: usize) -> f32 {
    [0.15, 0.1, 0.06, 0.03].get(place).copied().unwrap_or(0.0)
}

/// What speaks for a unit beside its words: that it is the kind of thing that was asked for.
fn kind_bonus(question: &Question, unit: &Unit, value: bool) -> f32 {
    let lower = unit.text.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let mut bonus = match question.wanted {
        Wanted::Value => 0.0,
        Wanted::Number => {
            if value {
                0.18
            } else {
                -0.12
            }
        }
        Wanted::Procedure => {
            if unit.kind == UnitKind::Step {
                0.1
            } else {
                0.0
            }
        }
        Wanted::Remedy => {
            if is_about_trouble(unit) {
                0.12
            } else {
                0.0
            }
        }
        Wanted::Definition => 0.0,
        Wanted::Warning if unit.kind == UnitKind::Notice => 0.12,
        Wanted::Warning => {
            if says(&["not ", "never", "must", "only", "nicht", "no ", "ne "]) {
                0.04
            } else {
                0.0
            }
        }
        Wanted::Statement => 0.0,
    };
    if question.asked.is_value() && question.wanted != Wanted::Number {
        bonus += if value { 0.18 } else { -0.12 };
    }
    if unit.kind == UnitKind::Notice && question.wanted != Wanted::Warning {
        bonus -= 0.08;
    }
    if unit.text.chars().count() < 25 && unit.kind == UnitKind::Text {
        bonus -= 0.15;
    }
    bonus
}

/// Whether a unit holds a value or number of the kind that is asked for.
pub(crate) fn tells(asked: &Asked, unit: &Unit) -> bool {
    (asked.is_number() && has_number(&unit.text)) || (asked.is_value() && asked.is_in(&unit.text))
}

fn has_number(text: &str) -> bool {
    text.split([' ', ',', ';', '(', ')']).any(is_part_number)
}

/// Whether the unit stands in a table or section on faults.
fn is_about_trouble(unit: &Unit) -> bool {
    let over = format!("{} {} {}", unit.titles, unit.lead, unit.text).to_lowercase();
    ["troubl", "malfunction", "symptom", "probable cause", "corrective action", "fault", "störung", "avería", "panne"]
        .iter()
        .any(|word| over.contains(word))
}

/// What the question's terms count where on a page.
struct Held {
    analyzer: Analyzer,
    /// In each unit, between 0 and 1.
    own: Vec<Vec<f32>>,
    lead: Vec<Vec<f32>>,
    titles: Vec<Vec<f32>>,
    /// Anywhere on the page, or in the name of the file.
    page: Vec<f32>,
}

impl Held {
    fn find(page: &Found, question: &Question, name: &str) -> Self {
        let terms = &question.terms;
        let analyzer = page.source.analyzer();
        let read = |text: &str| question.read(&analyzer, text);
        let mut all: HashSet<String> = read(name).into_iter().collect();
        // Most units of a page have the same over them.
        let mut known: HashMap<&str, Vec<f32>> = HashMap::new();
        for unit in &page.units {
            for over in [unit.lead.as_str(), unit.titles.as_str()] {
                known.entry(over).or_insert_with(|| {
                    let found: HashSet<String> = read(over).into_iter().collect();
                    let shares = terms.iter().map(|term| term.share(&found)).collect();
                    if over == unit.lead {
                        all.extend(found);
                    }
                    shares
                });
            }
        }
        let over = |text: &str| known.get(text).cloned().unwrap_or_default();
        let (lead, titles) = page.units.iter().map(|unit| (over(&unit.lead), over(&unit.titles))).unzip();
        let mut own = Vec::with_capacity(page.units.len());
        for unit in &page.units {
            let list = read(&unit.text);
            own.push(own_shares(terms, &list, &unit.text));
            all.extend(list);
        }
        let page = terms.iter().map(|term| term.share(&all)).collect();
        Self { analyzer, own, lead, titles, page }
    }

    /// What a term counts in the unit itself and over its row.
    fn close(&self, at: usize, term: usize) -> f32 {
        let of = |lists: &[Vec<f32>]| lists.get(at).and_then(|list| list.get(term)).copied().unwrap_or(0.0);
        of(&self.own).max(IN_LEAD * of(&self.lead))
    }

    /// What a term counts for the unit at `at`.
    fn share(&self, at: usize, term: usize) -> f32 {
        let of = |lists: &[Vec<f32>], at: Option<usize>| {
            at.and_then(|at| lists.get(at)).and_then(|list| list.get(term)).copied().unwrap_or(0.0)
        };
        let around = of(&self.own, at.checked_sub(1)).max(of(&self.own, Some(at + 1)));
        let places = [
            of(&self.own, Some(at)),
            IN_LEAD * of(&self.lead, Some(at)),
            IN_TITLES * of(&self.titles, Some(at)),
            NEARBY * around,
            ON_PAGE * self.page.get(term).copied().unwrap_or(0.0),
        ];
        places.into_iter().fold(0.0, f32::max)
    }
}

/// What each term counts in a text that was read.
fn own_shares(terms: &[Term], list: &[String], text: &str) -> Vec<f32> {
    let found: HashSet<String> = list.iter().cloned().collect();
    let apart = apart(terms, list);
    let is_value_wanted = terms.iter().any(|term| term.wanted.is_any());
    let measures = if is_value_wanted { measures(text) } else { Vec::new() };
    let share = |(term, apart): (&Term, bool)| {
        let held = term.share(&found) * if apart { APART } else { 1.0 };
        let implied = measures.iter().any(|unit| term.wanted.is(unit));
        if implied { held.max(IMPLIED) } else { held }
    };
    terms.iter().zip(apart).map(share).collect()
}

/// Which terms belong to a compound whose words a text holds apart from each other.
fn apart(terms: &[Term], text: &[String]) -> Vec<bool> {
    let mut apart = vec![false; terms.len()];
    for (at, pair) in terms.windows(2).enumerate() {
        let [first, second] = pair else { continue };
        if !second.compound {
            continue;
        }
        let (firsts, seconds) = (first.places(text), second.places(text));
        let near = |a: &usize| seconds.iter().any(|b| a.abs_diff(*b) <= TOGETHER);
        if !firsts.is_empty() && !seconds.is_empty() && !firsts.iter().any(near) {
            apart.iter_mut().skip(at).take(2).for_each(|apart| *apart = true);
        }
    }
    apart
}

/// The weighted mean of what each term counts.
pub(crate) fn weighted(terms: &[Term], share: impl Fn(usize) -> f32) -> f32 {
    let total: f32 = terms.iter().map(|term| term.weight).sum();
    if total <= 0.0 {
        return 0.0;
    }
    terms.iter().enumerate().map(|(index, term)| term.weight * share(index)).sum::<f32>() / total
}
