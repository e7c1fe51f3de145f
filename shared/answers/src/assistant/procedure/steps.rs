//! The steps of a run, and which run an answer contains.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::assistant::extractive::{end_of_step, steps_of};
use crate::assistant::warnings;
use documents::units::{Unit, UnitKind, warnings_of};
use search::retrieval::analysis::Analyzer;
use shared::store::{Procedure, Warning, WarningKind};

/// Minimum percentage of a step's words in an answer that contains it.
const TOLD: usize = 60;
/// Maximum length of a title in characters.
const LONGEST_TITLE: usize = 120;

/// A procedure that an answer starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::assistant) struct OpenedProcedure {
    run: u32,
    /// The page of the run's first step.
    page: u32,
    title: String,
    /// Number of steps before the first one in the answer.
    before: u32,
    of: u32,
}

impl OpenedProcedure {
    /// The procedure as it is stored.
    pub(in crate::assistant) fn in_document(self, id: &str, file_name: &str) -> Procedure {
        Procedure {
            document_id: id.to_owned(),
            file_name: file_name.to_owned(),
            page: self.page,
            run: self.run,
            title: self.title,
            step: self.before,
            of: self.of,
            text: String::new(),
            is_ended: false,
        }
    }
}

/// The procedure in these units: the outermost run with at least two of them.
pub(in crate::assistant) fn begun(units: &[Unit], told: &[usize]) -> Option<OpenedProcedure> {
    let mut runs: HashMap<u32, (u8, usize, usize)> = HashMap::new();
    for at in told {
        let Some(unit) = units.get(*at).filter(|unit| unit.kind == UnitKind::Step) else { continue };
        let Some(place) = unit.place else { continue };
        let (_, count, first) = runs.entry(place.group).or_insert((place.depth, 0, *at));
        *count += 1;
        *first = (*first).min(*at);
    }
    let several = runs.into_iter().filter(|(_, (_, count, _))| *count > 1);
    let (run, (_, _, first)) = several.min_by_key(|(run, (depth, count, _))| (*depth, usize::MAX - count, *run))?;
    let steps = Steps::of_run(units, run)?;
    let before = steps.places.iter().filter(|place| **place < first).count();
    let opening = units.get(*steps.places.first()?)?;
    let title = opening.titles.rsplit(" > ").next().unwrap_or_default().trim();
    Some(OpenedProcedure {
        run,
        page: opening.page,
        title: title.chars().take(LONGEST_TITLE).collect(),
        before: u32::try_from(before).ok()?,
        of: steps.count(),
    })
}

/// The procedure that an answer tells in its own words, among these units of a cited page.
pub(in crate::assistant) fn resembling(answer: &str, units: &[Unit], analyzer: &Analyzer) -> Option<OpenedProcedure> {
    let said: HashSet<String> = analyzer.terms(answer).into_iter().collect();
    let is_told = |unit: &Unit| {
        let words: HashSet<String> = analyzer.terms(&unit.text).into_iter().collect();
        let known = words.iter().filter(|word| said.contains(*word)).count();
        words.len() > 1 && known * 100 >= words.len() * TOLD
    };
    let told: Vec<usize> = (0..units.len())
        .filter(|at| units.get(*at).is_some_and(|unit| unit.kind == UnitKind::Step && is_told(unit)))
        .collect();
    begun(units, &told)
}

/// The steps of one run.
pub(super) struct Steps<'a> {
    units: &'a [Unit],
    /// The indices of its steps.
    places: Vec<usize>,
}

/// A step, with its warnings and substeps.
#[derive(Debug, Default)]
pub(super) struct Step<'a> {
    /// Warnings that apply to it and are not within it.
    pub(super) warnings: Vec<&'a Unit>,
    /// Pages with more warnings.
    pub(super) more: Vec<u32>,
    /// The step with its substeps and notes.
    pub(super) body: Vec<&'a Unit>,
}

impl<'a> Steps<'a> {
    /// The steps of a run; `None` if there are none.
    pub(super) fn of_run(units: &'a [Unit], run: u32) -> Option<Self> {
        let places = steps_of(units, run);
        (!places.is_empty()).then_some(Self { units, places })
    }

    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.places.len()).unwrap_or(u32::MAX)
    }

    /// The page of the first step.
    pub(super) fn page(&self) -> Option<u32> {
        self.places.first().and_then(|at| self.units.get(*at)).map(|unit| unit.page)
    }

    /// Step `number`, from 1. Omits warnings that were told with step `before`, unless they are among `unheard`.
    pub(super) fn step(&self, number: u32, before: Option<u32>, unheard: &[Warning]) -> Step<'a> {
        let Some((at, body)) = self.range(number) else { return Step::default() };
        let mut told = before.map(|before| self.told_with(before)).unwrap_or_default();
        told.retain(|place| self.units.get(*place).is_none_or(|unit| !warnings::is_among(unheard, unit)));
        let (warnings, more) = self.warnings(at, &body, &told);
        let is_body = |place: &usize| {
            let is_title = self.units.get(*place).is_none_or(|unit| unit.kind == UnitKind::Title);
            // Warnings that lead up to the step stand before it already.
            !is_title && (*place >= at || !self.is_hazard(*place))
        };
        let units = self.units;
        let unit = |place: usize| units.get(place);
        let body = body.filter(is_body).filter_map(unit).collect();
        Step { warnings: warnings.into_iter().filter_map(unit).collect(), more, body }
    }

    /// The index of a step and the range that belongs to it: from the first warning directly before it to that of the
    /// next step.
    fn range(&self, number: u32) -> Option<(usize, Range<usize>)> {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        let at = *self.places.get(place)?;
        // What stands before the first step leads up to all of them.
        let start = if place == 0 { at } else { self.lead(at) };
        let depth = self.units.get(at).and_then(|unit| unit.place).map_or(0, |place| place.depth);
        let end = match self.places.get(place + 1) {
            Some(next) => self.lead(*next),
            None => end_of_step(self.units, at, depth) + 1,
        };
        Some((at, start..end))
    }

    /// Where the lead of a step begins: the first warning after the previous step that applies to it.
    fn lead(&self, at: usize) -> usize {
        let is_step = |place: &usize| self.units.get(*place).is_some_and(|unit| unit.kind == UnitKind::Step);
        let behind = (0..at).rev().find(is_step).map_or(0, |last| last + 1);
        let holding = warnings_of(self.units, &[at]);
        holding.into_iter().find(|warning| (behind..at).contains(warning)).unwrap_or(at)
    }

    /// The warnings that apply to a step and are not within it, and the pages of those that exceed the limit.
    fn warnings(&self, at: usize, body: &Range<usize>, told: &[usize]) -> (Vec<usize>, Vec<u32>) {
        let inside: Vec<usize> = (at..body.end).collect();
        let mut found = warnings_of(self.units, &inside);
        found.retain(|warning| !inside.contains(warning) && !told.contains(warning));
        let mut seen = HashSet::new();
        found.retain(|warning| self.units.get(*warning).is_some_and(|unit| seen.insert(unit.notice_text())));
        let room = warnings::MOST.saturating_sub(inside.iter().filter(|place| self.is_hazard(**place)).count());
        warnings::kept(found, room, |warning| {
            let unit = self.units.get(*warning);
            let found = unit.and_then(|unit| warnings::warning(unit, ""));
            let kind = found.map_or(WarningKind::Caution, |found| found.kind);
            (kind, unit.map_or(0, |unit| unit.text.len()), unit.map_or(0, |unit| unit.page))
        })
    }

    /// The warnings that are told with a step, including those within it.
    fn told_with(&self, number: u32) -> Vec<usize> {
        let Some((at, body)) = self.range(number) else { return Vec::new() };
        let (mut told, _) = self.warnings(at, &body, &[]);
        told.extend((at..body.end).filter(|place| self.is_hazard(*place)));
        told
    }

    fn is_hazard(&self, place: usize) -> bool {
        self.units.get(place).is_some_and(|unit| unit.hazard().is_some())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::assistant::test_support::FILTER_CHANGE;
    use documents::outline::outline;
    use documents::units::units;
    use documents::{Page, PageSource};

    fn read(page: &str) -> Vec<Unit> {
        let pages = [Page::from_text(7, page, PageSource::TextLayer)];
        units(&pages, &outline(&pages))
    }

    fn texts(units: &[&Unit]) -> Vec<String> {
        units.iter().map(|unit| unit.text.clone()).collect()
    }

    fn strings(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn at(units: &[Unit], text: &str) -> usize {
        units.iter().position(|unit| unit.text.contains(text)).unwrap()
    }

    #[test]
    fn what_is_quoted_opens_its_procedure() {
        let units = read(FILTER_CHANGE);
        let told = [at(&units, "Oil the seal"), at(&units, "Screw it on")];
        let found = begun(&units, &told).unwrap().in_document("d", "f.pdf");
        assert_eq!((found.page, found.step, found.of), (7, 2, 4));
        assert!(found.title.contains("CHANGING THE FILTER"), "{}", found.title);
        assert_eq!(begun(&units, &told[..1]), None, "one step is no procedure");
    }

    /// The warnings and the body of a step of the first run.
    fn told(units: &[Unit], number: u32, before: Option<u32>) -> (Vec<String>, Vec<String>) {
        let run = units.iter().find_map(|unit| unit.place.filter(|_| unit.kind == UnitKind::Step)).unwrap().group;
        let step = Steps::of_run(units, run).unwrap().step(number, before, &[]);
        (texts(&step.warnings), texts(&step.body))
    }

    const HOT: &str = "WARNING: Hot oil burns. Let the engine cool first.";
    const SEAL: &str = "CAUTION: Do not tear the seal.";

    #[test]
    fn each_step_has_the_warnings_that_hold_for_it() {
        let units = read(FILTER_CHANGE);
        let steps = [
            "1. Drain the oil into a pan.",
            "2. Unscrew the filter with wrench A-14.",
            "3. Oil the seal of the new filter.",
            "4. Screw it on by hand.",
        ];
        let warnings = [vec![HOT], vec![HOT], vec![HOT, SEAL], vec![HOT, SEAL]];
        for (number, (step, warnings)) in (1..).zip(steps.into_iter().zip(warnings)) {
            assert_eq!(told(&units, number, None), (strings(&warnings), strings(&[step])));
        }
        assert_eq!(told(&units, 5, None), (strings(&[]), strings(&[])));
    }

    #[test]
    fn the_next_step_repeats_no_warning_of_the_one_before() {
        let units = read(FILTER_CHANGE);
        let warnings = |number, before| told(&units, number, Some(before)).0;
        assert_eq!(warnings(2, 1), strings(&[]));
        assert_eq!(warnings(3, 2), strings(&[SEAL]));
        assert_eq!(warnings(4, 3), strings(&[]));
    }

    #[test]
    fn a_step_ends_where_the_warnings_of_the_next_begin() {
        let units = read(
            "4-2. HOIST REPAIR\n1. Open the cover.\na. Turn the key.\nCAUTION\nThe pin is soft.\nb. Pull the pin.\n\
             WARNING\nThe spring is under load.\nNOTE\nTwo persons are needed.\n2. Lift the spring.\n\
             3. Clean the drum.",
        );
        let (pin, spring) = ("CAUTION: The pin is soft.", "WARNING: The spring is under load.");
        let first = ["1. Open the cover.", "a. Turn the key.", pin, "b. Pull the pin."];
        assert_eq!(told(&units, 1, None), (strings(&[]), strings(&first)));
        let second = ["NOTE: Two persons are needed.", "2. Lift the spring."];
        assert_eq!(told(&units, 2, Some(1)), (strings(&[spring]), strings(&second)));
        assert_eq!(told(&units, 2, None), (strings(&[pin, spring]), strings(&second)));
        assert_eq!(told(&units, 3, Some(2)), (strings(&[]), strings(&["3. Clean the drum."])));
    }

    #[test]
    fn warnings_behind_the_last_step_are_told_before_the_first() {
        let units = read(
            "3-1. BRAKE ADJUSTMENT\n1. Block the wheels.\n2. Turn the clevis.\nWARNING\n\
             Never adjust a running engine.\n3-2. BRAKE TEST\n1. Press the pedal.",
        );
        let engine = "WARNING: Never adjust a running engine.";
        assert_eq!(told(&units, 1, None), (strings(&[engine]), strings(&["1. Block the wheels."])));
        assert_eq!(told(&units, 2, Some(1)), (strings(&[]), strings(&["2. Turn the clevis."])));
    }

    #[test]
    fn an_answer_in_other_words_opens_the_run_that_it_tells() {
        let units = read(FILTER_CHANGE);
        let answer = "First drain the oil into a pan, then unscrew the old filter with the wrench A-14. Oil the seal \
                      of the new filter before you screw it on by hand [1].";
        let found = resembling(answer, &units, &Analyzer::default()).unwrap().in_document("d", "f.pdf");
        assert_eq!((found.step, found.of), (0, 4));
        assert_eq!(resembling("The filter is called A-14 [1].", &units, &Analyzer::default()), None);
    }
}
