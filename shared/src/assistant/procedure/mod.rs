//! Working through a procedure with full hands, one step at a time.
//!
//! An answer that quotes a run of steps opens a procedure: the run, and the step that was told last. It is kept with
//! the answer, so that whoever asks next in the session, on whatever device, goes on from there. A short word (see
//! [`command`]) is answered from the manual itself, without a search and without a language model.

mod command;
mod phrases;
mod steps;

use std::ops::RangeInclusive;

use self::steps::Steps;
use super::extractive::Tongue;
use super::question::{Role, Turn};
use crate::documents::Spot;
use crate::documents::units::Unit;
use crate::ids::UserId;
use crate::library::{Findings, Holdings, Library, LibraryError, Passage};
use crate::retrieval::{Hit, Segment};
use crate::store::{Procedure, Warning};

pub(super) use self::command::{Command, command};
pub(super) use self::steps::{Begun, begun, resembling};

/// Pages before the first step that are looked at: warnings may stand there.
const PAGES_BEFORE: u32 = 6;
/// Pages that a procedure may go on over.
const PAGES_BEHIND: u32 = 60;

/// What is said of a step.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The page of the step, as if it had been searched for.
    pub(super) findings: Findings,
    /// In words, with the mark of the page.
    pub(super) text: String,
    /// The pages that are quoted; none where no step is.
    pub(super) pages: Option<RangeInclusive<u32>>,
    /// Where it stands on them.
    pub(super) spots: Vec<Spot>,
    /// The warnings that hold for it.
    pub(super) warnings: Vec<Warning>,
    /// Where somebody stands from now on.
    pub(super) procedure: Procedure,
}

/// Does what is wanted in a procedure; [`Command::Ask`] is no step and is not for here.
pub(super) async fn tell(
    library: &Library,
    user: &UserId,
    place: &Procedure,
    command: Command,
    (tongue, aloud): (Tongue, bool),
) -> Result<Told, LibraryError> {
    let ended = |text: String| Told {
        text,
        procedure: Procedure { is_ended: true, text: String::new(), ..place.clone() },
        ..Told::default()
    };
    if command == Command::Done {
        return Ok(ended(tongue.procedure_done(&place.title)));
    }
    let Some(segment) = library.document(user, &place.document_id).await? else {
        return Ok(ended(tongue.procedure_gone().to_owned()));
    };
    let pages = place.page.saturating_sub(PAGES_BEFORE)..=place.page.saturating_add(PAGES_BEHIND);
    let units = segment.units_on(pages);
    let Some(steps) = Steps::of_run(&units, place.run).filter(|steps| steps.page() == Some(place.page)) else {
        return Ok(ended(tongue.procedure_gone().to_owned()));
    };
    let all = steps.count();
    let wanted = match command {
        Command::Next => place.step + 1,
        Command::Repeat | Command::Ask | Command::Done => place.step.max(1),
        Command::Back => place.step.saturating_sub(1).max(1),
        Command::First => 1,
        Command::Step(number) => steps.numbered(number).unwrap_or(u32::MAX),
    };
    if wanted > all {
        let is_over = command == Command::Next;
        let text = if is_over { tongue.no_further_step(&place.title) } else { tongue.no_such_step(all) };
        return Ok(Told { text, procedure: place.clone(), ..Told::default() });
    }
    let (warnings, body) = steps.step(wanted);
    let text = written(&warnings, &body, (wanted, all), (tongue, aloud));
    let quoted = || warnings.iter().chain(&body);
    let (first, last) = (quoted().map(|unit| unit.page).min(), quoted().map(|unit| unit.page_end).max());
    let page = body.first().map_or(place.page, |unit| unit.page);
    let step_text: Vec<&str> = body.iter().map(|unit| unit.text.as_str()).collect();
    let hazards = warnings.iter().chain(&body).filter_map(|unit| super::warnings::warning(unit, &place.document_id));
    Ok(Told {
        warnings: hazards.collect(),
        findings: findings(&segment, page, &place.title, &body),
        text,
        pages: first.zip(last).map(|(first, last)| first..=last),
        spots: body.iter().chain(&warnings).flat_map(|unit| unit.spots.iter().copied()).collect(),
        procedure: Procedure { step: wanted, of: all, text: step_text.join("\n"), is_ended: false, ..place.clone() },
    })
}

/// What a question about the step that was told last leans on: the step, as if it had been asked for.
pub(super) fn turn(place: &Procedure) -> Turn {
    let line = place.text.split_whitespace().collect::<Vec<_>>().join(" ");
    Turn { role: Role::User, content: format!("{} {line}", place.title) }
}

/// A step in Markdown, warnings first, with the mark of its page.
fn written(warnings: &[&Unit], body: &[&Unit], place: (u32, u32), (tongue, aloud): (Tongue, bool)) -> String {
    let mut text = format!("**{}**\n\n", tongue.step_of(place));
    for unit in warnings.iter().chain(body) {
        text.push_str(&super::extractive::line(unit));
    }
    text.truncate(text.trim_end_matches(['>', '\n', ' ']).len());
    text.push_str(" [1]");
    if place.0 == 1 && place.1 > 1 && !aloud {
        text.push_str(&format!("\n\n{}", tongue.say_next()));
    }
    text
}

/// The page of a step, as a search would have found it.
fn findings(segment: &std::sync::Arc<Segment>, page: u32, title: &str, body: &[&Unit]) -> Findings {
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
