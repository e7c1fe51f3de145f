//! The voice WebSocket, over real sockets.

mod crowd;
mod handshake;
mod interrupting;
mod listening;
mod tickets;
mod turns;
mod warnings;
mod words;

use std::time::Duration;

use bytes::Bytes;
use foundation::need::Needed;
use serde_json::Value;
use speech::audio::{AudioLimits, Pcm, decode};

use crate::harness::{Received, TestSystem, TestUser, slow_model};

/// What speaks the answers.
const VOICE: Needed<'static> = Needed::Program("espeak-ng");

/// A system whose model says two hundred words in ten seconds.
async fn slow_system() -> TestSystem {
    with_model(&slow_model().await).await
}

/// A system with the language model at this address.
async fn with_model(url: &str) -> TestSystem {
    TestSystem::start_with(&model_at(url, &[])).await
}

/// The variables of a system with the language model at this address, and some more.
fn model_at<'a>(url: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let model = [("LANGUAGE_MODEL", "openai"), ("OPENAI_BASE_URL", url), ("OPENAI_API_KEY", "sk-test")];
    [&model, more].concat()
}

/// The kinds of frames, runs of the same being one.
fn kinds(received: &[Received]) -> Vec<&str> {
    let mut kinds: Vec<&str> = received.iter().map(Received::kind).collect();
    kinds.dedup();
    kinds
}

/// The sound of a binary frame, which must be a complete file.
fn sound(file: &Bytes) -> Pcm {
    assert!(file.starts_with(b"RIFF"), "a WAV file");
    assert_eq!(u32::from_le_bytes(file[4..8].try_into().unwrap()) as usize, file.len() - 8, "its header is right");
    decode(file.clone(), AudioLimits::new(Duration::from_mins(10))).expect("it can be played")
}

/// All files among these frames.
fn files(received: &[Received]) -> Vec<&Bytes> {
    received.iter().filter_map(|one| if let Received::Sound(file) = one { Some(file) } else { None }).collect()
}

/// The text of all tokens.
fn tokens(received: &[Received]) -> String {
    let token = |one: &Received| match one {
        Received::Frame(frame) if frame["type"] == "token" => frame["token"].as_str().map(str::to_owned),
        _ => None,
    };
    received.iter().filter_map(token).collect()
}

/// The stored answer of a user's only session, as soon as it is settled.
async fn stored_answer(user: &TestUser) -> Value {
    crate::harness::eventually(10, "the answer is settled", async || {
        let sessions = user.get("/api/v1/chat/sessions").await.data(200);
        let id = sessions["sessions"][0]["id"].as_str()?.to_owned();
        let session = user.get(&format!("/api/v1/chat/sessions/{id}")).await.data(200);
        let session = if session["session"].is_object() { session["session"].clone() } else { session };
        let answer = session["messages"].as_array()?.last()?.clone();
        (answer["role"] == "assistant" && answer["isGenerating"] == false).then_some(answer)
    })
    .await
}
