//! Speech to text, and text to speech.

#[path = "../../../../shared/speech/src/audio/tests/bomb.rs"]
pub mod bomb;
mod scripted;
mod synthesize;
mod transcribe;

use reqwest::Method;
use reqwest::multipart::{Form, Part};

use crate::harness::{Answer, TestSystem, TestUser};

const TRANSCRIBE: &str = "/api/v1/asr/transcribe";
const SYNTHESIZE: &str = "/api/v1/asr/synthesize";

/// A recording of the project.
fn recording(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/speech/tests/data/audio");
    std::fs::read(format!("{folder}/{name}")).unwrap()
}

/// A file as the frontend sends it: always by the same name and type.
fn part(bytes: Vec<u8>) -> Part {
    Part::bytes(bytes).file_name("recording.webm").mime_str("audio/webm").unwrap()
}

async fn transcribe(caller: &TestUser, part: Part) -> Answer {
    caller.send(caller.request(Method::POST, TRANSCRIBE).multipart(Form::new().part("file", part))).await
}

#[tokio::test]
async fn where_the_family_is_not_open_a_sign_in_is_needed() {
    let system = TestSystem::start_with(&[
        ("SERVICES_ANONYMOUS", "none"),
        ("SPEECH_TO_TEXT", "none"),
        ("TEXT_TO_SPEECH", "none"),
    ])
    .await;
    let (user, visitor) = (system.user().await, system.visitor());
    let text = || serde_json::json!({"text": "Close the valve."});
    assert_eq!(transcribe(&visitor, part(recording("live.webm"))).await.code(401), "not_signed_in");
    assert_eq!(visitor.post(SYNTHESIZE, text()).await.code(401), "not_signed_in");
    // What is switched off says so, in words for an operator.
    let deaf = transcribe(&user, part(recording("live.webm"))).await;
    assert_eq!(deaf.code(503), "speech_recognition_not_configured");
    let mute = user.post(SYNTHESIZE, text()).await;
    assert_eq!(mute.code(503), "speech_synthesis_not_configured");
    assert!(mute.json()["message"].as_str().unwrap().contains("TEXT_TO_SPEECH"));
}
