//! Chat over Socket.IO, over real sockets.

mod answers;
mod connections;
mod leaving;
mod refusals;

use serde_json::{Value, json};

use crate::harness::{TestSystem, TestUser, Told, eventually};

const SESSIONS: &str = "/api/v1/chat/sessions";

/// The variables of a system with the language model at this address, and some more.
fn model_at<'a>(url: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let model = [("LANGUAGE_MODEL", "openai"), ("OPENAI_BASE_URL", url), ("OPENAI_API_KEY", "sk-test")];
    [&model, more].concat()
}

/// A system with the language model at this address, and one of its users.
async fn with_model(url: &str) -> (TestSystem, TestUser) {
    let system = TestSystem::start_with(&model_at(url, &[])).await;
    let user = system.user().await;
    (system, user)
}

/// The messages of a session.
async fn messages(user: &TestUser, session: &str) -> Vec<Value> {
    let session = user.get(&format!("{SESSIONS}/{session}")).await.data(200);
    session["messages"].as_array().unwrap().clone()
}

/// The answer that was told, as it is stored: its text must be the tokens, joined.
async fn stored(user: &TestUser, told: &Told) -> Value {
    let all = messages(user, &told.session).await;
    let answer = all.into_iter().find(|message| message["id"] == json!(told.message)).expect("the answer");
    assert_eq!((&answer["content"], &answer["isGenerating"]), (&json!(told.text), &json!(false)));
    answer
}

/// The last message of a session, once it is no longer being written.
async fn settled(user: &TestUser, session: &str) -> Value {
    eventually(30, "the answer is settled", async || {
        let last = messages(user, session).await.pop()?;
        (last["role"] == "assistant" && last["isGenerating"] == false).then_some(last)
    })
    .await
}
