//! Limits of connections, and their end.

use std::time::Duration;

use foundation::need::need;
use serde_json::json;

use super::{VOICE, kinds, model_at, tokens};
use crate::harness::{Process, Received, TestSystem, eventually, model_of_sentences, model_that_repeats, slow_model};

#[tokio::test]
async fn a_connection_that_is_idle_is_closed_with_its_reason() {
    let system = TestSystem::start_with(&[("STREAM_IDLE_SECONDS", "1"), ("TEXT_TO_SPEECH", "none")]).await;
    let user = system.user().await;
    let mut socket = user.socket().await;
    assert_eq!(socket.next().await, Received::Closed(Some((1000, "idle".to_owned()))));

    // Waiting for an answer is not being idle.
    let model = model_of_sentences(25, Duration::from_millis(100)).await;
    let system = TestSystem::start_with(&model_at(&model, &[("STREAM_IDLE_SECONDS", "1")])).await;
    let user = system.user().await;
    let mut socket = user.socket().await;
    socket.send(json!({"type": "config", "audio": "none"})).await;
    socket.ask("Say many sentences.").await;
    assert_eq!(kinds(&socket.until("final").await), ["token", "final"]);
}

#[tokio::test]
async fn a_frame_that_is_too_large_closes_the_connection_with_its_code() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let mut socket = user.socket().await;
    // Whether all of it is taken depends on when the other side notices.
    let _ = socket.send_bytes(vec![0; (1 << 20) + 1]).await;
    let Received::Closed(reason) = socket.next().await else { panic!("it is closed") };
    assert!(reason.is_none_or(|(code, _)| code == 1009));
    let mut next = user.socket().await;
    assert!(next.send_bytes(vec![0; 1000]).await, "and others are not");
}

#[tokio::test]
async fn one_that_does_not_read_is_given_up_and_holds_up_nobody() {
    if need(VOICE).is_none() {
        return;
    }
    // More sound than the network's buffers take.
    let model = model_of_sentences(1_500, Duration::from_millis(1)).await;
    let system = TestSystem::start_with(&model_at(&model, &[("STREAM_CONNECTIONS_PER_USER", "1")])).await;
    let (lazy, user) = (system.user().await, system.user().await);
    let mut unread = lazy.socket().await;
    unread.send(json!({"type": "config", "audio": "sentence"})).await;
    unread.ask("Tell me everything.").await;
    let mut socket = user.socket().await;
    socket.ask("Which oil?").await;
    socket.until("token").await;
    assert_eq!(lazy.handshake("", &[]).await.code(429), "too_many_connections");
    eventually(90, "the place is free again", async || (lazy.handshake("", &[]).await.status != 429).then_some(()))
        .await;
}

#[tokio::test]
async fn a_turn_that_takes_too_long_ends_with_an_error_and_keeps_what_came() {
    let model = slow_model().await;
    let system = TestSystem::start_with(&model_at(&model, &[("STREAM_TURN_SECONDS", "2")])).await;
    let user = system.user().await;
    let mut socket = user.socket().await;
    socket.send(json!({"type": "config", "audio": "none"})).await;
    socket.ask("Tell me a long story.").await;
    let received = socket.until("error").await;
    assert_eq!(kinds(&received), ["token", "error"]);
    let Some(Received::Frame(error)) = received.last() else { panic!("{received:?}") };
    assert_eq!(error["code"], "turn_timeout");
    let stored = super::stored_answer(&user).await;
    assert_eq!((&stored["content"], &stored["isStopped"]), (&json!(tokens(&received).trim_end()), &json!(true)));
    socket.ask("And another one.").await;
    socket.until("token").await;
}

#[tokio::test]
async fn a_sign_out_ends_what_may_be_asked() {
    let system = TestSystem::start_with(&[("TEXT_TO_SPEECH", "none")]).await;
    let user = system.user().await;
    let mut socket = user.socket().await;
    let sign_ins = user.get("/api/v1/auth/sessions").await.data(200);
    let id = sign_ins["sessions"][0]["id"].as_str().unwrap();
    assert_eq!(user.delete(&format!("/api/v1/auth/sessions/{id}")).await.status, 200);
    socket.ask("Which oil?").await;
    assert_eq!(socket.find("error").await["code"], "sign_in_expired");
    assert_eq!(socket.next().await, Received::Closed(Some((1008, "signed out".to_owned()))));
}

#[tokio::test]
async fn a_running_turn_may_finish_when_the_service_stops() {
    let folder = tempfile::tempdir().unwrap();
    let model = model_of_sentences(15, Duration::from_millis(100)).await;
    let mut system = Process::start(folder.path(), &model_at(&model, &[])).await;
    let user = system.user().await;
    let (mut busy, mut idle) = (user.socket().await, user.socket().await);
    busy.send(json!({"type": "config", "audio": "none"})).await;
    busy.ask("Say fifteen sentences.").await;
    busy.until("token").await;
    let (ended, rest) = tokio::join!(system.terminate(), async {
        let closed = idle.next().await;
        assert!(matches!(&closed, Received::Closed(Some((1012, _)))), "{closed:?}");
        busy.until("closed").await
    });
    assert!(ended, "the process ends well");
    assert_eq!(kinds(&rest), ["token", "final", "closed"], "the answer is told to its end");
    assert!(matches!(rest.last(), Some(Received::Closed(Some((1012, _))))), "{:?}", rest.last());
}

#[tokio::test]
async fn a_turn_that_takes_too_long_for_that_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    let model = slow_model().await;
    let mut system = Process::start(folder.path(), &model_at(&model, &[("STREAM_DRAIN_SECONDS", "1")])).await;
    let user = system.user().await;
    let mut socket = user.socket().await;
    socket.ask("Tell me a long story.").await;
    socket.until("token").await;
    let (ended, rest) = tokio::join!(system.terminate(), socket.until("closed"));
    assert!(ended);
    assert_eq!(kinds(&rest), ["token", "interrupted", "closed"]);
    system.restart().await;
    let stored = super::stored_answer(&user).await;
    assert!(stored["content"].as_str().unwrap().starts_with("word0") && stored["isStopped"] == true, "{stored}");
}

#[tokio::test]
async fn of_many_turns_at_once_none_is_lost_or_told_to_another() {
    if need(VOICE).is_none() {
        return;
    }
    let system = super::with_model(&model_that_repeats("pangolin-").await).await;
    let mut users = Vec::new();
    for _ in 0..10 {
        users.push(system.user().await);
    }
    let turns = (0..50).map(|turn| {
        let user = &users[turn % users.len()];
        async move {
            let word = format!("pangolin-{turn}");
            let mut socket = user.socket().await;
            socket.ask(&format!("Where is the {word}?")).await;
            let received = socket.until("sound").await;
            assert_eq!(kinds(&received), ["token", "final", "sound"], "{word}");
            assert_eq!(tokens(&received).trim(), word);
        }
    });
    futures::future::join_all(turns).await;
    for (at, user) in users.iter().enumerate() {
        let listed = user.get("/api/v1/chat/sessions?limit=50").await.data(200);
        let titles: Vec<&str> =
            listed["sessions"].as_array().unwrap().iter().filter_map(|session| session["title"].as_str()).collect();
        let mut own: Vec<String> = (0..5).map(|turn| format!("Where is the pangolin-{}?", turn * 10 + at)).collect();
        own.sort();
        let mut titles: Vec<String> = titles.into_iter().map(str::to_owned).collect();
        titles.sort();
        assert_eq!(titles, own);
    }
}
