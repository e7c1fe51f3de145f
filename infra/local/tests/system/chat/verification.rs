//! Figures of an answer that do not stand on the pages that it cites.

use std::time::Duration;

use foundation::need::{Needed, need};
use serde_json::{Value, json};

use super::{MESSAGES, SESSIONS, ask, said, text};
use crate::harness::pdf::pdf;
use crate::harness::{Received, TestSystem, TestUser, model_that_says};

const PAGE: &str = "TRANSFER CASE\n\
    1. Tighten the front drain plug to 25-37 lb-ft.\n\
    2. Tighten the rear fill plug to 44 lb-ft.\n\
    3. Use seal MS28775-218 at the front yoke.";
const QUESTION: &str = "How tight are the drain plug and the fill plug of the transfer case?";

async fn system_that_says(answer: &str) -> (TestSystem, TestUser) {
    let pieces = answer.split_inclusive(' ').map(str::to_owned).collect();
    let model = model_that_says(pieces, Duration::from_millis(2)).await;
    let system = TestSystem::start_with(&[("LANGUAGE_MODEL", "openai"), ("OPENAI_BASE_URL", &model)]).await;
    let user = system.user().await;
    user.upload_ready("case.pdf", pdf(&[PAGE])).await;
    (system, user)
}

#[tokio::test]
async fn a_figure_that_is_not_on_the_page_is_marked_everywhere() {
    let lie = "The rear fill plug takes 48 lb-ft [1]. The front drain plug takes 25 to 37 ft-lbs [1].";
    let (_system, user) = Box::pin(system_that_says(lie)).await;
    let events = ask(&user, &format!("{MESSAGES}/stream"), QUESTION).await.rest().await;
    let streamed: String = events.iter().filter_map(|event| event["token"].as_str()).collect();
    let done = events.last().unwrap();
    let answer = text(&done["fullText"]);
    let expected = json!({"checked": 3, "unverified": [{"text": "48 lb-ft", "reason": "not_on_page"}]});
    assert_eq!(done["verification"], expected);
    assert!(answer.starts_with("The rear fill plug takes 48 lb-ft ⚠ [1]. The front"), "{answer}");
    // Who only collects tokens is told at the end.
    assert!(streamed.contains("⚠ Not found on the cited pages: 48 lb-ft."), "{streamed}");
    assert!(answer.contains("⚠ Not found on the cited pages: 48 lb-ft."), "{answer}");
    assert!(answer.contains("- [1] [case.pdf, page 1](") && answer.ends_with(')'), "{answer}");

    let id = text(&done["sessionId"]);
    let session = user.get(&format!("{SESSIONS}/{id}")).await.data(200);
    assert_eq!(session["messages"][1]["verification"], expected);
    assert_eq!(session["messages"][0]["verification"], Value::Null);
    let exported = user.get(&format!("{SESSIONS}/{id}/export?format=json")).await.json();
    assert_eq!(exported["messages"][1]["verification"], expected);
    let markdown = user.get(&format!("{SESSIONS}/{id}/export")).await.text;
    assert!(markdown.contains("checked against the cited pages: 3; not verified: 1"), "{markdown}");
}

#[tokio::test]
async fn rows_that_are_swapped_are_marked() {
    let swapped = "Front drain plug: 44 lb-ft; rear fill plug: 25-37 lb-ft [1].";
    let (_system, user) = Box::pin(system_that_says(swapped)).await;
    let answer = user.post(MESSAGES, said(QUESTION)).await.data(201)["assistantMessage"].clone();
    let reasons = json!([
        {"text": "44 lb-ft", "reason": "of_something_else"},
        {"text": "25-37 lb-ft", "reason": "of_something_else"},
    ]);
    assert_eq!(answer["verification"]["unverified"], reasons, "{answer}");
}

#[tokio::test]
async fn an_unverified_figure_is_said_to_be_one() {
    let (_system, user) = Box::pin(system_that_says("The rear fill plug takes 48 lb-ft [1].")).await;
    let mut socket = user.socket().await;
    socket.send(json!({"type": "config", "audio": "sentence"})).await;
    socket.ask(QUESTION).await;
    let received = socket.until("final").await;
    let Some(Received::Frame(last)) = received.last() else { panic!("no frame") };
    assert_eq!(last["verification"]["unverified"][0]["text"], "48 lb-ft", "{last}");
    if need(Needed::Program("espeak-ng")).is_some() {
        let rest = socket.for_a_while(Duration::from_secs(4)).await;
        let spoken: Vec<String> = received
            .iter()
            .chain(&rest)
            .filter_map(|one| match one {
                Received::Frame(frame) if frame["type"] == "audio" => Some(text(&frame["text"])),
                _ => None,
            })
            .collect();
        let said = spoken.join(" ");
        assert!(said.contains("Not found on the cited pages: 48 lb-ft."), "{said}");
    }
}

#[tokio::test]
async fn what_is_quoted_passes() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    user.upload_ready("case.pdf", pdf(&[PAGE])).await;
    for question in [QUESTION, "Which seal is used at the front yoke?", "How do I fit part XK-99817?"] {
        let answer = user.post(MESSAGES, said(question)).await.data(201)["assistantMessage"].clone();
        assert_eq!(answer["verification"]["unverified"], json!([]), "{answer}");
    }
}
