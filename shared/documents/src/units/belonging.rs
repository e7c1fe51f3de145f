//! Which warnings apply to which steps.
//!
//! A warning applies to the steps that follow it:
//!
//! - between steps: to the next step and the rest of its run, including the runs that contain it;
//! - before the first step of a section: to everything in that section;
//! - after the last step of a section: to the run before it, since there is nothing else that it could apply to;
//! - in a section without steps: to the steps of the next section, if that has no number, since its title may be the
//!   label of a figure;
//! - between the rows of a table: to the next row and the rows that continue it.
//!
//! It never applies beyond its task (the numbered section or chapter), so general pages on safety do not apply to what
//! is quoted from elsewhere. Text without a label counts as a step if it directly follows a warning.

use super::{Unit, UnitKind};
use crate::outline::is_numbered;

/// The indices of the warnings that apply to the units at the indices `quoted`, in reading order and including those
/// among them. `units` are those of consecutive pages.
#[must_use]
pub fn warnings_of(units: &[Unit], quoted: &[usize]) -> Vec<usize> {
    let is_hazard = |at: &usize| units.get(*at).is_some_and(|unit| unit.hazard().is_some());
    let holds = |at: &usize| quoted.contains(at) || quoted.iter().any(|step| holds(units, *at, *step));
    (0..units.len()).filter(is_hazard).filter(holds).collect()
}

/// Whether the warning at one index applies to the step or text at another.
fn holds(units: &[Unit], warning: usize, step: usize) -> bool {
    let (Some(own), Some(unit)) = (units.get(warning), units.get(step)) else { return false };
    if unit.kind == UnitKind::Row {
        return between_rows(units, warning, step);
    }
    let is_step = unit.kind == UnitKind::Step;
    if own.task != unit.task || !(is_step || unit.kind == UnitKind::Text) {
        return false;
    }
    if warning > step {
        return is_step && trails(units, warning, step);
    }
    if !is_step {
        return follows(units, warning, step);
    }
    (leads_section(units, warning) && is_under(&unit.titles, &own.titles))
        || in_run(units, warning, step)
        || leads_next_section(units, warning, step)
}

/// Whether the section of the warning has no steps, and the step belongs to the next one, which has no number.
fn leads_next_section(units: &[Unit], warning: usize, step: usize) -> bool {
    let (Some(own), Some(unit)) = (units.get(warning), units.get(step)) else { return false };
    let is_step = |unit: &&Unit| unit.kind == UnitKind::Step;
    if units.iter().any(|unit| is_step(&unit) && unit.task == own.task && is_under(&unit.titles, &own.titles)) {
        return false;
    }
    let mut behind = units.iter().skip(warning + 1).take_while(|unit| unit.task == own.task);
    let Some(next) = behind.find(is_step) else { return false };
    let over = own.titles.rsplit_once(" > ").map(|(over, _)| over);
    let is_beside =
        next.titles.rsplit_once(" > ").is_some_and(|(next_over, title)| over == Some(next_over) && !is_numbered(title));
    is_beside && is_under(&unit.titles, &next.titles)
}

/// Whether the warning is between two rows of a table, and this row is the second of them or continues it.
fn between_rows(units: &[Unit], warning: usize, row: usize) -> bool {
    let table = |unit: &Unit| unit.place.filter(|_| unit.kind == UnitKind::Row).map(|place| place.group);
    let is_other = |unit: &Unit| unit.kind != UnitKind::Notice;
    let before = units.iter().take(warning).rev().find(|unit| is_other(unit));
    let mut behind = units.iter().enumerate().skip(warning + 1);
    let Some((first, next)) = behind.find(|(_, unit)| is_other(unit)) else { return false };
    let own = before.and_then(table);
    // A row without a key of its own has that of the row above over it.
    let key = |unit: &Unit| Some(unit.lead.strip_prefix(next.lead.as_str())?.trim_start_matches(" > ").to_owned());
    let goes_on =
        |unit: &Unit| table(unit) == own && key(unit).is_some_and(|key| !key.is_empty() && next.text.contains(&key));
    own.is_some()
        && table(next) == own
        && first <= row
        && units.get(first + 1..=row).is_some_and(|rest| rest.iter().all(goes_on))
}

/// Whether the step follows the warning within the run of the next step, or within a run that contains it.
fn in_run(units: &[Unit], warning: usize, step: usize) -> bool {
    let Some(next) = next_step(units, warning) else { return false };
    let own = runs_around(units, next);
    next <= step && runs_around(units, step).iter().any(|run| own.contains(run))
}

/// The runs that contain a step, innermost first.
fn runs_around(units: &[Unit], step: usize) -> Vec<u32> {
    let Some(own) = units.get(step) else { return Vec::new() };
    let Some(place) = own.place else { return Vec::new() };
    let (mut runs, mut depth) = (vec![place.group], place.depth);
    let before = units.iter().take(step).rev().take_while(|unit| unit.task == own.task);
    for place in before.filter(|unit| unit.kind == UnitKind::Step).filter_map(|unit| unit.place) {
        if place.depth < depth {
            runs.push(place.group);
            depth = place.depth;
        }
    }
    runs
}

/// The first step after a warning with the same title.
fn next_step(units: &[Unit], warning: usize) -> Option<usize> {
    let own = units.get(warning)?;
    let behind = units.iter().enumerate().skip(warning + 1);
    let mut here = behind.take_while(|(_, unit)| unit.task == own.task && is_under(&unit.titles, &own.titles));
    here.find(|(_, unit)| unit.kind == UnitKind::Step).map(|(at, _)| at)
}

/// Whether no step is between the section's title and the warning.
fn leads_section(units: &[Unit], warning: usize) -> bool {
    let Some(own) = units.get(warning) else { return false };
    let before = units.iter().take(warning).rev();
    let mut here = before.take_while(|unit| unit.task == own.task && is_under(&unit.titles, &own.titles));
    !here.any(|unit| unit.kind == UnitKind::Step)
}

/// Whether the text directly follows the warning, apart from other warnings, remarks and text.
fn follows(units: &[Unit], warning: usize, text: usize) -> bool {
    let Some(own) = units.get(warning) else { return false };
    let between = units.get(warning + 1..=text).unwrap_or_default();
    let (last, others) = between.split_last().map_or((None, &[][..]), |(last, others)| (Some(last), others));
    last.is_some_and(|unit| unit.titles == own.titles)
        && others.iter().all(|unit| matches!(unit.kind, UnitKind::Notice | UnitKind::Text))
}

/// Whether the warning ends a section: no step follows it there, and the step belongs to the run before it.
fn trails(units: &[Unit], warning: usize, step: usize) -> bool {
    let Some(own) = units.get(warning) else { return false };
    if next_step(units, warning).is_some() {
        return false;
    }
    let before = units.iter().enumerate().take(warning).rev();
    let mut here = before.take_while(|(_, unit)| unit.task == own.task && unit.titles == own.titles);
    let Some((last, _)) = here.find(|(_, unit)| unit.kind == UnitKind::Step) else { return false };
    let run = |at: usize| runs_around(units, at).last().copied();
    last == step || (run(last).is_some() && run(last) == run(step))
}

/// Whether something with these titles belongs to this section.
fn is_under(titles: &str, section: &str) -> bool {
    titles.strip_prefix(section).is_some_and(|rest| rest.is_empty() || section.is_empty() || rest.starts_with(" > "))
}

#[cfg(test)]
#[path = "belonging_tests.rs"]
mod tests;
