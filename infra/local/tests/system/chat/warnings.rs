//! Warnings of the manuals, which no answer loses.

use std::time::Duration;

use serde_json::{Value, json};

use super::{MESSAGES, SESSIONS, ask, said, text};
use crate::harness::pdf::pdf;
use crate::harness::{TestSystem, TestUser, model_that_says};

const BEFORE: &str = "4-2. HOIST REPAIR\n\
    DANGER\n\
    The load falls where the brake is open.\n\
    NOTE\n\
    Two persons are needed.\n\
    1. Open the inspection cover.";
const PAGE: &str = "4-2. HOIST REPAIR (Cont'd)\n\
    2. Drain the gear oil into a clean pan.\n\
    W A R N I N G\n\
    Do not touch the spring while it is loaded.\n\
    3. Lift the return spring off its seat.";
const QUESTION: &str = "How do I lift the return spring of the hoist off its seat?";

async fn user_with_manual(system: &TestSystem) -> (TestUser, Value) {
    let user = system.user().await;
    let id = user.upload_ready("hoist.pdf", pdf(&[BEFORE, PAGE])).await;
    let warning =
        |kind: &str, text: &str, page: u32| json!({"kind": kind, "text": text, "documentId": id, "page": page});
    let warnings = json!([
        warning("danger", "The load falls where the brake is open.", 1),
        warning("warning", "Do not touch the spring while it is loaded.", 2),
    ]);
    (user, warnings)
}

async fn system_that_says(answer: &str) -> TestSystem {
    let pieces = answer.split_inclusive(' ').map(str::to_owned).collect();
    let model = model_that_says(pieces, Duration::from_millis(2)).await;
    TestSystem::start_with(&[("LANGUAGE_MODEL", "openai"), ("OPENAI_BASE_URL", &model)]).await
}

#[tokio::test]
async fn a_quotation_brings_its_warnings_as_data_and_in_front_of_the_steps() {
    let system = TestSystem::start().await;
    let (user, warnings) = user_with_manual(&system).await;
    let events = ask(&user, &format!("{MESSAGES}/stream"), QUESTION).await.rest().await;
    let done = events.last().unwrap();
    assert_eq!(done["warnings"], warnings, "{done}");
    let answer = text(&done["fullText"]);
    let places = ["**⚠ DANGER:** The load falls", "**⚠ WARNING:** Do not touch", "3\\. Lift the return spring"];
    let places: Vec<Option<usize>> = places.iter().map(|part| answer.find(part)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{answer}");
    assert!(!answer.contains("⚠ NOTE"), "{answer}");

    // The same everywhere.
    let id = text(&done["sessionId"]);
    let session = user.get(&format!("{SESSIONS}/{id}")).await.data(200);
    assert_eq!((&session["messages"][1]["warnings"], &session["messages"][0]["warnings"]), (&warnings, &json!([])));
    let exported = user.get(&format!("{SESSIONS}/{id}/export?format=json")).await.json();
    assert_eq!(exported["messages"][1]["warnings"], warnings);
    let markdown = user.get(&format!("{SESSIONS}/{id}/export")).await.text;
    assert!(markdown.contains("> **⚠ DANGER:** The load falls where the brake is open."), "{markdown}");
    assert!(!markdown.contains("> **⚠ DANGER**, page"), "it is not said twice: {markdown}");
    let replied = user.post(MESSAGES, said(QUESTION)).await.data(201);
    assert_eq!(replied["assistantMessage"]["warnings"], warnings);
    let account = user.get("/api/v1/user/export").await.text;
    assert!(account.contains("\"warnings\"") && account.contains("Do not touch the spring"), "{account}");
}

#[tokio::test]
async fn what_a_model_leaves_out_stands_in_front_and_at_the_end_of_the_tokens() {
    let system = Box::pin(system_that_says("Lift the return spring off its seat [1]. Put it on the bench.")).await;
    let (user, warnings) = user_with_manual(&system).await;
    let events = ask(&user, &format!("{MESSAGES}/stream"), QUESTION).await.rest().await;
    let streamed: String = events.iter().filter_map(|event| event["token"].as_str()).collect();
    let done = events.last().unwrap();
    let answer = text(&done["fullText"]);
    assert_eq!(done["warnings"], warnings, "{done}");
    assert!(
        answer.starts_with("> **⚠ DANGER:** The load falls where the brake is open. (page 1) [1]\n\n> **⚠"),
        "{answer}"
    );
    assert!(answer.contains("is loaded. [1]\n\nLift the return spring off its seat [1]."), "{answer}");
    assert!(streamed.starts_with("Lift the return spring"), "{streamed}");
    assert!(streamed.find("bench.") < streamed.find("⚠ WARNING:** Do not touch the spring"), "{streamed}");
    let stored = user.get(&format!("{SESSIONS}/{}", text(&done["sessionId"]))).await.data(200);
    assert_eq!(stored["messages"][1]["content"], json!(answer));
}

#[tokio::test]
async fn a_model_that_says_them_or_tells_no_step_is_left_alone() {
    for (answer, expected) in [
        (
            "The load falls where the brake is open [1]. Do not touch the spring while it is loaded [1].\n\n\
             1. Lift the return spring off its seat [1].",
            2,
        ),
        ("The manual is about a hoist [1].", 0),
    ] {
        let system = Box::pin(system_that_says(answer)).await;
        let (user, _) = user_with_manual(&system).await;
        let replied = user.post(MESSAGES, said(QUESTION)).await.data(201)["assistantMessage"].clone();
        assert_eq!(replied["warnings"].as_array().unwrap().len(), expected, "{replied}");
        assert!(text(&replied["content"]).starts_with(answer), "{replied}");
    }
}

#[tokio::test]
async fn a_warning_that_is_hostile_shows_no_picture_and_no_link() {
    let system = Box::pin(system_that_says("Open the yellow valve by hand [1].")).await;
    let user = system.user().await;
    let page = "2-1. VALVE\nWARNING\n![x](https://evil.example/?q=1) <b>Hot</b> [4] see https://evil.example now.\n\
        1. Open the yellow valve by hand.";
    user.upload_ready("valve.pdf", pdf(&[page])).await;
    let replied =
        user.post(MESSAGES, said("How do I open the yellow valve?")).await.data(201)["assistantMessage"].clone();
    let content = text(&replied["content"]);
    assert!(content.starts_with("> **⚠ WARNING:** ") && content.contains("Hot"), "{content}");
    let (answer, _) = content.split_once("**Sources**").expect("a list of sources");
    let bare = answer.replace("\\[", "").replace("\\]", "").replace("\\<", "");
    for form in ["![", "](", "<b>", "https://", " [4]"] {
        assert!(!bare.contains(form), "{form} in {content}");
    }
}
