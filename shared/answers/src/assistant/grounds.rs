//! Determines which lines and rows of the cited pages support an answer.
//!
//! A model that quotes reports them itself. For other models, units of the cited pages are compared with the sentences
//! before each mark: those with their figures and words support them.

use std::collections::{BTreeSet, HashSet};

use super::essence::essence;
use super::mark_groups::{MarkGroup, mark_groups};
use super::model::QuotedPassage;
use crate::library::evidence::Source;
use crate::library::{Findings, Passage};
use documents::Spot;
use documents::units::{Unit, UnitKind};
use foundation::page_boxes::{MOST_BOXES, PageBox};
use search::retrieval::analysis::{Analyzer, Reading, figures};

/// Maximum number of units that support one statement.
const MOST_UNITS: usize = 4;
/// Maximum number of units of a passage if no unit contains its statements.
const MOST_OF_PASSAGE: usize = 12;
/// Minimum share of the best unit's score for further units.
const NEAR_BEST: f32 = 0.7;
/// Minimum share of a statement's words in a unit without its figures.
const ENOUGH_WORDS: f32 = 0.3;
/// Weight of figures relative to words.
const FIGURES: f32 = 2.0;
/// Minimum number of letters and digits of a unit that is searched in a passage.
const SHORTEST: usize = 8;

/// The areas of each cited passage, in order; empty if unknown.
pub(super) fn boxes(text: &str, cited: &[usize], findings: &Findings, quoted: &[QuotedPassage]) -> Vec<Vec<PageBox>> {
    let statements = statements(text);
    let of_citation = |(number, place): (u32, &usize)| {
        let quotations = quoted.iter().filter(|quoted| quoted.passage == *place);
        let mut spots: Vec<Spot> = quotations.flat_map(|quoted| &quoted.spots).copied().collect();
        if spots.is_empty() {
            let own = statements.iter().filter(|statement| statement.marks.contains(&number));
            let passage = findings.passages.get(*place);
            spots = passage.map_or_else(Vec::new, |passage| stated(own, passage, findings));
        }
        Spot::chosen(spots, MOST_BOXES).into_iter().map(PageBox::from).collect()
    };
    (1..).zip(cited).map(of_citation).collect()
}

/// A part of an answer, with the numbers of its citations.
#[derive(Debug, PartialEq, Eq)]
struct Statement<'a> {
    text: &'a str,
    marks: Vec<u32>,
}

/// The parts of an answer between its marks. A part without a mark in its line belongs to the marks before and after
/// it.
fn statements(text: &str) -> Vec<Statement<'_>> {
    let mut statements: Vec<Statement<'_>> = Vec::new();
    for line in text.lines() {
        let (mut begin, mut last) = (0, Vec::new());
        for MarkGroup { range, numbers } in mark_groups(line) {
            let text = line.get(begin..range.start).unwrap_or_default();
            statements.push(Statement { text, marks: numbers.clone() });
            (begin, last) = (range.end, numbers);
        }
        statements.push(Statement { text: line.get(begin..).unwrap_or_default(), marks: last });
    }
    statements.retain(|statement| !statement.marks.is_empty() || statement.text.chars().any(char::is_alphanumeric));
    let known: Vec<Vec<u32>> = statements.iter().map(|statement| statement.marks.clone()).collect();
    for (at, statement) in statements.iter_mut().enumerate().filter(|(_, statement)| statement.marks.is_empty()) {
        let (before, behind) = known.split_at(at);
        let before = before.iter().rev().find(|marks| !marks.is_empty());
        let behind = behind.iter().find(|marks| !marks.is_empty());
        statement.marks = before.into_iter().chain(behind).flatten().copied().collect();
    }
    statements
}

/// The words and figures of a unit, for comparison.
struct UnitTerms {
    words: HashSet<String>,
    readings: Vec<Reading>,
}

/// The areas that support the statements: the units first, then their titles and heads.
fn stated<'a>(
    statements: impl Iterator<Item = &'a Statement<'a>>,
    passage: &Passage,
    findings: &Findings,
) -> Vec<Spot> {
    let source = Source::of(findings, passage);
    let mut units = source.units(source.pages_of(&passage.hit));
    units.retain(|unit| unit.kind != UnitKind::Title && !unit.spots.is_empty());
    let analyzer = source.analyzer();
    let held = |unit: &Unit| UnitTerms {
        words: analyzer.terms(&format!("{} {}", unit.titles, unit.in_full())).into_iter().collect(),
        readings: readings(&unit.in_full()),
    };
    let held: Vec<UnitTerms> = units.iter().map(held).collect();
    let mut grounds: BTreeSet<usize> = statements.flat_map(|statement| grounds(statement, &held, &analyzer)).collect();
    if grounds.is_empty() {
        grounds = of_passage(&passage.hit.content, &units);
    }
    let chosen = || grounds.iter().filter_map(|at| units.get(*at));
    chosen().flat_map(|unit| &unit.spots).chain(chosen().flat_map(|unit| &unit.over)).copied().collect()
}

/// The indices of the units that support a statement.
fn grounds(statement: &Statement<'_>, units: &[UnitTerms], analyzer: &Analyzer) -> Vec<usize> {
    let words: HashSet<String> = analyzer.terms(statement.text).into_iter().collect();
    let figures = readings(statement.text);
    // A word that few units have tells more.
    let weight = |word: &String| {
        let holding = units.iter().filter(|unit| unit.words.contains(word)).count();
        if holding == 0 { 0.0 } else { 1.0 / number(holding) }
    };
    let weights: Vec<(&String, f32)> = words.iter().map(|word| (word, weight(word))).collect();
    let all: f32 = weights.iter().map(|(_, weight)| weight).sum();
    let judged = units.iter().enumerate().map(|(at, unit)| {
        let shared = figures.iter().filter(|figure| unit.readings.iter().any(|other| is_same(figure, other))).count();
        let known = weights.iter().filter(|(word, _)| unit.words.contains(*word)).map(|(_, weight)| weight);
        let share = if all > 0.0 { known.sum::<f32>() / all } else { 0.0 };
        let common = words.iter().filter(|word| unit.words.contains(*word)).count();
        let is_ground = shared > 0 || (share >= ENOUGH_WORDS && 2 * common >= words.len().min(4));
        let figures = if figures.is_empty() { 0.0 } else { FIGURES * number(shared) / number(figures.len()) };
        (at, if is_ground { figures + share } else { 0.0 })
    });
    let mut judged: Vec<(usize, f32)> = judged.filter(|(_, score)| *score > 0.0).collect();
    judged.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let best = judged.first().map_or(0.0, |(_, score)| *score);
    judged.into_iter().filter(|(_, score)| *score >= NEAR_BEST * best).take(MOST_UNITS).map(|(at, _)| at).collect()
}

/// The units that a passage consists of.
fn of_passage(content: &str, units: &[Unit]) -> BTreeSet<usize> {
    let content = essence(content);
    let is_part = |unit: &Unit| {
        let own = essence(&unit.text);
        own.len() >= SHORTEST && content.contains(&own)
    };
    let parts = units.iter().enumerate().filter(|(_, unit)| is_part(unit)).map(|(at, _)| at);
    parts.take(MOST_OF_PASSAGE).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts of one page")]
fn number(count: usize) -> f32 {
    count as f32
}

/// The figures of a text, without single digits, which may be steps or counts.
fn readings(text: &str) -> Vec<Reading> {
    let tells = |reading: &Reading| match reading {
        Reading::Value { number, unit, .. } => unit.is_some() || number.len() > 1,
        Reading::Code { code, .. } => code.len() > 1,
    };
    figures(text).into_iter().map(|figure| figure.reading).filter(tells).collect()
}

/// Whether two figures are the same. The unit of a cell may be in the head of its column.
fn is_same(one: &Reading, other: &Reading) -> bool {
    match (one, other) {
        (Reading::Value { number, ends, .. }, Reading::Value { number: other, ends: other_ends, .. }) => {
            number == other || other_ends.contains(number) || ends.contains(other)
        }
        (Reading::Code { code, with_prefix }, Reading::Code { code: other, with_prefix: other_with_prefix }) => {
            code == other || with_prefix.as_ref() == Some(other) || other_with_prefix.as_ref() == Some(code)
        }
        _ => false,
    }
}

#[cfg(test)]
#[path = "grounds_tests.rs"]
mod tests;
