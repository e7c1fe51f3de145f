#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::time::{Duration, Instant};

use super::*;
use crate::assistant::draft::{CUT, LONGEST_ANSWER};
use crate::assistant::test_support::{Scripted, findings, passage};
use crate::assistant::{Answer, Image, ImageSource, ModelEvent};
use foundation::ids::UserId;
use foundation::provider::{ProviderError, ProviderFailure};

fn question(text: &str) -> Question {
    Question::new(UserId::new(), text)
}

fn two_passages(query: &str) -> Findings {
    findings(query, vec![passage(3, "", "first", 0.5), passage(9, "", "second", 0.5)])
}

async fn all(question: Question, model: Scripted, cancel: CancellationToken) -> Vec<Result<AnswerEvent, AnswerError>> {
    let retrieve = |query: String| async move { Ok(two_passages(&query)) };
    stream_answer(question, retrieve, Arc::new(model), cancel).collect().await
}

fn done(events: &[Result<AnswerEvent, AnswerError>]) -> Answer {
    match events.last() {
        Some(Ok(AnswerEvent::Done(answer))) => answer.as_ref().clone(),
        other => panic!("no end: {other:?}"),
    }
}

fn timeout() -> AnswerError {
    ProviderError::new("The language model", ProviderFailure::Timeout).into()
}

fn tokens(events: &[Result<AnswerEvent, AnswerError>]) -> String {
    events
        .iter()
        .filter_map(|event| match event {
            Ok(AnswerEvent::Token(token)) => Some(token.as_str()),
            _ => None,
        })
        .collect()
}

#[tokio::test]
async fn the_tokens_are_the_answer_with_its_sources() {
    let model = Scripted::saying(&["Do it ", "[", "2", "]", " [7]."]);
    let events = all(question("How is the pump removed?"), model, CancellationToken::new()).await;
    let answer = done(&events);
    assert_eq!(answer.text, "Do it [1].\n\n**Sources**\n\n- [1] pump_manual.pdf, page 9");
    assert_eq!(tokens(&events), answer.text);
    assert_eq!(answer.citations.iter().map(|citation| citation.page).collect::<Vec<_>>(), [9]);
    assert!(!answer.aborted);
    let stages: Vec<_> = events.iter().filter(|event| matches!(event, Ok(AnswerEvent::Stage(_)))).collect();
    assert_eq!(stages.len(), 2);
}

#[tokio::test]
async fn pictures_and_foreign_links_never_leave() {
    let model =
        Scripted::saying(&["See !", "[", "x](https://evil.example/?q=", "1) [2] and [it](https://evil", ".example)."]);
    let events = all(question("How is the pump removed?"), model, CancellationToken::new()).await;
    let answer = done(&events);
    assert_eq!(answer.text, "See x [1] and it.\n\n**Sources**\n\n- [1] pump_manual.pdf, page 9");
    assert_eq!(tokens(&events), answer.text);
}

#[tokio::test]
async fn pictures_have_their_stage() {
    let mut asked = question("What is this?");
    let source = ImageSource::Address("https://example.com/a.png".parse().unwrap());
    asked.images.push(Image { name: "a.png".to_owned(), source });
    let events = all(asked, Scripted::saying(&["A pump."]), CancellationToken::new()).await;
    assert!(events.iter().any(|event| matches!(event, Ok(AnswerEvent::Stage(Stage::ImageAnalysis)))));
}

#[tokio::test]
async fn cancelling_ends_at_once_with_what_was_streamed() {
    let script = vec![Ok(ModelEvent::Token("Loosen [1] ".to_owned())), Ok(ModelEvent::Token("the".to_owned()))];
    let cancel = CancellationToken::new();
    let retrieve = |query: String| async move { Ok(two_passages(&query)) };
    let model = Arc::new(Scripted::new(script, true));
    let mut events = Box::pin(stream_answer(question("How?"), retrieve, model, cancel.clone()));
    let mut streamed = String::new();
    while !streamed.ends_with("the") {
        if let AnswerEvent::Token(token) = events.next().await.unwrap().unwrap() {
            streamed.push_str(&token);
        }
    }
    cancel.cancel();
    let asked = Instant::now();
    let Some(Ok(AnswerEvent::Done(answer))) = events.next().await else { panic!("no end") };
    assert!(asked.elapsed() < Duration::from_millis(100));
    assert!(answer.aborted);
    assert_eq!(answer.text, streamed);
    assert_eq!(answer.citations.len(), 1);
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn cancelling_during_retrieval_ends_at_once() {
    let cancel = CancellationToken::new();
    let retrieve = |_: String| futures::future::pending();
    let mut events =
        Box::pin(stream_answer(question("How?"), retrieve, Arc::new(Scripted::saying(&["x"])), cancel.clone()));
    assert!(matches!(events.next().await, Some(Ok(AnswerEvent::Stage(Stage::Retrieval)))));
    cancel.cancel();
    let Some(Ok(AnswerEvent::Done(answer))) = events.next().await else { panic!("no end") };
    assert!(answer.aborted && answer.text.is_empty());
}

#[tokio::test]
async fn an_error_of_the_model_is_the_last_event() {
    let script = vec![Ok(ModelEvent::Token("So far ".to_owned())), Err(timeout())];
    let events = all(question("How?"), Scripted::new(script, true), CancellationToken::new()).await;
    assert_eq!(tokens(&events), "So far");
    assert!(matches!(events.last(), Some(Err(AnswerError::Provider(_)))));
}

#[tokio::test]
async fn a_model_without_an_end_is_stopped() {
    let script = (0..100).map(|_| Ok(ModelEvent::Token("x".repeat(1_000)))).collect();
    let events = all(question("How?"), Scripted::new(script, true), CancellationToken::new()).await;
    let answer = done(&events);
    assert!(answer.text.len() <= LONGEST_ANSWER + 1_000 && !answer.aborted);
    assert!(answer.text.ends_with(CUT), "the answer says that it was cut");
}

#[tokio::test]
async fn a_model_that_goes_on_beyond_its_tokens_is_cut_and_says_so() {
    let asked = |answer_tokens| PreparedQuestion {
        step: None,
        question: question("How?"),
        picture_summaries: Vec::new(),
        context_tokens: CONTEXT_TOKENS,
        answer_tokens,
        gateway_url: String::new(),
    };
    let script = || (0..100).map(|_| Ok(ModelEvent::Token("word [1] ".to_owned()))).collect();
    let answer = async |answer_tokens| {
        let retrieve = |query: String| async move { Ok(two_passages(&query)) };
        let model = Arc::new(Scripted::new(script(), true));
        let events = stream_seen(asked(answer_tokens), retrieve, model, CancellationToken::new());
        done(&events.collect::<Vec<_>>().await)
    };
    // Four tokens a word: the model would be silent for ever behind the hundredth.
    let answer = answer(40).await;
    assert_eq!(answer.text.matches("word").count(), 13, "a quarter more than its limit: {}", answer.text);
    let (body, sources) = answer.text.split_once(CUT).unwrap();
    assert!(body.trim_end().ends_with("[1]") && sources.contains("**Sources**") && !answer.aborted, "{}", answer.text);
}

#[tokio::test]
async fn an_answer_that_the_model_ended_at_its_limit_says_so() {
    let script = vec![Ok(ModelEvent::Token("Loosen the".to_owned())), Ok(ModelEvent::LimitReached)];
    let events = all(question("How?"), Scripted::new(script, false), CancellationToken::new()).await;
    let answer = done(&events);
    assert_eq!(answer.text, format!("Loosen the{CUT}"));
    assert_eq!(tokens(&events), answer.text);
}

#[test]
fn the_window_begins_with_the_user_and_has_no_sources() {
    let turn = |role, content: &str| Turn { role, content: content.to_owned() };
    let mut history: Vec<Turn> = (0..20)
        .flat_map(|_| [turn(Role::User, "q"), turn(Role::Assistant, "a [1].\n\n**Sources**\n\n- [1] m.pdf, page 1")])
        .collect();
    let seen = window(&history);
    assert_eq!(seen.len(), WINDOW_TURNS);
    assert!(seen.iter().all(|turn| !turn.content.contains("Sources")));
    history.push(turn(Role::User, &"x".repeat(WINDOW_CHARACTERS + 1)));
    assert!(window(&history).is_empty());
    assert_eq!(window(&[turn(Role::Assistant, "hello")]), []);
}
