//! Questions in text, answers in one file: what the deployed frontend does.

use std::time::Duration;

use foundation::need::need;
use serde_json::{Value, json};

use super::{VOICE, files, kinds, sound, stored_answer, tokens};
use crate::harness::pdf::pdf;
use crate::harness::{Received, TestSystem, is_speech};

const QUESTION: &str = "How tight are the flange bolts of the pump?";

#[tokio::test]
async fn a_question_is_answered_in_words_and_in_one_file() {
    if need(VOICE).is_none() {
        return;
    }
    let system = TestSystem::start().await;
    let user = system.user().await;
    let id = user.upload_ready("pump.pdf", pdf(&["PUMP\nTighten the flange bolts of the pump to 45 Nm."])).await;
    let mut socket = user.socket().await;
    socket.send(json!({"type": "final_text", "text": QUESTION})).await;
    let mut received = socket.until("sound").await;
    received.extend(socket.for_a_while(Duration::from_millis(700)).await);
    assert_eq!(kinds(&received), ["token", "final", "sound"], "and nothing after it");
    assert_eq!(files(&received).len(), 1);
    let spoken = sound(files(&received)[0]);
    assert!(spoken.duration() > Duration::from_secs(2) && is_speech(&spoken), "{:?}", spoken.duration());

    let answer = received.iter().find_map(|one| match one {
        Received::Frame(frame) if frame["type"] == "final" => Some(frame.clone()),
        _ => None,
    });
    let answer = answer.unwrap();
    assert_eq!(answer["response"], json!(tokens(&received)));
    assert!(answer["response"].as_str().unwrap().contains("45 Nm"), "{answer}");
    assert!(names_page(&answer, "Page 1 of pump ["), "briefly, since it is spoken: {answer}");
    assert_eq!((&answer["citations"][0]["documentId"], &answer["citations"][0]["page"]), (&json!(id), &json!(1)));
    assert!(answer["tokenUsage"]["totalTokens"].is_u64(), "{answer}");

    // It is in the history like a typed one.
    let stored = stored_answer(&user).await;
    assert_eq!((&stored["id"], &stored["content"]), (&answer["messageId"], &answer["response"]));
    // The next question belongs to the same session.
    socket.ask(QUESTION).await;
    let next = socket.find("final").await;
    assert_eq!(next["sessionId"], answer["sessionId"]);
    socket.until("sound").await;
    socket.send(json!({"type": "config", "audio": "none"})).await;
    socket.ask(QUESTION).await;
    let written = socket.find("final").await;
    assert!(names_page(&written, "Page 1 of pump.pdf"), "in full, since it is read: {written}");
}

fn names_page(answer: &serde_json::Value, name: &str) -> bool {
    answer["response"].as_str().is_some_and(|text| text.contains(name))
}

#[tokio::test]
async fn stop_first_closes_nothing_and_without_a_voice_the_answer_stands() {
    let system = TestSystem::start_with(&[("TEXT_TO_SPEECH", "none")]).await;
    let user = system.user().await;
    let mut socket = user.socket().await;
    for frame in [json!({"type": "stop"}), json!({"type": "interrupt"}), json!({"type": "audio_end"})] {
        socket.send(frame).await;
    }
    assert_eq!(socket.for_a_while(Duration::from_millis(300)).await, []);
    socket.ask("Which oil?").await;
    let received = socket.until("final").await;
    assert_eq!(kinds(&received), ["token", "final"]);
    assert_eq!(stored_answer(&user).await["content"], json!(tokens(&received)));
    // Without a voice the answer stands, and the reason is told.
    assert_eq!(socket.find("error").await["code"], "speech_synthesis_not_configured");
    socket.send(json!({"type": "config", "audio": "none"})).await;
    socket.ask("And which filter?").await;
    socket.until("final").await;
    assert_eq!(socket.for_a_while(Duration::from_millis(300)).await, []);
}

#[tokio::test]
async fn sentences_come_one_by_one_where_that_is_wanted() {
    if need(VOICE).is_none() {
        return;
    }
    let model = crate::harness::model_of_sentences(4, Duration::from_millis(400)).await;
    let system = super::with_model(&model).await;
    let user = system.user().await;
    let mut socket = user.socket().await;
    socket.send(json!({"type": "config", "audio": "sentence", "voice": "en-gb"})).await;
    socket.ask("Say four sentences.").await;
    let mut received = socket.until("final").await;
    let before_the_end = files(&received).len();
    assert!(before_the_end >= 2, "sound comes while the model writes: {before_the_end} files");
    received.extend(socket.for_a_while(Duration::from_millis(1500)).await);
    let announced: Vec<&Value> = received
        .iter()
        .filter_map(|one| match one {
            Received::Frame(frame) if frame["type"] == "audio" => Some(frame),
            _ => None,
        })
        .collect();
    assert_eq!(announced.len(), files(&received).len());
    for (index, frame) in announced.iter().enumerate() {
        assert_eq!((&frame["index"], &frame["text"]), (&json!(index), &json!(format!("This is sentence{index}."))));
    }
    // Each file follows its announcement.
    let mut pairs = received.windows(2).filter(|pair| pair[0].kind() == "audio");
    assert!(pairs.all(|pair| pair[1].kind() == "sound"));
    assert!(files(&received).iter().all(|file| is_speech(&sound(file))));
}

#[tokio::test]
async fn what_cannot_be_understood_is_an_error_and_the_connection_stays() {
    let system = TestSystem::start_with(&[("TEXT_TO_SPEECH", "none")]).await;
    let (user, other) = (system.user().await, system.user().await);
    let mut foreign = other.socket().await;
    foreign.ask("Which oil?").await;
    let foreign = foreign.find("final").await["sessionId"].clone();

    let mut socket = user.socket().await;
    socket.send(json!({"type": "config", "audio": "none"})).await;
    for (frame, code) in [
        (json!({"type": "final_text"}), "malformed_frame"),
        (json!({"type": "final_text", "text": 7}), "malformed_frame"),
        (json!({"type": "final_text", "text": " \n"}), "empty_question"),
        (json!({"type": "config", "audio": "loud"}), "malformed_frame"),
        (json!({"type": "config", "voice": "../../etc/passwd"}), "voice_refused"),
        (json!({"type": "dance"}), "unknown_frame"),
        (json!({"no": "type"}), "unknown_frame"),
        (json!({"type": "final_text", "text": "x".repeat(16_001)}), "question_too_long"),
        (json!({"type": "final_text", "text": "Which oil?", "sessionId": "../1"}), "not_found"),
        (json!({"type": "final_text", "text": "Which oil?", "sessionId": foreign}), "not_found"),
    ] {
        socket.send(frame.clone()).await;
        let answer = socket.next().await;
        let Received::Frame(error) = answer else { panic!("{frame}: {answer:?}") };
        assert_eq!((&error["type"], &error["code"]), (&json!("error"), &json!(code)), "{frame}");
        assert!(!error["message"].as_str().unwrap().is_empty(), "{error}");
    }
    assert!(socket.send_bytes(b"no recording at all, whatever it may be, but long enough to be judged".to_vec()).await);
    assert_eq!(socket.find("error").await["code"], "unsupported_audio_type");
    assert!(socket.send_bytes(vec![1; 500]).await, "the rest of it is passed over");
    socket.ask("Which oil?").await;
    let answer = socket.find("final").await;
    assert_ne!(answer["sessionId"], foreign);
    let theirs = other.get("/api/v1/chat/sessions").await.data(200);
    assert_eq!(theirs["sessions"][0]["messages"].as_array().map(Vec::len), Some(1), "only the last is shown");
    let whole = other.get(&format!("/api/v1/chat/sessions/{}", foreign.as_str().unwrap())).await.data(200);
    assert!(whole.to_string().matches("\"role\":\"user\"").count() == 1, "{whole}");
}

#[tokio::test]
async fn a_connection_begins_a_session_or_names_one() {
    let system = TestSystem::start_with(&[("TEXT_TO_SPEECH", "none")]).await;
    let user = system.user().await;
    let mut asked = Vec::new();
    for _ in 0..2 {
        let mut socket = user.socket().await;
        socket.ask("Which oil?").await;
        asked.push(socket.find("final").await["sessionId"].clone());
    }
    assert_ne!(asked[0], asked[1]);
    for frame in [
        json!({"type": "final_text", "text": "And now?", "sessionId": asked[0]}),
        json!({"type": "config", "sessionId": asked[0]}),
    ] {
        let mut socket = user.socket().await;
        socket.send(frame).await;
        socket.ask("And then?").await;
        assert_eq!(socket.find("final").await["sessionId"], asked[0]);
    }
}
