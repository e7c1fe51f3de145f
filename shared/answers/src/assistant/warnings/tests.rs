#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::sync::Arc;

use futures::StreamExt;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::assistant::test_support::{Scripted, findings, passage, segment};
use crate::assistant::{Answer, AnswerEvent, ModelEvent, Question, stream_answer};
use crate::library::Findings;
use foundation::ids::UserId;
use foundation::provider::{ProviderError, ProviderFailure};

const BEFORE: &str =
    "4-2. HOIST REPAIR\nDANGER\nThe load falls where the brake is open.\n1. Open the inspection cover.";
const PAGE: &str = "4-2. HOIST REPAIR (Cont'd)\n2. Drain the gear oil into a clean pan.\nWARNING\n\
    Do not touch the spring while it is loaded. It breaks fingers.\n3. Lift the return spring off its seat.\n\
    4-3. DATA\nSpring force   210 N\nGear oil   3.5 L";

/// A manual of two pages, of which the second was found.
fn found(query: &str) -> Findings {
    let mut findings = findings(query, vec![passage(2, "4-2. HOIST REPAIR", PAGE, 0.6)]);
    findings.sources = vec![segment(&[BEFORE, PAGE])];
    findings
}

async fn asked(question: Question, said: &[&str]) -> (String, Answer) {
    let retrieve = |query: String| async move { Ok(found(&query)) };
    let model = Arc::new(Scripted::saying(said));
    let events: Vec<_> = stream_answer(question, retrieve, model, CancellationToken::new()).collect().await;
    let mut tokens = String::new();
    for event in events {
        match event.unwrap() {
            AnswerEvent::Token(token) => tokens.push_str(&token),
            AnswerEvent::Done(answer) => return (tokens, *answer),
            AnswerEvent::Stage(_) => {}
        }
    }
    panic!("no end");
}

fn question(text: &str, aloud: bool) -> Question {
    Question { aloud, ..Question::new(UserId::new(), text) }
}

fn texts(answer: &Answer) -> Vec<(&str, u32)> {
    answer.warnings.iter().map(|warning| (warning.text.as_str(), warning.page)).collect()
}

const FALLS: (&str, u32) = ("The load falls where the brake is open.", 1);
const SPRING: (&str, u32) = ("Do not touch the spring while it is loaded. It breaks fingers.", 2);
const ASKED: &str = "How do I take the return spring out of the hoist?";

#[tokio::test]
async fn a_warning_that_a_model_leaves_out_stands_in_front() {
    let (tokens, answer) = asked(question(ASKED, false), &["Lift the return ", "spring off its seat [1]."]).await;
    assert_eq!(texts(&answer), [FALLS, SPRING]);
    let front = "> **⚠ DANGER:** The load falls where the brake is open. (page 1) [1]\n\n\
        > **⚠ WARNING:** Do not touch the spring while it is loaded. It breaks fingers. [1]\n\n";
    assert!(answer.text.starts_with(&format!("{front}Lift the return spring off its seat [1].")), "{}", answer.text);
    assert!(answer.text.ends_with("**Sources**\n\n- [1] pump_manual.pdf, page 2"), "{}", answer.text);
    assert_eq!(answer.verification.unverified, []);
    // Who only collects tokens has it at the end.
    assert!(tokens.starts_with("Lift the return spring off its seat [1].\n\n> **⚠ DANGER:** The load"), "{tokens}");
    assert_eq!(without_first(&answer.text).and_then(without_first).map(|rest| rest.starts_with("Lift")), Some(true));
}

#[tokio::test]
async fn a_warning_that_is_said_before_its_step_is_not_repeated() {
    let said = "The load falls where the brake is open [1]. Do not touch the spring while it is loaded, it breaks \
        fingers. Then lift the return spring off its seat [1].";
    let said = said.replace("loaded, it", "loaded. It");
    let (_, answer) = asked(question(ASKED, false), &[said.as_str()]).await;
    assert_eq!(texts(&answer), [FALLS, SPRING]);
    assert!(!answer.text.contains('⚠'), "{}", answer.text);
    // Behind its step it is too late, and in other words it is not the manual's.
    for said in [
        "Lift the return spring off its seat [1]. Do not touch the spring while it is loaded. It breaks fingers. \
         The load falls where the brake is open.",
        "Mind your fingers and the load. Lift the return spring off its seat [1].",
    ] {
        let (_, answer) = asked(question(ASKED, false), &[said]).await;
        assert_eq!(answer.text.matches('⚠').count(), 2, "{}", answer.text);
    }
}

#[tokio::test]
async fn only_steps_that_are_told_bring_their_warnings() {
    let (_, answer) = asked(question("What comes second?", false), &["Drain the gear oil into a clean pan [1]."]).await;
    assert_eq!(texts(&answer), [FALLS], "the spring comes later");
    for value in ["The spring force is 210 N [1].", "The manuals hold no answer to this.", "Gear oil: 3.5 L [1]."] {
        let (_, answer) = asked(question("What is the value?", false), &[value]).await;
        assert_eq!(texts(&answer), [], "{value}");
    }
}

#[tokio::test]
async fn a_list_of_steps_in_quite_other_words_has_the_warnings_of_the_page() {
    let said = "1. Empty the housing.\n2. Pry out the coil [1].";
    let (_, answer) = asked(question(ASKED, false), &[said]).await;
    assert_eq!(texts(&answer), [FALLS, SPRING]);
}

#[tokio::test]
async fn an_answer_in_another_language_has_the_warnings_of_the_page() {
    let german = "Heben Sie die Rückholfeder von ihrem Sitz ab und legen Sie sie auf die Bank [1].";
    let (_, answer) = asked(question("Wie baue ich die Feder aus?", false), &[german]).await;
    assert_eq!(texts(&answer), [FALLS, SPRING]);
    assert!(answer.text.starts_with("> **⚠ DANGER:** The load falls where the brake is open. (Seite 1) [1]"));
    let (_, answer) = asked(question("Wie stark ist die Feder?", false), &["Die Federkraft beträgt 210 N [1]."]).await;
    assert_eq!(texts(&answer), []);
}

#[tokio::test]
async fn what_is_read_out_says_a_warning_before_its_step() {
    let said =
        ["First drain the gear oil ", "into a clean pan [1]. Then lift", " the return spring off its seat [1]. Done."];
    let (tokens, answer) = asked(question(ASKED, true), &said).await;
    assert_eq!(answer.text, tokens, "nothing has to be put in front later");
    let place = |part: &str| tokens.find(part).unwrap_or_else(|| panic!("{part} in {tokens}"));
    assert!(place("The load falls") < place("First drain"), "{tokens}");
    assert!(place("First drain") < place("Do not touch") && place("It breaks") < place("Then lift"), "{tokens}");
    assert_eq!(tokens.matches('⚠').count(), 2, "{tokens}");
    assert_eq!(answer.verification.unverified, []);
    // In another language, only the whole answer can be judged.
    let (tokens, _) =
        asked(question("Wie baue ich die Feder aus?", true), &["Heben Sie die Feder ab. Fertig [1]."]).await;
    assert!(tokens.starts_with("> **⚠ DANGER:**") && tokens.contains("\n\nHeben Sie"), "{tokens}");
}

#[tokio::test]
async fn pending_warnings_begin_the_next_answer_and_are_not_repeated() {
    let pending =
        vec![Warning { kind: WarningKind::Danger, text: FALLS.0.to_owned(), document_id: "d".to_owned(), page: 1 }];
    let next = Question { pending, ..question(ASKED, true) };
    let (tokens, answer) = asked(next, &["Lift the return spring off its seat [1]."]).await;
    assert!(
        tokens.starts_with("> **⚠ DANGER:** The load falls where the brake is open.\n\n> **⚠ WARNING:**"),
        "{tokens}"
    );
    assert_eq!((texts(&answer), answer.text.as_str()), (vec![FALLS, SPRING], tokens.as_str()));
    let reply = Question { reply: Some("All right."), ..question("", true) };
    assert_eq!(asked(reply, &["Nobody is asked."]).await.0, "All right.");
}

#[tokio::test]
async fn what_is_carried_over_takes_no_room_from_the_warnings_of_the_answer() {
    let one = |part: usize| {
        let (text, document_id) = (format!("Beware of part {part}."), "d".to_owned());
        Warning { kind: WarningKind::Caution, text, document_id, page: 1 }
    };
    let next = Question { pending: (0..MOST).map(one).collect(), ..question(ASKED, true) };
    let (_, answer) = asked(next, &["Lift the return spring off its seat [1]."]).await;
    assert_eq!(texts(&answer).get(MOST..), Some(&[FALLS, SPRING][..]), "an interruption would lose them");
}

/// What a model streams before the first mark of its answer.
fn begun() -> ModelEvent {
    ModelEvent::Token("Lift the return spring off its seat. Put it ".to_owned())
}

#[tokio::test]
async fn an_answer_that_is_stopped_before_its_first_mark_has_its_warnings() {
    let cancel = CancellationToken::new();
    let retrieve = |query: String| async move { Ok(found(&query)) };
    let model = Arc::new(Scripted::new(vec![Ok(begun())], true));
    let mut events = Box::pin(stream_answer(question(ASKED, false), retrieve, model, cancel.clone()));
    loop {
        match events.next().await.unwrap().unwrap() {
            AnswerEvent::Token(_) => cancel.cancel(),
            AnswerEvent::Stage(_) => {}
            AnswerEvent::Done(answer) => {
                assert_eq!((texts(&answer), answer.aborted), (vec![FALLS, SPRING], true));
                assert!(answer.text.starts_with("> **⚠ DANGER:** The load falls"), "{}", answer.text);
                return;
            }
        }
    }
}

#[tokio::test]
async fn an_answer_whose_model_fails_ends_with_the_warnings_that_it_leaves_out() {
    let failure = ProviderError::new("The language model", ProviderFailure::Timeout);
    let retrieve = |query: String| async move { Ok(found(&query)) };
    let model = Arc::new(Scripted::new(vec![Ok(begun()), Err(failure.into())], false));
    let events = stream_answer(question(ASKED, false), retrieve, model, CancellationToken::new());
    let events: Vec<_> = events.collect().await;
    assert!(matches!(events.last(), Some(Err(_))), "{events:?}");
    let tokens: Vec<&str> = events
        .iter()
        .filter_map(|event| match event {
            Ok(AnswerEvent::Token(token)) => Some(token.as_str()),
            _ => None,
        })
        .collect();
    let kept = tokens.concat();
    assert!(kept.starts_with("Lift the return spring") && kept.contains(FALLS.0) && kept.contains(SPRING.0), "{kept}");
}

#[test]
fn what_was_said_to_its_end_is_no_longer_pending() {
    let warning =
        |text: &str| Warning { kind: WarningKind::Caution, text: text.to_owned(), document_id: String::new(), page: 1 };
    let all = [warning("Hot oil burns."), warning("Wear [long] gloves.")];
    assert_eq!(unsaid(&all, "> **⚠ CAUTION:** Hot oil burns.\n\n> Wear \\[long\\]"), [warning("Wear [long] gloves.")]);
    assert_eq!(unsaid(&all, "Hot oil burns. Wear \\[long\\] gloves."), []);
    assert_eq!(unsaid(&all, "The hot oil burns!\nAnd wear your long gloves."), [], "nearly word for word");
}

#[test]
fn what_is_pending_from_before_stays_until_it_is_said() {
    let warning =
        |text: &str| Warning { kind: WarningKind::Caution, text: text.to_owned(), document_id: String::new(), page: 1 };
    let (before, own) = ([warning("Hot oil burns."), warning("Wear gloves.")], [warning("HOT OIL BURNS")]);
    let all = || before.iter().chain(&own);
    assert_eq!(unsaid(all(), ""), before, "each once");
    assert_eq!(unsaid(all(), "Wear gloves."), [warning("Hot oil burns.")]);
}

#[test]
fn an_answer_has_a_bounded_number_of_warnings() {
    let one = |at: usize| (if at == 3 { WarningKind::Danger } else { WarningKind::Caution }, at);
    let (kept, pages) =
        kept((0..20).map(one).collect(), MOST, |(kind, at)| (*kind, 10, u32::try_from(*at / 10).unwrap()));
    let places: Vec<usize> = kept.iter().map(|(_, at)| *at).collect();
    assert_eq!(places, [3, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    assert_eq!(pages, [0]);
    let (kept, _) =
        super::kept(vec![(WarningKind::Danger, 5_000), (WarningKind::Danger, 5_000)], MOST, |(kind, bytes)| {
            (*kind, *bytes, 1)
        });
    assert_eq!(kept.len(), 1);
}
