//! The chat family.

mod answers;
mod bad_input;
mod changes;
mod clean_up;
mod hostile;
mod length;
mod pace;
mod pictures;
mod procedure;
mod references;
mod requests;
mod sessions;
mod verification;
mod warnings;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Events, TestSystem, TestUser, events, slow_model};

const SESSIONS: &str = "/api/v1/chat/sessions";
const MESSAGES: &str = "/api/v1/chat/messages";

/// A message of words alone.
fn said(content: &str) -> Value {
    json!({"content": content, "images": []})
}

/// A system whose answers take ten seconds.
async fn slow_system() -> TestSystem {
    let model = slow_model().await;
    TestSystem::start_with(&[("LANGUAGE_MODEL", "openai"), ("OPENAI_BASE_URL", &model)]).await
}

/// Asks and gives the events of the answer.
async fn ask(user: &TestUser, path: &str, content: &str) -> Events {
    events(user.request(Method::POST, path).json(&said(content)).send().await.unwrap())
}

/// Asks in a new session and waits until the answer has some text; the session and its events.
async fn ask_slowly(user: &TestUser) -> (String, Events) {
    let mut stream = ask(user, "/api/v1/chat/messages/stream", "Tell me everything.").await;
    let event = stream.find(has_text).await;
    (text(&event["sessionId"]), stream)
}

fn has_text(event: &Value) -> bool {
    event["fullText"].as_str().is_some_and(|text| !text.is_empty())
}

/// A session with one question and its answer, both ids included.
async fn answered(user: &TestUser, content: &str) -> (String, String, String) {
    let data = user.post(MESSAGES, said(content)).await.data(201);
    (text(&data["session"]["id"]), text(&data["userMessage"]["id"]), text(&data["assistantMessage"]["id"]))
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

async fn session(user: &TestUser, id: &str) -> Value {
    user.get(&format!("{SESSIONS}/{id}")).await.data(200)
}

async fn messages(user: &TestUser, id: &str) -> Vec<Value> {
    session(user, id).await["messages"].as_array().unwrap().clone()
}

/// The same value with everything that differs from run to run named instead of shown.
fn redacted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(redacted).collect(),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.clone(), field(name, value))).collect())
        }
        other => other.clone(),
    }
}

fn field(name: &str, value: &Value) -> Value {
    let varies = name == "id" || name == "fileUrl" || name.ends_with("Id") || name.ends_with("At");
    if varies && value.is_string() { json!(format!("[{name}]")) } else { redacted(value) }
}
