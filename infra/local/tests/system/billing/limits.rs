//! Limits hold, however many requests come at once.

use std::time::Duration;

use futures::future::join_all;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use speech::audio::{Pcm, SoundFormat};

use super::{PlansFile, used};
use crate::harness::pdf::pdf;
use crate::harness::{Received, TestUser, hearing, model_of_sentences};

const MESSAGES: &str = "/api/v1/chat/messages";
const UPLOADS: &str = "/api/v1/repository/uploads";
const MEGABYTE: u64 = 1024 * 1024;

fn wish(size: u64) -> Value {
    json!({"fileName": "manual.pdf", "fileSize": size, "contentType": "application/pdf"})
}

#[tokio::test]
async fn of_a_hundred_questions_at_once_as_many_are_answered_as_the_plan_allows() {
    let plans = PlansFile::new(5, MEGABYTE, 10, 1);
    let system = plans.system(&[]).await;
    let (user, neighbour) = (system.user().await, system.user().await);
    let question = json!({"content": "Which oil?", "images": []});
    let answers = join_all((0..100).map(|_| user.post(MESSAGES, question.clone()))).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((count(201), count(402)), (10, 90));
    assert_eq!(used(&user, "messagesPerMonth").await, 10);

    let refused = answers.into_iter().find(|answer| answer.status == 402).unwrap();
    let error = refused.json();
    assert_eq!(refused.code(402), "plan_limit_reached");
    let data = &error["data"];
    assert_eq!(
        (&data["limit"], &data["planId"], &data["allowed"], &data["used"]),
        (&json!("messagesPerMonth"), &json!("free"), &json!(10), &json!(10))
    );
    assert!(data["resetsAt"].as_str().unwrap().ends_with("-01T00:00:00Z"));
    assert!(error["message"].as_str().unwrap().starts_with("Your plan's 10 questions of this month are used up."));
    // A stream is refused before it begins.
    assert_eq!(user.post("/api/v1/chat/messages/stream", question.clone()).await.code(402), "plan_limit_reached");
    neighbour.post(MESSAGES, question).await.data(201);
}

#[tokio::test]
async fn of_many_uploads_at_once_as_many_are_begun_as_the_plan_allows() {
    let plans = PlansFile::new(5, MEGABYTE, 10, 1);
    let system = plans.system(&[]).await;
    let user = system.user().await;
    let answers = join_all((0..30).map(|_| user.post(UPLOADS, wish(1_000)))).await;
    let begun = answers.iter().filter(|answer| answer.status == 201).count();
    assert!(
        answers.iter().all(|answer| matches!(answer.status, 201 | 402 | 503)),
        "{:?}",
        answers.iter().map(|answer| answer.status).collect::<Vec<_>>()
    );
    assert!((1..=5).contains(&begun), "{begun}");
    for _ in begun..5 {
        user.post(UPLOADS, wish(1_000)).await.data(201);
    }
    assert_eq!((used(&user, "documents").await, used(&user, "storageBytes").await), (5, 5_000));
    let refused = user.post(UPLOADS, wish(1_000)).await;
    assert_eq!(refused.code(402), "plan_limit_reached");
    assert_eq!(
        refused.json()["data"],
        json!({"limit": "documents", "planId": "free", "allowed": 5, "used": 5, "resetsAt": null})
    );
    let link = json!({"documents": [{"fileName": "a.pdf", "fileUrl": "http://localhost:9/a.pdf", "fileSize": 1}]});
    assert_eq!(user.post("/api/v1/repository/documents", link.clone()).await.code(402), "plan_limit_reached");

    // What is deleted makes room.
    let documents = user.get("/api/v1/repository/documents").await.data(200);
    let id = documents["documents"][0]["id"].as_str().unwrap();
    user.delete(&format!("/api/v1/repository/documents/{id}")).await.data(200);
    user.post("/api/v1/repository/documents", link.clone()).await.data(201);
    // What is there already needs none.
    user.post("/api/v1/repository/documents", link).await.data(200);
}

#[tokio::test]
async fn documents_fit_into_the_storage_of_the_plan_or_are_refused() {
    let plans = PlansFile::new(5, MEGABYTE, 10, 1);
    let system = plans.system(&[]).await;
    let user = system.user().await;
    user.post(UPLOADS, wish(MEGABYTE - 10)).await.data(201);
    let refused = user.post(UPLOADS, wish(11)).await;
    assert_eq!(refused.code(402), "plan_limit_reached");
    assert_eq!(refused.json()["data"]["limit"], "storageBytes");
    user.post(UPLOADS, wish(10)).await.data(201);
    assert_eq!(used(&user, "storageBytes").await, MEGABYTE);
}

fn tone(seconds: usize) -> Vec<u8> {
    Pcm { rate: 16_000, samples: vec![0; seconds * 16_000] }.encode(SoundFormat::Wav).unwrap()
}

fn speech() -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/speech/tests/data/audio");
    std::fs::read(format!("{folder}/speech.flac")).unwrap()
}

async fn transcribe(user: &TestUser, recording: Vec<u8>) -> crate::harness::Answer {
    let part = Part::bytes(recording).file_name("a.wav");
    user.send(user.request(Method::POST, "/api/v1/asr/transcribe").multipart(Form::new().part("file", part))).await
}

#[tokio::test]
async fn voice_is_counted_and_ends_with_the_plan() {
    let folder = tempfile::tempdir().unwrap();
    let command = hearing(folder.path(), "Which oil?");
    let model = model_of_sentences(3, Duration::from_millis(5)).await;
    let plans = PlansFile::new(5, MEGABYTE, 10, 1);
    let system = plans
        .system(&[
            ("SPEECH_TO_TEXT", "command"),
            ("SPEECH_COMMAND", &command),
            ("LANGUAGE_MODEL", "openai"),
            ("OPENAI_BASE_URL", &model),
        ])
        .await;
    let user = system.user().await;
    let voice = async || used(&user, "voiceMinutesPerMonth").await;
    // Silence asks nobody for anything.
    assert_eq!(transcribe(&user, tone(2)).await.status, 200);
    assert_eq!(voice().await, 0);
    assert_eq!(transcribe(&user, speech()).await.status, 200);
    assert_eq!(voice().await, 1, "a minute that has begun");

    // What does not fit any more is refused, and does not count.
    let id = user.id.parse().unwrap();
    let billing = &system.system.context.billing;
    let before = billing.usage(&id).await.unwrap().voice_milliseconds;
    billing.note_voice(&id, Duration::from_millis(59_900 - before)).await.unwrap();
    let refused = transcribe(&user, speech()).await;
    assert_eq!(refused.code(402), "plan_limit_reached");
    assert_eq!(refused.json()["data"]["limit"], "voiceMinutesPerMonth");
    assert_eq!(billing.usage(&id).await.unwrap().voice_milliseconds, 59_900);

    // What has begun may end; then nothing more is said, and everything is still answered in writing.
    billing.note_voice(&id, Duration::from_millis(100)).await.unwrap();
    assert_eq!(
        user.post("/api/v1/asr/synthesize", json!({"text": "Close the valve."})).await.code(402),
        "plan_limit_reached"
    );
    let mut socket = user.socket().await;
    socket.ask("Which oil?").await;
    let received = socket.until("error").await;
    let Some(Received::Frame(error)) = received.last() else { panic!("{received:?}") };
    assert_eq!(
        (&error["code"], &error["data"]["limit"]),
        (&json!("plan_limit_reached"), &json!("voiceMinutesPerMonth"))
    );
    assert!(received.iter().any(|one| one.kind() == "final") && received.iter().all(|one| one.kind() != "sound"));
    socket.send(json!({"type": "config", "format": "pcm16", "sampleRate": 16_000})).await;
    let spoken =
        speech::audio::decode(bytes::Bytes::from(speech()), speech::audio::AudioLimits::new(Duration::from_mins(1)))
            .unwrap();
    socket.send_bytes(spoken.samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()).await;
    socket.send(json!({"type": "audio_end"})).await;
    let error = socket.find("error").await;
    assert_eq!(error["code"], "plan_limit_reached");
    assert!(error["message"].as_str().unwrap().contains("1 minutes of voice"), "{error}");
}

#[tokio::test]
async fn a_question_over_the_limit_is_an_error_of_the_connection_and_nothing_else() {
    let plans = PlansFile::new(5, MEGABYTE, 1, 1);
    let system = plans.system(&[("TEXT_TO_SPEECH", "none")]).await;
    let user = system.user().await;
    user.upload_ready("pump.pdf", pdf(&["Chapter 1. Pump\nTighten the flange bolts of the pump to 45 Nm."])).await;
    let mut socket = user.socket().await;
    socket.send(json!({"type": "config", "audio": "none"})).await;
    socket.ask("How tight are the flange bolts?").await;
    socket.until("final").await;
    socket.ask("And the cover?").await;
    let error = socket.find("error").await;
    assert_eq!((&error["code"], &error["data"]["allowed"]), (&json!("plan_limit_reached"), &json!(1)));
    socket.ask("And the cover?").await;
    assert_eq!(socket.find("error").await["code"], "plan_limit_reached");
}
