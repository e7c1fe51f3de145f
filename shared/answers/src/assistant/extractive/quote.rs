//! Builds quotations: from chosen units to whole statements, runs of steps and rows.

mod written;

use std::ops::RangeInclusive;

pub(super) use self::written::Naming;
pub(in crate::assistant) use self::written::line;
use crate::assistant::procedure::{self, OpenedProcedure};
use crate::assistant::warnings;
use crate::library::evidence::{AnswerKind, FoundPage, Question, RequestedValue};
use documents::Spot;
use documents::units::{Unit, UnitKind, warnings_of};
use shared::store::{Warning, WarningKind};

/// Maximum length of a quoted run of steps in characters. The rest is mentioned.
const LONGEST_RUN: usize = 2_400;
/// Maximum length of the context of a step that is quoted for a value, in characters, and its extent to either side.
const AROUND_STEP: usize = 700;
const STAGES: usize = 4;
/// Maximum number of digits of a part's number in a drawing.
const MOST_DIGITS: usize = 3;
/// A unit shorter than this is quoted with the next one.
const SHORT: usize = 160;

/// The quoted part of a run of steps: first step, last step, number of steps, and the page of the rest.
type Part = ((u32, u32, u32), Option<u32>);

/// A quotation from one page, with its warnings.
pub(super) struct Quotation {
    /// Warnings that apply to the quoted units and are not among them, in order.
    warnings: Vec<Unit>,
    /// Pages with more warnings.
    more: Vec<u32>,
    /// The quoted units, in reading order.
    units: Vec<Unit>,
    /// The part of a run of steps, if it is one.
    part: Option<Part>,
    /// The procedure that it starts.
    pub(super) begun: Option<OpenedProcedure>,
}

/// Builds the quotation for the chosen units of a page.
pub(super) fn quotation(page: &FoundPage, number: u32, chosen: &[usize], question: &Question) -> Quotation {
    let (wanted, asked) = (question.wanted, &question.asked);
    let around = page.source.around(number..=number);
    let first = around.iter().position(|unit| unit.page == number).unwrap_or(0);
    let mut picked = vec![false; around.len()];
    let mut group = None;
    for at in chosen {
        let Some(unit) = around.get(first + at) else { continue };
        let range = match unit.kind {
            UnitKind::Step if !matches!(wanted, AnswerKind::Value | AnswerKind::Number) => {
                group = group.or(unit.place.map(|place| place.group));
                run(&around, first + at)
            }
            UnitKind::Step => around_step(&around, first + at, asked),
            UnitKind::Row => rows(&around, first + at),
            _ => statement(&around, first + at, asked),
        };
        for place in range {
            if let Some(place) = picked.get_mut(place) {
                *place = true;
            }
        }
    }
    let part = group.and_then(|group| part_of_run(&around, group, &mut picked));
    let quoted: Vec<usize> = (0..around.len()).filter(|at| picked.get(*at) == Some(&true)).collect();
    let before = warnings_of(&around, &quoted).into_iter().filter(|at| !quoted.contains(at));
    let before: Vec<Unit> = before.filter_map(|at| around.get(at).cloned()).collect();
    let weight = |unit: &Unit| {
        let warning = warnings::warning(unit, "");
        (warning.map_or(WarningKind::Caution, |warning| warning.kind), unit.text.len(), unit.page)
    };
    let inside = quoted.iter().filter(|at| around.get(**at).is_some_and(|unit| unit.hazard().is_some())).count();
    let (warnings, more) = warnings::kept(before, warnings::MOST.saturating_sub(inside), weight);
    let tells_steps = !matches!(wanted, AnswerKind::Value | AnswerKind::Number);
    let begun = if tells_steps { procedure::begun(&around, &quoted) } else { None };
    let is_quoted = |at: &usize| around.get(*at).is_some_and(|unit| unit.kind != UnitKind::Title && !is_callout(unit));
    let units = quoted.into_iter().filter(is_quoted).filter_map(|at| around.get(at).cloned()).collect();
    Quotation { warnings, more, units, part, begun }
}

/// Whether a unit consists of part numbers in a drawing only: `29; 31`.
fn is_callout(unit: &Unit) -> bool {
    let is_number = |part: &str| part.len() <= MOST_DIGITS && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = unit.text.split([' ', ';', ',']).filter(|part| !part.is_empty());
    unit.place.is_none() && unit.lead.is_empty() && parts.all(is_number)
}

/// The steps of a run. Substeps belong to their step.
pub(in crate::assistant) fn steps_of(units: &[Unit], group: u32) -> Vec<usize> {
    let is_of_run = |unit: &Unit| unit.kind == UnitKind::Step && unit.place.is_some_and(|place| place.group == group);
    (0..units.len()).filter(|at| units.get(*at).is_some_and(is_of_run)).collect()
}

/// The whole run around a step, with the units between its steps, up to the maximum length.
fn run(units: &[Unit], at: usize) -> Vec<usize> {
    let Some(place) = units.get(at).and_then(|unit| unit.place) else { return vec![at] };
    let steps = steps_of(units, place.group);
    let (Some(first), Some(last)) = (steps.first().copied(), steps.last().copied()) else { return vec![at] };
    let length = |from: usize, to: usize| {
        units.get(from..=to).unwrap_or_default().iter().map(|unit| unit.text.len()).sum::<usize>()
    };
    let (mut from, mut to) = (first, end_of_step(units, last, place.depth));
    if length(from, to) > LONGEST_RUN {
        // From the step on, with what leads up to it where there is room.
        (from, to) = (at, end_of_step(units, at, place.depth));
        loop {
            let before = steps.iter().rev().find(|step| **step < from && length(**step, to) <= LONGEST_RUN);
            let behind = steps
                .iter()
                .find(|step| **step > to && length(from, end_of_step(units, **step, place.depth)) <= LONGEST_RUN);
            match (behind, before) {
                (Some(step), _) => to = end_of_step(units, *step, place.depth),
                (None, Some(step)) => from = *step,
                (None, None) => break,
            }
        }
    }
    (from..=to).collect()
}

/// The quoted part of a run. Adds steps between the quoted ones, so that none is missing; if there are too many,
/// returns `None`.
fn part_of_run(units: &[Unit], group: u32, picked: &mut [bool]) -> Option<Part> {
    let steps = steps_of(units, group);
    let mut quoted = steps.iter().copied().filter(|step| picked.get(*step) == Some(&true));
    let first = quoted.next()?;
    let last = quoted.next_back().unwrap_or(first);
    let length: usize = units.get(first..=last)?.iter().map(|unit| unit.text.len()).sum();
    if length > 2 * LONGEST_RUN {
        return None;
    }
    picked.get_mut(first..=last)?.fill(true);
    let place = |step: usize| units.get(step).and_then(|unit| unit.place);
    let ((from, all), to) = (place(first).map(|place| (place.at, place.of))?, place(last)?.at);
    let rest = steps.iter().find(|step| **step > last).and_then(|step| units.get(*step)).map(|unit| unit.page);
    (from > 1 || to < all).then_some(((from, to, all), rest))
}

/// The last unit of a step, including its substeps and notes.
pub(in crate::assistant) fn end_of_step(units: &[Unit], step: usize, depth: u8) -> usize {
    let task = units.get(step).map(|unit| unit.task);
    let is_deeper = |unit: &Unit| unit.kind == UnitKind::Step && unit.place.is_some_and(|place| place.depth > depth);
    // Notices and text between the steps of a sublist are passed over.
    let belongs = |unit: &&Unit| {
        Some(unit.task) == task && (is_deeper(unit) || matches!(unit.kind, UnitKind::Notice | UnitKind::Text))
    };
    let behind = units.iter().skip(step + 1).take_while(belongs);
    let last = behind.enumerate().filter(|(_, unit)| is_deeper(unit)).last();
    last.map_or(step, |(at, _)| step + 1 + at)
}

/// A step with neighbouring steps that have values, since a torque is often reached in stages.
fn around_step(units: &[Unit], at: usize, asked: &RequestedValue) -> Vec<usize> {
    let task = units.get(at).map(|unit| unit.task);
    let tells = |at: usize| {
        units.get(at).is_some_and(|unit| {
            let is_prose = matches!(unit.kind, UnitKind::Step | UnitKind::Text);
            is_prose && Some(unit.task) == task && asked.is_value() && asked.is_in(&unit.text)
        })
    };
    let (mut from, mut to) = (at, at);
    let mut room = AROUND_STEP;
    for _ in 0..STAGES {
        for (next, end) in [(to + 1, &mut to), (from.wrapping_sub(1), &mut from)] {
            let length = units.get(next).map_or(usize::MAX, |unit| unit.text.len());
            if tells(next) && length <= room {
                room -= length;
                *end = next;
            }
        }
    }
    (from..=to).collect()
}

/// A row with those that continue it: further stages and columns.
fn rows(units: &[Unit], at: usize) -> Vec<usize> {
    let Some(unit) = units.get(at) else { return Vec::new() };
    let key = unit.text.split(':').next().unwrap_or_default();
    let path = if unit.lead.is_empty() { key.to_owned() } else { format!("{} > {key}", unit.lead) };
    let goes_on = |other: &&Unit| {
        other.kind == UnitKind::Row && (other.lead == path || other.lead.starts_with(&format!("{path} > ")))
    };
    let below = units.iter().skip(at + 1).take(8).take_while(goes_on).count();
    (at..=at + below).collect()
}

/// A statement. An introduction is quoted with what it introduces, a value with neighbouring values.
fn statement(units: &[Unit], at: usize, asked: &RequestedValue) -> Vec<usize> {
    let Some(unit) = units.get(at) else { return Vec::new() };
    let introduces = unit.text.ends_with(':') && unit.kind != UnitKind::Notice;
    let is_item = |other: &&Unit| matches!(other.kind, UnitKind::Step | UnitKind::Row | UnitKind::Text);
    let count = if introduces { 10 } else { usize::from(unit.text.chars().count() < SHORT) };
    let behind = units.iter().skip(at + 1).take(count).take_while(is_item);
    let end = at + behind.take_while(|other| other.task == unit.task).count();
    let tells = |at: usize| {
        units.get(at).is_some_and(|other| {
            other.kind == UnitKind::Text && other.task == unit.task && asked.is_value() && asked.is_in(&other.text)
        })
    };
    let start = if tells(at.wrapping_sub(1)) { at - 1 } else { at };
    (start..=if tells(end + 1) { end + 1 } else { end }).collect()
}

impl Quotation {
    /// Its pages, including those of its warnings. `page` is that of the passage.
    pub(super) fn pages(&self, page: u32) -> RangeInclusive<u32> {
        let all = self.warnings.iter().chain(&self.units);
        let (first, last) =
            all.fold((page, page), |(first, last), unit| (first.min(unit.page), last.max(unit.page_end)));
        first..=last
    }

    /// Its areas: first those of the quoted units, then of the warnings, then of the tables' heads.
    pub(super) fn spots(&self) -> Vec<Spot> {
        let all = || self.units.iter().chain(&self.warnings);
        all().flat_map(|unit| &unit.spots).chain(all().flat_map(|unit| &unit.over)).copied().collect()
    }

    /// All its warnings.
    pub(super) fn warnings(&self, document_id: &str) -> Vec<Warning> {
        self.warnings.iter().chain(&self.units).filter_map(|unit| warnings::warning(unit, document_id)).collect()
    }
}
