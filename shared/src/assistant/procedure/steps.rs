//! The steps of a run, and which run an answer tells.

use std::collections::{HashMap, HashSet};

use crate::assistant::extractive::end_of_step;
use crate::documents::units::{Unit, UnitKind, label};
use crate::retrieval::analysis::Analyzer;
use crate::store::Procedure;

/// Share of a step's words that an answer must have to tell it, in hundredths.
const TOLD: usize = 60;
/// Characters of a title that are kept.
const LONGEST_TITLE: usize = 120;

/// A procedure that an answer opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::assistant) struct Begun {
    run: u32,
    /// The page of the run's first step.
    page: u32,
    title: String,
    /// Steps before the first one that is told.
    before: u32,
    of: u32,
}

impl Begun {
    /// As it is kept.
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

/// The procedure that these units of a manual tell: the outermost run of at least two of them.
pub(in crate::assistant) fn begun(units: &[Unit], told: &[usize]) -> Option<Begun> {
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
    Some(Begun {
        run,
        page: opening.page,
        title: title.chars().take(LONGEST_TITLE).collect(),
        before: u32::try_from(before).ok()?,
        of: steps.count(),
    })
}

/// The procedure that an answer in a model's own words tells, among these units of a page that it cites.
pub(in crate::assistant) fn resembling(answer: &str, units: &[Unit], analyzer: &Analyzer) -> Option<Begun> {
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

/// The steps of one run among the units around it.
pub(super) struct Steps<'a> {
    units: &'a [Unit],
    /// Where its steps are.
    places: Vec<usize>,
}

impl<'a> Steps<'a> {
    /// `None` where there are none.
    pub(super) fn of_run(units: &'a [Unit], run: u32) -> Option<Self> {
        let is_of_run = |unit: &Unit| unit.kind == UnitKind::Step && unit.place.is_some_and(|place| place.group == run);
        let places: Vec<usize> = (0..units.len()).filter(|at| units.get(*at).is_some_and(is_of_run)).collect();
        (!places.is_empty()).then_some(Self { units, places })
    }

    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.places.len()).unwrap_or(u32::MAX)
    }

    /// The page of the first step.
    pub(super) fn page(&self) -> Option<u32> {
        self.places.first().and_then(|at| self.units.get(*at)).map(|unit| unit.page)
    }

    /// Which step, from 1, has this number in the manual.
    pub(super) fn numbered(&self, number: u32) -> Option<u32> {
        let is_it = |at: &usize| {
            self.units.get(*at).and_then(|unit| label(&unit.text)).is_some_and(|label| label.number == number)
        };
        let place = self.places.iter().position(is_it)?;
        u32::try_from(place + 1).ok()
    }

    /// Step `number`, from 1: the warnings that hold for it, and it with what belongs to it.
    pub(super) fn step(&self, number: u32) -> (Vec<&'a Unit>, Vec<&'a Unit>) {
        let place = usize::try_from(number).unwrap_or(usize::MAX).saturating_sub(1);
        let Some(at) = self.places.get(place).copied() else { return (Vec::new(), Vec::new()) };
        let is_warning = |unit: &Unit| unit.hazard().is_some();
        let depth = self.units.get(at).and_then(|unit| unit.place).map_or(0, |place| place.depth);
        let mut end = match self.places.get(place + 1) {
            Some(next) => *next,
            None => end_of_step(self.units, at, depth) + 1,
        };
        // Warnings right before the next step are of the next.
        while end > at + 1 && self.units.get(end - 1).is_some_and(is_warning) {
            end -= 1;
        }
        let body = self.units.get(at..end).unwrap_or_default().iter().filter(|unit| unit.kind != UnitKind::Title);
        (self.warnings(place, at), body.collect())
    }

    /// The warnings before a step: those right before it, and before the first those of the whole task.
    fn warnings(&self, place: usize, at: usize) -> Vec<&'a Unit> {
        let is_warning = |unit: &&Unit| unit.hazard().is_some();
        let before = self.units.get(..at).unwrap_or_default();
        let mut found: Vec<&Unit> = if place == 0 {
            let task = self.units.get(at).map(|unit| unit.task);
            before.iter().rev().filter(|unit| Some(unit.task) == task).filter(is_warning).collect()
        } else {
            before.iter().rev().take_while(|unit| unit.kind == UnitKind::Notice).filter(is_warning).collect()
        };
        found.reverse();
        let mut seen = HashSet::new();
        found.retain(|unit| seen.insert(unit.text.as_str()));
        found
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::documents::outline::outline;
    use crate::documents::units::units;
    use crate::documents::{Page, PageSource};

    const PAGE: &str = "3-4 CHANGING THE FILTER\n\
        WARNING: Hot oil burns. Let the engine cool first.\n\
        1. Drain the oil into a pan.\n\
        2. Unscrew the filter with wrench A-14.\n\
        CAUTION: Do not tear the seal.\n\
        3. Oil the seal of the new filter.\n\
        4. Screw it on by hand.\n\
        3-5 CLEANING\n\
        1. Wipe the housing.\n\
        2. Wash the pan.";

    fn read() -> Vec<Unit> {
        let pages = [Page::from_text(7, PAGE, PageSource::TextLayer)];
        units(&pages, &outline(&pages))
    }

    fn texts(units: &[&Unit]) -> Vec<String> {
        units.iter().map(|unit| unit.text.clone()).collect()
    }

    fn at(units: &[Unit], text: &str) -> usize {
        units.iter().position(|unit| unit.text.contains(text)).unwrap()
    }

    #[test]
    fn what_is_quoted_opens_its_procedure() {
        let units = read();
        let told = [at(&units, "Oil the seal"), at(&units, "Screw it on")];
        let found = begun(&units, &told).unwrap().in_document("d", "f.pdf");
        assert_eq!((found.page, found.step, found.of), (7, 2, 4));
        assert!(found.title.contains("CHANGING THE FILTER"), "{}", found.title);
        assert_eq!(begun(&units, &told[..1]), None, "one step is no procedure");
    }

    #[test]
    fn each_step_has_its_warnings() {
        let units = read();
        let run = units.get(at(&units, "Drain the oil")).unwrap().place.unwrap().group;
        let steps = Steps::of_run(&units, run).unwrap();
        let (warnings, body) = steps.step(1);
        assert!(texts(&warnings).first().unwrap().contains("Hot oil burns"));
        assert_eq!(texts(&body), ["1. Drain the oil into a pan."]);
        let (warnings, body) = steps.step(2);
        assert_eq!((warnings.len(), body.len()), (0, 1), "{body:?}");
        let (warnings, body) = steps.step(3);
        assert!(texts(&warnings).first().unwrap().contains("tear the seal"), "{warnings:?}");
        assert_eq!(body.len(), 1);
        let (_, body) = steps.step(4);
        assert_eq!(texts(&body), ["4. Screw it on by hand."]);
        assert_eq!((steps.numbered(3), steps.numbered(9)), (Some(3), None));
    }

    #[test]
    fn an_answer_in_other_words_opens_the_run_that_it_tells() {
        let units = read();
        let answer = "First drain the oil into a pan, then unscrew the old filter with the wrench A-14. Oil the seal of \
                      the new filter before you screw it on by hand [1].";
        let found = resembling(answer, &units, &Analyzer::default()).unwrap().in_document("d", "f.pdf");
        assert_eq!((found.step, found.of), (0, 4));
        assert_eq!(resembling("The filter is called A-14 [1].", &units, &Analyzer::default()), None);
    }
}
