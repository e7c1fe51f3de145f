#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use futures::StreamExt;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::assistant::test_support::{FILTER_CHANGE, Scripted, findings, passage, segment};
use crate::assistant::{Answer, AnswerEvent, Question, pipeline, stream_answer};
use documents::units::UnitKind;
use shared::store::WarningKind;

/// The procedure of the page, before a step was told.
fn opened(manual: &Arc<Segment>) -> Procedure {
    let units = manual.units_on(1..=1);
    let is_step = |at: &usize| units.get(*at).is_some_and(|unit| unit.kind == UnitKind::Step);
    let steps: Vec<usize> = (0..units.len()).filter(is_step).collect();
    begun(&units, &steps).unwrap().in_document("d", "pump_manual.pdf")
}

fn done(manual: &Arc<Segment>, place: &Procedure, command: Command, pending: &[Warning]) -> StepAnswer {
    told(manual, place, command, StepStyle { language: AnswerLanguage::English, aloud: true, pending, unheard: &[] })
}

fn open(place: Procedure, is_newest: bool) -> OpenProcedure {
    OpenProcedure { place, is_newest, unheard: Vec::new() }
}

fn question(text: &str, procedure: Option<OpenProcedure>) -> Question {
    Question { procedure, ..Question::new(UserId::new(), text) }
}

/// What a model answers that tells the run in other words.
async fn answered(question: Question) -> Answer {
    let retrieve = |query: String| async move {
        let mut found = findings(&query, vec![passage(1, "3-4 CHANGING THE FILTER", FILTER_CHANGE, 0.6)]);
        found.sources = vec![segment(&[FILTER_CHANGE])];
        Ok(found)
    };
    let said = "First drain the oil into a pan, then unscrew the old filter with the wrench A-14. Oil the seal of the \
        new filter before you screw it on by hand [1].";
    let model = Arc::new(Scripted::saying(&[said]));
    let events: Vec<_> = stream_answer(question, retrieve, model, CancellationToken::new()).collect().await;
    end(events.into_iter().map(Result::unwrap).collect())
}

fn end(mut events: Vec<AnswerEvent>) -> Answer {
    match events.pop() {
        Some(AnswerEvent::Done(answer)) => *answer,
        other => panic!("no end: {other:?}"),
    }
}

#[test]
fn commands_count_from_the_step_told_last_and_before_it_from_the_first_that_was_quoted() {
    let manual = segment(&[FILTER_CHANGE]);
    // The opening answer has quoted steps 3 and 4.
    let opened = Procedure { step: 2, ..opened(&manual) };
    let commands = [Command::Next, Command::Repeat, Command::Back, Command::First, Command::Step(4)];
    let steps = |place: &Procedure| commands.map(|command| done(&manual, place, command, &[]).procedure.step);
    assert_eq!(steps(&opened), [3, 3, 2, 1, 4]);
    let at_third = done(&manual, &opened, Command::Next, &[]).procedure;
    assert!(at_third.text.starts_with("3. Oil the seal"), "{at_third:?}");
    assert_eq!(steps(&at_third), [4, 3, 2, 1, 4]);
}

#[test]
fn the_next_step_comes_without_the_warnings_of_the_last() {
    let manual = segment(&[FILTER_CHANGE]);
    let first = done(&manual, &opened(&manual), Command::Next, &[]);
    assert!(first.text.starts_with("**Step 1 of 4.**\n\n> **⚠ WARNING:** Hot oil burns."), "{}", first.text);
    let second = done(&manual, &first.procedure, Command::Next, &[]);
    assert_eq!((second.text.contains("Hot oil"), second.warnings.len()), (false, 0), "{}", second.text);
    let third = done(&manual, &second.procedure, Command::Next, &[]);
    assert!(third.text.contains("Do not tear") && !third.text.contains("Hot oil"), "{}", third.text);
    // Whoever comes from elsewhere has them all.
    for command in [Command::Step(3), Command::Repeat] {
        let text = done(&manual, &third.procedure, command, &[]).text;
        assert!(text.contains("Do not tear") && text.contains("Hot oil"), "{text}");
    }
}

#[test]
fn the_next_step_comes_with_the_warnings_of_the_last_that_were_not_heard() {
    let manual = segment(&[FILTER_CHANGE]);
    let first = done(&manual, &opened(&manual), Command::Next, &[]);
    let next = |pending: &[Warning]| {
        let style = StepStyle { language: AnswerLanguage::English, aloud: false, pending, unheard: &first.warnings };
        told(&manual, &first.procedure, Command::Next, style)
    };
    // In writing they stand before the step; what is read out begins with them.
    let (written, spoken) = (next(&[]), next(&first.warnings));
    assert!(written.text.contains("Hot oil") && !spoken.text.contains("Hot oil"), "{written:?} {spoken:?}");
    assert_eq!((&written.warnings, &spoken.warnings), (&first.warnings, &first.warnings));
}

#[test]
fn a_repeated_step_does_not_repeat_the_warnings_that_its_answer_begins_with() {
    let manual = segment(&[FILTER_CHANGE]);
    let first = done(&manual, &opened(&manual), Command::Next, &[]);
    let pending = first.warnings.clone();
    assert_eq!(pending.len(), 1);
    let again = done(&manual, &first.procedure, Command::Repeat, &pending);
    let asked = Question { aloud: true, pending: pending.clone(), ..question("Repeat.", None) };
    let answer = end(pipeline::tell(asked, again, ""));
    assert_eq!(answer.text.matches("Hot oil burns").count(), 1, "{}", answer.text);
    assert!(answer.text.starts_with("> **⚠ WARNING:** Hot oil burns."), "{}", answer.text);
    assert_eq!((answer.warnings, answer.procedure), (pending, Some(first.procedure)));
}

#[test]
fn an_answer_has_all_warnings_of_its_step_however_many() {
    let manual = segment(&[FILTER_CHANGE]);
    let one = |part: usize| {
        let (text, document_id) = (format!("Part {part} is soft."), "d".to_owned());
        Warning { kind: WarningKind::Caution, text, document_id, page: 1 }
    };
    let many: Vec<Warning> = (0..=warnings::MOST).map(one).collect();
    let step = StepAnswer { warnings: many.clone(), ..done(&manual, &opened(&manual), Command::Next, &[]) };
    assert_eq!(end(pipeline::tell(question("Next.", None), step, "")).warnings, many);
}

#[test]
fn a_run_that_was_read_again_ends_the_procedure() {
    let manual = segment(&[FILTER_CHANGE]);
    let place = opened(&manual);
    for place in [Procedure { page: 9, ..place.clone() }, Procedure { run: 7, ..place.clone() }] {
        let told = done(&manual, &place, Command::Next, &[]);
        assert!(told.procedure.is_ended && told.text.contains("read again"), "{told:?}");
    }
    let shorter = Procedure { of: 6, ..place };
    assert!(done(&manual, &shorter, Command::Step(6), &[]).procedure.is_ended);
}

#[test]
fn repeating_and_asking_mean_the_newest_answer() {
    let open = |is_newest| open(Procedure { of: 4, ..Procedure::default() }, is_newest);
    for said in ["Repeat", "Which tool?"] {
        assert!(open(true).command(said).is_some() && open(false).command(said).is_none(), "{said}");
    }
    for said in ["next", "back", "step four", "done"] {
        assert!(open(true).tells(said) && open(false).tells(said), "{said}");
    }
    assert!(open(true).tells("Repeat") && !open(true).tells("Which tool?") && !open(true).tells("step five"));
}

#[tokio::test]
async fn who_asks_about_the_same_run_keeps_the_place() {
    let manual = segment(&[FILTER_CHANGE]);
    let place = done(&manual, &opened(&manual), Command::Step(2), &[]).procedure;
    let step = async |procedure| {
        answered(question("How do I change the filter?", procedure)).await.procedure.map(|procedure| procedure.step)
    };
    let first = answered(question("How do I change the filter?", None)).await;
    assert_eq!(first.procedure.as_ref().map(|procedure| procedure.step), Some(0), "{first:?}");
    assert_eq!(step(Some(open(place.clone(), false))).await, Some(2));
    assert_eq!(step(Some(open(Procedure { run: 7, ..place }, false))).await, Some(0), "it is another");
}

#[tokio::test]
async fn a_reply_about_warnings_leaves_the_newest_procedure_the_newest() {
    let place = opened(&segment(&[FILTER_CHANGE]));
    for is_newest in [true, false] {
        let procedure = Some(open(place.clone(), is_newest));
        let asked = Question { reply: Some("All right."), ..question("", procedure) };
        assert_eq!(answered(asked).await.procedure, is_newest.then(|| place.clone()));
    }
}
