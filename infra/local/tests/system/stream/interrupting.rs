//! Silence, when it is wanted.

use std::time::Duration;

use foundation::need::need;
use serde_json::json;

use super::{VOICE, files, kinds, slow_system, stored_answer, tokens};
use crate::harness::{Received, model_of_sentences};

#[tokio::test]
async fn an_interrupted_answer_is_silent_at_once_and_kept_as_far_as_it_was_sent() {
    for stop in ["interrupt", "stop"] {
        let system = slow_system().await;
        let user = system.user().await;
        let mut socket = user.socket().await;
        socket.ask("Tell me a long story.").await;
        let mut before = Vec::new();
        while tokens(&before).split(' ').count() < 15 {
            before.extend(socket.until("token").await);
        }
        socket.send(json!({"type": stop})).await;
        let rest = socket.until("interrupted").await;
        let Some(Received::Frame(interrupted)) = rest.last() else { panic!("{rest:?}") };
        let heard = interrupted["heard"].as_str().unwrap().to_owned();
        let sent = format!("{}{}", tokens(&before), tokens(&rest));
        assert_eq!(heard, sent.trim_end(), "{stop}");
        assert_eq!(socket.for_a_while(Duration::from_secs(1)).await, [], "{stop}: nothing follows");
        let stored = stored_answer(&user).await;
        assert_eq!((&stored["content"], &stored["isStopped"]), (&json!(heard), &json!(true)), "{stop}");

        // The next question is answered in the same session, from its beginning.
        socket.ask("And another one.").await;
        let next = socket.until("token").await;
        assert!(tokens(&next).starts_with("word0"), "{next:?}");
    }
}

#[tokio::test]
async fn a_new_question_interrupts_the_answer_to_the_last() {
    let system = slow_system().await;
    let user = system.user().await;
    let mut socket = user.socket().await;
    socket.send(json!({"type": "config", "audio": "none"})).await;
    socket.ask("First?").await;
    socket.until("token").await;
    socket.ask("Second?").await;
    let rest = socket.until("interrupted").await;
    assert!(kinds(&rest).iter().all(|kind| ["token", "interrupted"].contains(kind)), "{rest:?}");
    let next = socket.until("token").await;
    assert_eq!(kinds(&next), ["token"], "the turns do not overlap");
    assert!(tokens(&next).starts_with("word0"));
}

#[tokio::test]
async fn what_is_interrupted_while_it_is_read_out_ends_with_the_sentence_that_left() {
    if need(VOICE).is_none() {
        return;
    }
    let system = super::with_model(&model_of_sentences(12, Duration::from_millis(300)).await).await;
    let user = system.user().await;
    let mut socket = user.socket().await;
    socket.send(json!({"type": "config", "audio": "sentence"})).await;
    socket.ask("Say twelve sentences.").await;
    let mut received = socket.until("sound").await;
    received.extend(socket.until("sound").await);
    socket.send(json!({"type": "interrupt"})).await;
    received.extend(socket.until("interrupted").await);
    let Some(Received::Frame(interrupted)) = received.last() else { panic!("{received:?}") };
    let heard = interrupted["heard"].as_str().unwrap().to_owned();
    assert_eq!(heard.matches("sentence").count(), files(&received).len(), "{heard}");
    assert!(tokens(&received).starts_with(&heard));
    assert_eq!(files(&socket.for_a_while(Duration::from_secs(1)).await).len(), 0);
    assert_eq!(stored_answer(&user).await["content"], json!(heard));
}

#[tokio::test]
async fn an_answer_that_is_stopped_elsewhere_is_not_read_out() {
    let system = slow_system().await;
    let user = system.user().await;
    let mut socket = user.socket().await;
    socket.ask("Tell me a long story.").await;
    let mut before = Vec::new();
    while tokens(&before).split(' ').count() < 15 {
        before.extend(socket.until("token").await);
    }
    let sessions = user.get("/api/v1/chat/sessions").await.data(200);
    let id = sessions["sessions"][0]["id"].as_str().unwrap();
    user.post(&format!("/api/v1/chat/sessions/{id}/stop-stream"), json!({})).await.data(200);
    socket.until("interrupted").await;
    assert_eq!(socket.for_a_while(Duration::from_secs(1)).await, [], "no sound of half an answer");
}

#[tokio::test]
async fn a_client_that_vanishes_does_not_lose_the_answer() {
    let system = super::with_model(&model_of_sentences(8, Duration::from_millis(100)).await).await;
    let user = system.user().await;
    let mut socket = user.socket().await;
    socket.ask("Say eight sentences.").await;
    socket.until("token").await;
    drop(socket);
    let stored = stored_answer(&user).await;
    assert_eq!(stored["isStopped"], false);
    assert_eq!(stored["content"].as_str().unwrap().matches("sentence").count(), 8);
}

#[tokio::test]
async fn an_answer_that_is_complete_and_still_played_is_silenced_and_kept_whole() {
    if need(VOICE).is_none() {
        return;
    }
    let system = super::with_model(&model_of_sentences(20, Duration::from_millis(5)).await).await;
    let user = system.user().await;
    let mut socket = user.socket().await;
    socket.ask("Tell me everything.").await;
    let answer = socket.find("final").await;
    socket.until("sound").await;
    socket.send(json!({"type": "interrupt"})).await;
    let heard = socket.find("interrupted").await["heard"].clone();
    assert_eq!(heard, answer["response"], "all of it was sent");
    let stored = stored_answer(&user).await;
    assert_eq!((&stored["content"], &stored["isStopped"]), (&answer["response"], &json!(false)));
    // It is silent now: there is nothing more to interrupt.
    socket.send(json!({"type": "interrupt"})).await;
    assert_eq!(socket.for_a_while(Duration::from_millis(500)).await, []);
}
