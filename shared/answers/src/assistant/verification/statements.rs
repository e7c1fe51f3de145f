//! Splits pages into statements: figures and their subjects.

use std::collections::HashSet;
use std::ops::Range;
use std::rc::Rc;

use super::markdown::Sentences;
use super::same::{same_code, same_number, same_unit};
use super::subjects::{Subjects, is_of_kind};
use crate::library::evidence::{VariantFit, Variants};
use documents::units::{Unit, UnitKind, label};
use search::retrieval::analysis::{Figure, Language, Reading, figures, figures_in_words, unit_terms};

/// Words that begin a phrase which applies to everything after it: `With the engine cold, …`
const LEADING: &str = "with when if after before while once bei wenn nach vor sobald mit con cuando si tras antes \
    avec quand lorsque après avant";

/// Figures of a page and their subject.
pub(super) struct Statement {
    /// The context that it shares with other statements of its unit.
    unit: Rc<StatementContext>,
    /// Terms of the subject, its titles and heads.
    pub(super) words: HashSet<String>,
    /// The subject, without the figures.
    own: String,
    /// The text around the subject.
    around: String,
    readings: Vec<Reading>,
}

/// A unit that contains figures.
struct StatementContext {
    /// Its index on the pages.
    at: usize,
    is_row: bool,
    /// Its titles.
    over: String,
    /// The words of the previous sentence or step, which may name the subject.
    words_before: HashSet<String>,
    /// The figures in the lead of a row.
    led: Vec<Reading>,
    /// Units in a row or its lead, which may be those of its cells.
    units: Vec<String>,
}

/// Figures of one kind with the same subject.
struct Group {
    /// The range of the clause.
    clause: Range<usize>,
    figures: Vec<usize>,
}

impl Statement {
    /// The statements of a unit that follows another unit.
    pub(super) fn all_of((at, unit): (usize, &Unit), before: Option<&Unit>, subjects: &Subjects) -> Vec<Self> {
        let (text, language) = (without_label(unit), subjects.analyzer().language());
        let figures = figures_of(text, language);
        if figures.is_empty() {
            return Vec::new();
        }
        let is_row = unit.kind == UnitKind::Row;
        let clauses = if is_row { clauses_of_row(text, &figures) } else { clauses_of_prose(text, &figures, subjects) };
        let groups = groups(&figures, &clauses);
        // One with figures of its own speaks of something else.
        let goes_on = |before: &&Unit| {
            let are_prose = !is_row && before.kind != UnitKind::Row;
            before.task == unit.task && are_prose && figures_of(without_label(before), language).is_empty()
        };
        let before = before.filter(goes_on).map_or("", without_label);
        let over = if unit.lead.is_empty() { unit.titles.clone() } else { format!("{} {}", unit.titles, unit.lead) };
        let units = if is_row { unit_terms(&format!("{text}\n{over}")) } else { Vec::new() };
        let led = figures_of(&unit.lead, language);
        let said = Rc::new(StatementContext {
            at,
            is_row,
            over,
            words_before: subjects.words(before).into_iter().collect(),
            led: led.iter().flat_map(Figure::readings).cloned().collect(),
            units,
        });
        let ranges: Vec<Range<usize>> = figures.iter().map(|figure| figure.range.clone()).collect();
        // The first cell of a row, and a bare figure in another, tell which row it is.
        let key = if is_row { text.find("; ").unwrap_or(text.len()) } else { 0 };
        let names = |group: &Group| group.clause.start >= key && subjects.names(&without(text, &group.clause, &ranges));
        let kind = |group: &Group| group.figures.first().and_then(|at| figures.get(*at));
        let of = |group: &Group| {
            let is_rival = |other: &&Group| {
                let same_kind = kind(other).zip(kind(group)).is_some_and(|(one, other)| is_of_kind(one, other));
                same_kind && !overlap(&other.clause, &group.clause) && names(other)
            };
            let rivals: Vec<Range<usize>> = groups.iter().filter(is_rival).map(|other| other.clause.clone()).collect();
            let around = without(text, &(0..text.len()), &rivals);
            let own: Vec<&Figure> = group.figures.iter().filter_map(|at| figures.get(*at)).collect();
            let own_ranges: Vec<Range<usize>> = own.iter().map(|figure| figure.range.clone()).collect();
            Self {
                words: subjects.words(&format!("{} {around}", said.over)).into_iter().collect(),
                own: without(text, &group.clause, &own_ranges),
                around,
                readings: own.iter().flat_map(|figure| figure.readings()).cloned().collect(),
                unit: Rc::clone(&said),
            }
        };
        groups.iter().map(of).collect()
    }

    /// Whether the words of the statement or the previous one include this word.
    pub(super) fn knows(&self, word: &str) -> bool {
        self.words.contains(word) || self.unit.words_before.contains(word)
    }

    /// Whether both are in one sentence or step.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        self.unit.at == other.unit.at && !self.unit.is_row
    }

    /// How the statement fits these variants.
    pub(super) fn fit(&self, variants: &Variants) -> VariantFit {
        let own = variants.fit("", &self.own);
        if own == VariantFit::default() { variants.fit(&self.unit.over, &self.around) } else { own }
    }

    /// Whether the statement contains another figure of the same kind: a value with the same unit, or a code.
    pub(super) fn has_another(&self, reading: &Reading) -> bool {
        self.readings.iter().any(|other| match (reading, other) {
            (Reading::Value { unit, .. }, Reading::Value { unit: Some(other), .. }) => {
                same_unit(unit.as_deref(), Some(other))
            }
            (Reading::Value { unit: Some(unit), .. }, Reading::Value { unit: None, .. }) => {
                self.unit.is_row && self.unit.units.contains(unit)
            }
            (Reading::Code { .. }, Reading::Code { .. }) => true,
            _ => false,
        })
    }

    fn all(&self) -> impl Iterator<Item = &Reading> {
        self.readings.iter().chain(&self.unit.led)
    }

    /// Whether the statement or its lead contains a figure.
    pub(super) fn holds(&self, reading: &Reading, on_page: &[String]) -> bool {
        let unit = match reading {
            Reading::Value { unit, .. } => unit.as_deref(),
            Reading::Code { .. } => return self.all().any(|other| same_code(reading, other)),
        };
        let fits = |other: &Reading| match other {
            Reading::Value { unit: Some(other), .. } => same_unit(unit, Some(other)),
            // A cell's unit may stand in the head of its column.
            Reading::Value { unit: None, .. } => unit.is_some_and(|unit| {
                let names = |units: &[String]| units.iter().any(|known| known == unit);
                let own = &self.unit.units;
                self.unit.is_row && (names(own) || (own.is_empty() && names(on_page)))
            }),
            Reading::Code { .. } => false,
        };
        let Reading::Value { ends, .. } = reading else { return false };
        let of_unit: Vec<&Reading> = self.all().filter(|other| fits(other)).collect();
        let has_end = |end: &String| {
            of_unit.iter().any(|other| match other {
                Reading::Value { number, ends, .. } => number == end || ends.contains(end),
                Reading::Code { .. } => false,
            })
        };
        of_unit.iter().any(|other| same_number(reading, other)) || (!ends.is_empty() && ends.iter().all(has_end))
    }
}

/// The text of a unit without the label of a step, since steps with the same number may differ.
fn without_label(unit: &Unit) -> &str {
    let is_step = unit.kind == UnitKind::Step;
    let label = label(&unit.text).filter(|_| is_step);
    label.and_then(|label| unit.text.get(label.bytes..)).unwrap_or(&unit.text)
}

/// The clause of each figure of a row: its cell.
fn clauses_of_row(text: &str, figures: &[Figure]) -> Vec<Range<usize>> {
    let of = |figure: &Figure| {
        let begin = text.get(..figure.range.start).and_then(|before| before.rfind("; ")).map_or(0, |at| at + 2);
        let end = text.get(figure.range.end..).and_then(|rest| rest.find("; "));
        let end = end.map_or(text.len(), |at| figure.range.end + at);
        // What the row is about stands before a colon in its first cell.
        let cell = text.get(begin..figure.range.start).unwrap_or_default();
        let key = cell.rfind(": ").filter(|_| begin == 0).map_or(0, |at| at + 2);
        begin + key..end
    };
    figures.iter().map(of).collect()
}

/// The clause of each figure of a sentence. A figure without a subject of its own has that of the previous one: "to 40
/// N·m, then to 60 N·m".
fn clauses_of_prose(text: &str, figures: &[Figure], subjects: &Subjects) -> Vec<Range<usize>> {
    let sentences = Sentences::of(text);
    let mut clauses: Vec<Range<usize>> = Vec::with_capacity(figures.len());
    for (place, figure) in figures.iter().enumerate() {
        let sentence = sentences.around(&figure.range);
        let range = without_leading(text, subjects.of(text, figures, place, &sentence));
        let names = subjects.names(text.get(range.clone()).unwrap_or_default());
        let before = || {
            let before = figures.iter().zip(&clauses).rev().find(|(before, _)| is_of_kind(before, figure));
            before.map(|(_, clause)| clause.clone())
        };
        clauses.push(if names { range } else { before().unwrap_or(0..0) });
    }
    clauses
}

/// A clause without a leading phrase that applies to more: `With the engine cold, …`
fn without_leading(text: &str, range: Range<usize>) -> Range<usize> {
    let clause = text.get(range.clone()).unwrap_or_default();
    let first = clause.split_whitespace().next().unwrap_or_default().to_lowercase();
    let comma = clause.find(", ").filter(|_| LEADING.split_whitespace().any(|word| word == first));
    range.start + comma.map_or(0, |at| at + 2)..range.end
}

/// Groups figures of one kind whose clauses overlap, as they have the same subject: two units, the ends of a range.
fn groups(figures: &[Figure], clauses: &[Range<usize>]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (at, (figure, clause)) in figures.iter().zip(clauses).enumerate() {
        let is_own = |group: &&mut Group| {
            let first = group.figures.first().and_then(|at| figures.get(*at));
            let same = group.clause == *clause || overlap(&group.clause, clause);
            same && first.is_some_and(|first| is_of_kind(first, figure))
        };
        match groups.iter_mut().rev().find(is_own) {
            Some(group) => {
                group.figures.push(at);
                group.clause = group.clause.start.min(clause.start)..group.clause.end.max(clause.end);
            }
            None => groups.push(Group { clause: clause.clone(), figures: vec![at] }),
        }
    }
    groups
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

/// A part of a text without some ranges.
fn without(text: &str, stretch: &Range<usize>, parts: &[Range<usize>]) -> String {
    let is_left = |(at, _): &(usize, char)| stretch.contains(at) && !parts.iter().any(|part| part.contains(at));
    text.char_indices().filter(is_left).map(|(_, c)| c).collect()
}

/// The figures of a text, in digits or words, in order.
pub(super) fn figures_of(text: &str, language: Language) -> Vec<Figure> {
    let mut found = figures(text);
    if language == Language::English {
        // There, points and commas have one meaning.
        let has_one_meaning =
            |figure: &Figure| text.get(figure.range.clone()).is_some_and(|it| it.contains(['.', ',']));
        for figure in found.iter_mut().filter(|figure| has_one_meaning(figure)) {
            figure.others.clear();
        }
    }
    found.extend(figures_in_words(text, language));
    found.sort_by_key(|figure| figure.range.start);
    found
}
