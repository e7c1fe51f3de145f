//! Where on a page the words of a question are, and their weight there.

use std::collections::{HashMap, HashSet};

use super::terms::Term;
use super::{FoundPage, Question, weighted};
use documents::units::{Unit, UnitKind};
use search::retrieval::analysis::{Analyzer, measures};

/// Weight of a term in the lead of a row: the title of its table or a row that groups it.
const IN_LEAD: f32 = 0.95;
/// Weight in the titles of the section.
const IN_TITLES: f32 = 0.75;
/// Weight in the previous or next unit.
const NEARBY: f32 = 0.45;
/// Weight elsewhere on the page.
const ON_PAGE: f32 = 0.3;
/// Weight of the words of a compound that are apart: "spark plug" is not answered by sparks near a glow plug.
const APART: f32 = 0.6;
/// Maximum number of words between the parts of a compound.
const TOGETHER: usize = 2;
/// Weight of a word such as "torque" if the text only contains such a value.
const IMPLIED: f32 = 0.8;

/// The weights of the question's terms on a page.
pub(super) struct TermShares {
    pub(super) analyzer: Analyzer,
    /// In each unit, between 0 and 1.
    pub(super) own: Vec<Vec<f32>>,
    lead: Vec<Vec<f32>>,
    titles: Vec<Vec<f32>>,
    /// In the innermost title of each unit, if it is printed on the page.
    innermost: Vec<Vec<f32>>,
    /// Anywhere on the page, or in the file name.
    page: Vec<f32>,
}

impl TermShares {
    pub(super) fn find(page: &FoundPage, question: &Question, name: &str) -> Self {
        let terms = &question.terms;
        let analyzer = page.source.analyzer();
        let read = |text: &str| question.read(&analyzer, text);
        let mut all: HashSet<String> = read(name).into_iter().collect();
        // Most units of a page have the same over them.
        let mut known: HashMap<&str, Vec<f32>> = HashMap::new();
        for unit in &page.units {
            for over in [unit.lead.as_str(), unit.titles.as_str(), innermost(unit)] {
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
        // One that stands on an earlier page says less of this one.
        let printed: HashSet<&str> =
            page.units.iter().filter(|unit| unit.kind == UnitKind::Title).map(innermost).collect();
        let of_title = |unit: &Unit| Some(innermost(unit)).filter(|title| printed.contains(title)).map(over);
        let innermost = page.units.iter().map(|unit| of_title(unit).unwrap_or_default()).collect();
        let mut own = Vec::with_capacity(page.units.len());
        for unit in &page.units {
            let list = read(&unit.text);
            own.push(statement_shares(terms, unit, &list, read));
            all.extend(list);
        }
        let page = terms.iter().map(|term| term.share(&all)).collect();
        Self { analyzer, own, lead, titles, innermost, page }
    }

    /// The share of the terms, by weight, that are words in the innermost title of a unit, if it is printed on its
    /// page, since the number of a manual may be above all pages.
    pub(super) fn titled(&self, at: usize, terms: &[Term]) -> f32 {
        let titles = self.innermost.get(at).map_or(&[][..], Vec::as_slice);
        let is_word = |term: usize| terms.get(term).is_some_and(|term| !term.code && !term.number);
        weighted(terms, |term| titles.get(term).copied().filter(|_| is_word(term)).unwrap_or(0.0))
    }

    /// The weight of a term in the unit itself and the lead of its row.
    pub(super) fn close(&self, at: usize, term: usize) -> f32 {
        let of = |lists: &[Vec<f32>]| lists.get(at).and_then(|list| list.get(term)).copied().unwrap_or(0.0);
        of(&self.own).max(IN_LEAD * of(&self.lead))
    }

    /// The weight of a term for the unit at `at`.
    pub(super) fn share(&self, at: usize, term: usize) -> f32 {
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

/// The innermost title of a unit.
fn innermost(unit: &Unit) -> &str {
    unit.titles.rsplit(" > ").next().unwrap_or_default()
}

/// The weights of the terms in a unit. The items of a notice are separate statements: the best of them counts.
fn statement_shares(terms: &[Term], unit: &Unit, list: &[String], read: impl Fn(&str) -> Vec<String>) -> Vec<f32> {
    let whole = own_shares(terms, list, &unit.text);
    if unit.kind != UnitKind::Notice || unit.notice_items().nth(1).is_none() {
        return whole;
    }
    let held = |shares: &Vec<f32>| weighted(terms, |term| shares.get(term).copied().unwrap_or(0.0));
    let items = unit.notice_items().map(|item| own_shares(terms, &read(item), item));
    items.max_by(|a, b| held(a).total_cmp(&held(b))).unwrap_or(whole)
}

/// The weights of the terms in a text.
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

/// Which terms belong to a compound whose words are apart in a text.
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
