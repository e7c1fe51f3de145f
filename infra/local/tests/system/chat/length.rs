//! Answers that are too long.

use std::time::Duration;

use serde_json::json;

use super::{MESSAGES, ask, messages, text};
use crate::harness::{TestSystem, model_of_sentences};

const CUT: &str = "*The answer stops here because it has reached its greatest length. Ask on to get the rest.*";

async fn system() -> TestSystem {
    // It would take a minute.
    let model = model_of_sentences(6_000, Duration::from_millis(10)).await;
    let variables = [
        ("LANGUAGE_MODEL", "openai"),
        ("OPENAI_BASE_URL", model.as_str()),
        ("ANSWER_TOKENS", "200"),
        ("TEXT_TO_SPEECH", "none"),
    ];
    TestSystem::start_with(&variables).await
}

#[tokio::test]
async fn an_answer_is_cut_at_its_limit_and_says_so() {
    let system = system().await;
    let user = system.user().await;
    let events = ask(&user, &format!("{MESSAGES}/stream"), "Tell me everything.").await.rest().await;
    let done = events.last().unwrap();
    assert_eq!((&done["done"], done.get("aborted"), done.get("error")), (&json!(true), None, None), "{done}");
    let answer = text(&done["fullText"]);
    assert!(answer.contains("sentence20.") && !answer.contains("sentence80."), "{answer}");
    assert!(answer.ends_with(CUT), "{answer}");
    let stored = messages(&user, done["sessionId"].as_str().unwrap()).await;
    assert_eq!((&stored[1]["content"], &stored[1]["isStopped"]), (&json!(answer), &json!(false)));
}

#[tokio::test]
async fn so_is_one_that_is_spoken() {
    let system = system().await;
    let user = system.user().await;
    let mut socket = user.socket().await;
    socket.send(json!({"type": "config", "audio": "none"})).await;
    socket.ask("Tell me everything.").await;
    let answer = socket.find("final").await;
    assert!(text(&answer["response"]).ends_with(CUT), "{answer}");
}
