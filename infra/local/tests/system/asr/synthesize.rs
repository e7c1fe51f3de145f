//! A text, read out.

use std::sync::atomic::Ordering;
use std::time::Duration;

use foundation::need::{Needed, need};
use reqwest::Method;
use serde_json::{Value, json};
use speech::audio::{AudioLimits, Pcm, decode};

use super::SYNTHESIZE;
use super::scripted::beside;
use crate::harness::{TestSystem, TestUser, is_speech, refused_beyond, sentences};

/// The type and the bytes of an answer that must be a file.
async fn file(caller: &TestUser, body: Value) -> (String, Vec<u8>) {
    let response = caller.request(Method::POST, SYNTHESIZE).json(&body).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 200, "{body}");
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    (kind, response.bytes().await.unwrap().to_vec())
}

fn sound(bytes: Vec<u8>) -> Pcm {
    decode(bytes, AudioLimits::new(Duration::from_mins(10))).unwrap()
}

#[tokio::test]
async fn a_markdown_text_becomes_a_playable_wav() {
    if need(Needed::Program("espeak-ng")).is_none() {
        return;
    }
    let system = TestSystem::start_with(&[("TEXT_TO_SPEECH", "espeak")]).await;
    let visitor = system.visitor();
    let text = "## Torque\n\nTighten the **housing bolts** to 85 Nm [1]. See https://example.com/a?b=c.\n\n\
                | part | torque |\n|---|---|\n| M8 | 25 Nm |\n";
    let (kind, bytes) = file(&visitor, json!({"text": text})).await;
    assert_eq!(kind, "audio/wav");
    assert_eq!(u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize, bytes.len() - 8);
    assert_eq!(u32::from_le_bytes(bytes[40..44].try_into().unwrap()) as usize, bytes.len() - 44);
    let usual = sound(bytes);
    assert!(usual.duration() > Duration::from_secs(3) && is_speech(&usual), "{:?}", usual.duration());
    let fast = sound(file(&visitor, json!({"text": text, "speed": 2, "voice": "en-gb"})).await.1);
    assert!(fast.duration() < usual.duration().mul_f32(0.8), "{:?}", fast.duration());
    // A client need not know which provider is at work.
    for voice in ["alloy", "Nova", "xx-nobody"] {
        let other = sound(file(&visitor, json!({"text": text, "voice": voice})).await.1);
        assert_eq!(other, usual, "{voice}");
    }
}

#[tokio::test]
async fn every_format_is_a_file_that_can_be_decoded() {
    let system = TestSystem::start().await;
    let (visitor, scripted) = beside(&system).await;
    for (format, kind, start) in
        [("wav", "audio/wav", "RIFF"), ("mp3", "audio/mpeg", ""), ("opus", "audio/ogg;codecs=opus", "OggS")]
    {
        let (found, bytes) = file(&visitor, json!({"text": "One is here. Two is there.", "format": format})).await;
        assert_eq!(found, kind);
        assert!(bytes.starts_with(start.as_bytes()), "{format}");
        let seconds = sound(bytes).duration().as_secs_f32();
        assert!((0.3..0.6).contains(&seconds), "{format}: {seconds}");
    }
    assert_eq!(scripted.said.load(Ordering::Relaxed), 6);
    let nothing = visitor.post(SYNTHESIZE, json!({"text": "---"})).await;
    assert_eq!(nothing.code(400), "validation_failed");
    assert_eq!(sentences(&nothing.json()), ["text holds nothing that can be read out"]);
}

#[tokio::test]
async fn every_field_at_fault_gets_its_sentence() {
    let system = TestSystem::start().await;
    let (visitor, scripted) = beside(&system).await;
    for (body, wanted) in [
        (json!({}), "text is required"),
        (json!({"text": ""}), "text must not be empty"),
        (json!({"text": " \n\t"}), "text must not be empty"),
        (json!({"text": 7}), "text must be text"),
        (json!({"text": "a", "format": "ogg"}), "format must be wav, mp3 or opus"),
        (json!({"text": "a", "format": 1}), "format must be wav, mp3 or opus"),
        (json!({"text": "a", "speed": 0.4}), "speed must be a number from 0.5 to 2"),
        (json!({"text": "a", "speed": 2.1}), "speed must be a number from 0.5 to 2"),
        (json!({"text": "a", "speed": "1"}), "speed must be a number from 0.5 to 2"),
    ] {
        let answer = visitor.post(SYNTHESIZE, body).await;
        assert_eq!(answer.code(400), "validation_failed");
        assert_eq!(sentences(&answer.json()), [wanted]);
    }
    for voice in ["", "-x", "../a", "a b", "ä", "a\tb", &"v".repeat(65)] {
        let answer = visitor.post(SYNTHESIZE, json!({"text": "a", "voice": voice})).await;
        assert!(sentences(&answer.json())[0].starts_with("voice must "), "{voice:?}");
    }
    let all = visitor.post(SYNTHESIZE, json!({"text": "", "voice": 1, "format": 1, "speed": 9})).await;
    assert_eq!(sentences(&all.json()).len(), 4);
    let words = "wörd ".repeat(1_001);
    assert_eq!(visitor.post(SYNTHESIZE, json!({"text": words})).await.code(413), "text_too_long");
    let form = visitor.request(Method::POST, SYNTHESIZE).body("text=a");
    assert_eq!(visitor.send(form).await.code(415), "unsupported_media_type");
    assert_eq!(scripted.said.load(Ordering::Relaxed), 0);
    assert_eq!(file(&visitor, json!({"text": "é".repeat(5_000), "voice": null, "speed": 0.5})).await.0, "audio/wav");
}

#[tokio::test]
async fn failures_of_the_provider_are_told() {
    let system = TestSystem::start().await;
    let (visitor, _) = beside(&system).await;
    let busy = visitor.post(SYNTHESIZE, json!({"text": "Hello.", "voice": "busy"})).await;
    assert_eq!(
        (busy.code(503).as_str(), &busy.headers["retry-after"]),
        ("provider_rate_limited", &"7".parse().unwrap())
    );
    let nobody = visitor.post(SYNTHESIZE, json!({"text": "Hello.", "voice": "nobody"})).await;
    assert_eq!(nobody.code(400), "voice_refused");
    assert!(!nobody.text.contains("no such voice"), "the cause is for the log");
}

#[tokio::test]
async fn texts_of_one_address_are_limited() {
    let system = TestSystem::start().await;
    let (visitor, _) = beside(&system).await;
    let text = json!({"text": "---"});
    let send = async || visitor.send(visitor.request(Method::POST, SYNTHESIZE).json(&text)).await;
    let refused = refused_beyond(60, send).await;
    assert_eq!(refused.code(429), "too_many_requests");
}

#[tokio::test]
async fn a_text_that_takes_too_long_is_refused() {
    if need(Needed::Program("espeak-ng")).is_none() || need(Needed::Model("piper-en-us-joe")).is_none() {
        return;
    }
    let system = TestSystem::start_with(&[("SPEECH_SECONDS", "2")]).await;
    let refused = system.visitor().post(SYNTHESIZE, json!({"text": "Check the oil. ".repeat(300)})).await;
    assert_eq!(refused.code(503), "provider_timeout");
}
