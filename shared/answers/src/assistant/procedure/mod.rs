//! Step-by-step procedures, for users with their hands full.
//!
//! An answer that quotes a run of steps starts a procedure: the run and the current step. It is stored with the answer,
//! so that the user can continue on any device. Short commands (see [`command`]) are answered from the manual itself,
//! without a search and without a language model.

mod command;
mod phrases;
mod steps;
mod vocabulary;

#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;
use std::sync::Arc;

use self::steps::{Step, Steps};
use super::extractive::AnswerLanguage;
use super::question::{Role, Turn};
use super::warnings;
use crate::library::{Findings, Holdings, Library, LibraryError, Passage};
use documents::Spot;
use documents::units::Unit;
use foundation::ids::UserId;
use search::retrieval::{Hit, Segment};
use shared::store::{Procedure, Warning};

pub(super) use self::command::Command;
pub(super) use self::steps::{OpenedProcedure, begun, resembling};

/// Number of pages before the first step that may contain warnings for it.
const PAGES_BEFORE: u32 = 6;
/// Maximum number of pages of a procedure.
const PAGES_BEHIND: u32 = 60;

/// A procedure that the user is working through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenProcedure {
    /// The position in it.
    pub place: Procedure,
    /// Whether the newest answer belongs to it. Otherwise "repeat" and "how tight?" refer to later answers.
    pub is_newest: bool,
    /// Warnings of spoken answers that were not heard. The next step includes all of them.
    pub unheard: Vec<Warning>,
}

impl OpenProcedure {
    /// The command in a message, and its language; `None` for an ordinary question.
    pub(super) fn command(&self, text: &str) -> Option<(Command, AnswerLanguage)> {
        let found = command::command(text, self.place.of).filter(|_| !self.place.is_ended)?;
        (self.is_newest || !matches!(found.0, Command::Repeat | Command::Ask)).then_some(found)
    }

    /// Whether the answer to a message is a step, or the end of the procedure. Such answers come from the manual itself
    /// and are free.
    #[must_use]
    pub fn tells(&self, text: &str) -> bool {
        self.command(text).is_some_and(|(command, _)| command != Command::Ask)
    }
}

/// How a step is presented.
#[derive(Debug, Clone, Copy)]
pub(super) struct StepStyle<'a> {
    pub(super) language: AnswerLanguage,
    /// Whether it is read out.
    pub(super) aloud: bool,
    /// Warnings at the beginning of the answer, which are not repeated.
    pub(super) pending: &'a [Warning],
    /// Warnings of earlier steps that were not heard, which are repeated.
    pub(super) unheard: &'a [Warning],
}

/// The answer for a step.
#[derive(Debug, Default)]
pub(super) struct StepAnswer {
    /// The page of the step, as a search result.
    pub(super) findings: Findings,
    /// The text, with the citation mark of the page.
    pub(super) text: String,
    /// The quoted pages; `None` if there is no step.
    pub(super) pages: Option<RangeInclusive<u32>>,
    /// The areas of the step on them.
    pub(super) spots: Vec<Spot>,
    /// The warnings that apply to it.
    pub(super) warnings: Vec<Warning>,
    /// The new position.
    pub(super) procedure: Procedure,
}

/// Executes a command. [`Command::Ask`] is handled elsewhere.
pub(super) async fn tell(
    library: &Library,
    user: &UserId,
    place: &Procedure,
    command: Command,
    style: StepStyle<'_>,
) -> Result<StepAnswer, LibraryError> {
    if command == Command::Done {
        return Ok(ended(place, style.language.procedure_done(&place.title)));
    }
    Ok(match library.document(user, &place.document_id).await? {
        Some(segment) => told(&segment, place, command, style),
        None => ended(place, style.language.procedure_gone().to_owned()),
    })
}

fn ended(place: &Procedure, text: String) -> StepAnswer {
    StepAnswer {
        text,
        procedure: Procedure { is_ended: true, text: String::new(), ..place.clone() },
        ..StepAnswer::default()
    }
}

fn told(segment: &Arc<Segment>, place: &Procedure, command: Command, style: StepStyle<'_>) -> StepAnswer {
    let language = style.language;
    let pages = place.page.saturating_sub(PAGES_BEFORE)..=place.page.saturating_add(PAGES_BEHIND);
    let units = segment.units_on(pages);
    let steps = Steps::of_run(&units, place.run).filter(|steps| steps.page() == Some(place.page));
    let Some(steps) = steps else { return ended(place, language.procedure_gone().to_owned()) };
    let (wanted, all) = (wanted(place, command), steps.count());
    if wanted > all && command == Command::Next {
        let text = language.no_further_step(&place.title);
        return StepAnswer { text, procedure: place.clone(), ..StepAnswer::default() };
    }
    if wanted > all {
        // Steps are asked for by places that there were: the run is shorter since it was read again.
        return ended(place, language.procedure_gone().to_owned());
    }
    let is_after_told = command == Command::Next && !place.is_untold();
    let step = steps.step(wanted, is_after_told.then_some(place.step), style.unheard);
    let quoted = || step.warnings.iter().chain(&step.body);
    let (first, last) = (quoted().map(|unit| unit.page).min(), quoted().map(|unit| unit.page_end).max());
    let page = step.body.first().map_or(place.page, |unit| unit.page);
    let step_text: Vec<&str> = step.body.iter().map(|unit| unit.text.as_str()).collect();
    StepAnswer {
        warnings: quoted().filter_map(|unit| warnings::warning(unit, &place.document_id)).collect(),
        findings: findings(segment, page, &place.title, &step.body),
        text: written(&step, (wanted, all), style),
        pages: first.zip(last).map(|(first, last)| first..=last),
        spots: step.body.iter().chain(&step.warnings).flat_map(|unit| unit.spots.iter().copied()).collect(),
        procedure: Procedure { step: wanted, of: all, text: step_text.join("\n"), is_ended: false, ..place.clone() },
    }
}

/// The number of the step that a command refers to, from 1.
fn wanted(place: &Procedure, command: Command) -> u32 {
    match command {
        Command::Next if place.is_untold() => place.current(),
        Command::Next => place.current().saturating_add(1),
        Command::Repeat | Command::Ask | Command::Done => place.current(),
        Command::Back => place.current().saturating_sub(1).max(1),
        Command::First => 1,
        Command::Step(number) => number,
    }
}

/// The current step as a turn, which a question about it depends on.
pub(super) fn turn(place: &Procedure) -> Turn {
    let line = place.text.split_whitespace().collect::<Vec<_>>().join(" ");
    Turn { role: Role::User, content: format!("{} {line}", place.title) }
}

/// A step in Markdown, warnings first, with the citation mark of its page.
fn written(step: &Step<'_>, (number, all): (u32, u32), style: StepStyle<'_>) -> String {
    let language = style.language;
    let is_told = |unit: &Unit| warnings::is_among(style.pending, unit);
    let lines = |units: &[&Unit]| {
        units.iter().filter(|unit| !is_told(unit)).map(|unit| super::extractive::line(unit)).collect::<String>()
    };
    let mut text = format!("**{}**\n\n{}", language.step_of((number, all)), lines(&step.warnings));
    if !step.more.is_empty() {
        text.push_str(&format!("> {}\n>\n", language.more_warnings(&step.more)));
    }
    text.push_str(&lines(&step.body));
    text.truncate(text.trim_end_matches(['>', '\n', ' ']).len());
    text.push_str(" [1]");
    if number == 1 && all > 1 && !style.aloud {
        text.push_str(&format!("\n\n{}", language.say_next()));
    }
    text
}

/// The page of a step, as a search result.
fn findings(segment: &Arc<Segment>, page: u32, title: &str, body: &[&Unit]) -> Findings {
    let content: Vec<&str> = body.iter().map(|unit| unit.text.as_str()).collect();
    let hit = Hit {
        id: format!("{}:{page}:0", segment.document_id()),
        document_id: segment.document_id().to_owned(),
        file_name: segment.file_name().to_owned(),
        heading: title.to_owned(),
        content: content.join("\n"),
        page,
        page_end: body.iter().map(|unit| unit.page_end).max().unwrap_or(page),
        score: 1.0,
        bm25: 0.0,
        bm25_z: 0.0,
        cosine: None,
        cosine_z: 0.0,
        coverage: 1.0,
        navigation: false,
    };
    let page_text = segment.page_text(page).unwrap_or_default().to_owned();
    Findings {
        holdings: Holdings { searchable: 1, ..Holdings::default() },
        passages: vec![Passage { hit, page_text }],
        sources: vec![segment.clone()],
        ..Findings::default()
    }
}
