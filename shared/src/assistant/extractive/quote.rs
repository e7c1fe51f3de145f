//! Quoting: from chosen units to whole statements, runs of steps and rows, as Markdown.

use std::path::Path;

use super::phrases::Tongue;
use crate::assistant::citations::escape;
use crate::documents::units::{Unit, UnitKind, warns};
use crate::library::Passage;
use crate::library::evidence::{Asked, Found, Question, Wanted};

/// Pages before the first step on which warnings are looked for.
const PAGES_BEFORE: u32 = 6;
/// Pages behind it on which the run may go on.
const PAGES_BEHIND: u32 = 3;
/// Characters of a run of steps that are quoted; the rest is named.
const LONGEST_RUN: usize = 2_400;
/// Characters around a step that is quoted for a value, and how far they reach to either side.
const AROUND_STEP: usize = 700;
const STAGES: usize = 4;
/// Warnings that are quoted, for a task and for a single step.
const WARNINGS: (usize, usize) = (8, 3);
/// A unit shorter than this is quoted with what follows it.
const SHORT: usize = 160;

/// Which part of a run of steps is quoted: its first and last step of how many, and the page on which the rest is.
type Part = ((u32, u32, u32), Option<u32>);

/// What is quoted of one page, with what belongs to it.
pub(super) struct Quotation {
    /// Warnings that stand before, in their order.
    warnings: Vec<Unit>,
    /// What is quoted, in reading order.
    units: Vec<Unit>,
    /// Whether a task was asked for, whose warnings come first.
    is_task: bool,
    /// Which part of a run it is, and the page on which the rest is.
    part: Option<Part>,
}

/// What is quoted of a page for these units of it.
pub(super) fn quotation(page: &Found, number: u32, chosen: &[usize], question: &Question) -> Quotation {
    let (wanted, asked) = (question.wanted, &question.asked);
    let around = page.source.units(number.saturating_sub(PAGES_BEFORE)..=number + PAGES_BEHIND);
    let first = around.iter().position(|unit| unit.page == number).unwrap_or(0);
    let mut picked = vec![false; around.len()];
    let mut part = None;
    for at in chosen {
        let Some(unit) = around.get(first + at) else { continue };
        let range = match unit.kind {
            UnitKind::Step if !matches!(wanted, Wanted::Value | Wanted::Number) => {
                let (range, of_run) = run(&around, first + at);
                part = part.or(of_run);
                range
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
    let quoted: Vec<usize> = (0..around.len()).filter(|at| picked.get(*at) == Some(&true)).collect();
    let warnings = warnings(&around, &quoted, wanted);
    let is_quoted = |at: &usize| around.get(*at).is_some_and(|unit| unit.kind != UnitKind::Title);
    let units = quoted.into_iter().filter(is_quoted).filter_map(|at| around.get(at).cloned()).collect();
    Quotation { warnings, units, is_task: wanted == Wanted::Procedure, part }
}

/// The whole run of steps around a step, with what stands between them; as much as is not too long.
fn run(units: &[Unit], at: usize) -> (Vec<usize>, Option<Part>) {
    let Some(place) = units.get(at).and_then(|unit| unit.place) else { return (vec![at], None) };
    // The steps of a sublist are told with the step that they belong to.
    let is_of_run =
        |unit: &Unit| unit.kind == UnitKind::Step && unit.place.is_some_and(|other| other.group == place.group);
    let steps: Vec<usize> = (0..units.len()).filter(|at| units.get(*at).is_some_and(is_of_run)).collect();
    let (Some(first), Some(last)) = (steps.first().copied(), steps.last().copied()) else { return (vec![at], None) };
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
    let number = |step: usize| units.get(step).and_then(|unit| unit.place).map_or(0, |place| place.at);
    let quoted: Vec<usize> = steps.iter().copied().filter(|step| (from..=to).contains(step)).collect();
    let ends = quoted.first().zip(quoted.last()).map(|(first, last)| (number(*first), number(*last), place.of));
    let rest = steps.iter().find(|step| **step > to).and_then(|step| units.get(*step)).map(|unit| unit.page);
    let part = ends.filter(|(first, last, all)| *first > 1 || last < all).map(|ends| (ends, rest));
    ((from..=to).collect(), part)
}

/// The last unit of a step: its sublist and what is noted to it belong to it.
fn end_of_step(units: &[Unit], step: usize, depth: u8) -> usize {
    let task = units.get(step).map(|unit| unit.task);
    let belongs = |unit: &&Unit| {
        let deeper = unit.kind == UnitKind::Step && unit.place.is_some_and(|place| place.depth > depth);
        Some(unit.task) == task && deeper
    };
    step + units.iter().skip(step + 1).take_while(belongs).count()
}

/// A step with the values before and behind it, since a torque is often reached in stages.
fn around_step(units: &[Unit], at: usize, asked: &Asked) -> Vec<usize> {
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

/// A row with those that go on from it: further stages and columns of the same thing.
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

/// A statement; one that only introduces is told with what it introduces, and one that tells a value with the
/// values beside it.
fn statement(units: &[Unit], at: usize, asked: &Asked) -> Vec<usize> {
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

/// The warnings of the task that stand before what is quoted, the nearest where there are many.
fn warnings(units: &[Unit], quoted: &[usize], wanted: Wanted) -> Vec<Unit> {
    let steps = quoted.iter().copied().filter(|at| units.get(*at).is_some_and(|unit| unit.kind == UnitKind::Step));
    let (Some(first), is_task) = (steps.min(), wanted == Wanted::Procedure) else { return Vec::new() };
    let task = units.get(first).map(|unit| unit.task);
    let is_warning = |unit: &&Unit| Some(unit.task) == task && unit.kind == UnitKind::Notice && warns(&unit.text);
    let most = if is_task { WARNINGS.0 } else { WARNINGS.1 };
    let before = units.get(..first).unwrap_or_default().iter().rev().filter(is_warning);
    let mut found: Vec<Unit> = Vec::new();
    for unit in before {
        let is_known = found.iter().any(|known| known.text == unit.text);
        if found.len() < most && !is_known {
            found.push(unit.clone());
        }
    }
    found.reverse();
    found
}

impl Quotation {
    /// The quotation in Markdown, its source behind it: `number` is that of the passage. What was `told`
    /// already is left out.
    pub(super) fn write(
        &self,
        (passage, number, naming): (&Passage, usize, Naming),
        (tongue, told): (Tongue, &mut Vec<String>),
    ) -> String {
        let warnings: Vec<&Unit> = self.warnings.iter().filter(|unit| is_new(told, unit)).collect();
        let units: Vec<&Unit> = self.units.iter().filter(|unit| is_new(told, unit)).collect();
        if units.is_empty() {
            return String::new();
        }
        let mut text = String::new();
        let warned = |text: &mut String| warnings.iter().for_each(|unit| text.push_str(&line(&unit.text)));
        if !warnings.is_empty() && self.is_task {
            text.push_str(&format!("{}\n\n", tongue.warnings()));
            warned(&mut text);
            text.push('\n');
        }
        let mut lead = "";
        for unit in &units {
            if !unit.lead.is_empty() && unit.lead != lead {
                text.push_str(&line(&unit.lead));
            }
            lead = &unit.lead;
            text.push_str(&line(&unit.text));
        }
        if !warnings.is_empty() && !self.is_task {
            // Who asks for a value hears the value first.
            text.truncate(text.trim_end_matches(['>', '\n', ' ']).len());
            text.push_str(&format!("\n\n{}\n\n", tongue.mind()));
            warned(&mut text);
        }
        // The last empty line of the quotation goes.
        text.truncate(text.trim_end_matches(['>', '\n', ' ']).len());
        if let Some((steps, rest)) = self.part {
            text.push_str(&format!("\n\n{}", tongue.part_of_run(steps, rest)));
        }
        text.push_str(&format!("\n\n{}", naming.source(passage, &units, number, tongue)));
        text
    }
}

/// Whether the unit was not told yet; it is from now on.
fn is_new(told: &mut Vec<String>, unit: &Unit) -> bool {
    let essence: String = unit.in_full().chars().filter(|c| c.is_alphanumeric()).collect();
    let is_new = !told.contains(&essence);
    if is_new {
        told.push(essence);
    }
    is_new
}

/// How a source is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// `Page 12 of pump.pdf, 2-27. OIL PUMP [1]`
    Written,
    /// `Page 12 of pump [1]`
    Aloud,
}

impl Naming {
    fn source(self, passage: &Passage, units: &[&Unit], number: usize, tongue: Tongue) -> String {
        let hit = &passage.hit;
        let widen = |(first, last): (u32, u32), unit: &&Unit| (first.min(unit.page), last.max(unit.page_end));
        let pages = units.iter().fold((hit.page, hit.page), widen);
        let file = &hit.file_name;
        match self {
            Self::Aloud => {
                let name = Path::new(file).file_stem().map_or(file.into(), std::ffi::OsStr::to_string_lossy);
                format!("{} [{number}]", tongue.source(&escape(&name), pages))
            }
            Self::Written => {
                let title = units.first().and_then(|unit| unit.titles.rsplit(" > ").next()).unwrap_or_default().trim();
                let title = if title.is_empty() { String::new() } else { format!(", {}", escape(title)) };
                format!("{}{title} [{number}]", tongue.source(&escape(file), pages))
            }
        }
    }
}

/// A paragraph of a quotation. A number at its start stays what it is.
fn line(text: &str) -> String {
    let escaped = escape(text);
    let digits = escaped.bytes().take_while(u8::is_ascii_digit).count();
    let marked = escaped.get(digits..).is_some_and(|rest| rest.starts_with(['.', ')']));
    if digits > 0 && marked {
        let (number, rest) = escaped.split_at(digits);
        return format!("> {number}\\{rest}\n>\n");
    }
    let bulleted = escaped.starts_with(['-', '+', '~', '=']);
    format!("> {}{escaped}\n>\n", if bulleted { "\\" } else { "" })
}
