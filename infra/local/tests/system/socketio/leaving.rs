//! Connections that break, and the end of the process.

use std::time::Duration;

use serde_json::json;

use super::{messages, model_at, settled, stored, with_model};
use crate::harness::{ChatPacket, Process, model_of_sentences, slow_model};

#[tokio::test]
async fn an_answer_that_outlives_its_connection_is_handed_to_the_next() {
    let (_system, user) = with_model(&model_of_sentences(20, Duration::from_millis(100)).await).await;
    let mut chat = user.chat().await;
    chat.ask_first("fake-1", "Say twenty sentences.").await;
    let begun = chat.begun().await;
    drop(chat);
    let mut next = user.chat().await;
    let packet = next.next().await;
    let complete = json!({"stage": "complete", "messageId": begun.message, "sessionId": begun.session});
    assert_eq!(packet, ChatPacket::Event("pipeline-chunk".to_owned(), complete.clone()), "and nothing before it");
    let answer = messages(&user, &begun.session).await.pop().unwrap();
    assert_eq!((&answer["isGenerating"], &answer["isStopped"]), (&json!(false), &json!(false)));
    assert_eq!(answer["content"].as_str().unwrap().matches("sentence").count(), 20);
    assert_eq!(next.for_a_while(Duration::from_millis(1_500)).await, [], "it is handed over once");

    // One that ended while nobody was connected is handed over at once.
    next.ask(&begun.session, "Again.").await;
    let begun = next.begun().await;
    drop(next);
    settled(&user, &begun.session).await;
    let mut next = user.chat().await;
    let complete = json!({"stage": "complete", "messageId": begun.message, "sessionId": begun.session});
    assert_eq!(next.next().await, ChatPacket::Event("pipeline-chunk".to_owned(), complete));

    // Who asks something else waits for it no longer.
    next.ask(&begun.session, "And again.").await;
    next.begun().await;
    let mut other = user.chat().await;
    other.ask_first("fake-2", "What about this?").await;
    let told = other.told().await;
    assert!(told.is_complete() && !told.text.is_empty(), "{told:?}");
    stored(&user, &told).await;
}

#[tokio::test]
async fn a_running_answer_is_told_to_its_end_when_the_service_stops() {
    let folder = tempfile::tempdir().unwrap();
    let model = model_of_sentences(15, Duration::from_millis(100)).await;
    let mut system = Process::start(folder.path(), &model_at(&model, &[])).await;
    let user = system.user().await;
    let (mut busy, mut idle) = (user.chat().await, user.chat().await);
    busy.ask_first("fake-1", "Say fifteen sentences.").await;
    let begun = busy.begun().await;
    let (ended, told) = tokio::join!(system.terminate(), async {
        // A DISCONNECT packet would be final: the client has to try again.
        assert_eq!(idle.next().await, ChatPacket::Closed);
        let told = busy.rest(begun).await;
        assert_eq!(busy.next().await, ChatPacket::Closed);
        told
    });
    assert!(ended, "the process ends well");
    assert!(told.is_complete(), "{told:?}");
    assert_eq!(told.text.matches("sentence").count(), 15);
}

#[tokio::test]
async fn an_answer_that_takes_too_long_for_that_is_kept_as_far_as_it_came() {
    let folder = tempfile::tempdir().unwrap();
    let model = slow_model().await;
    let mut system = Process::start(folder.path(), &model_at(&model, &[("STREAM_DRAIN_SECONDS", "1")])).await;
    let user = system.user().await;
    let mut chat = user.chat().await;
    chat.ask_first("fake-1", "Tell me a long story.").await;
    let begun = chat.begun().await;
    let (_, packets) = tokio::join!(system.terminate(), chat.for_a_while(Duration::from_secs(20)));
    assert_eq!(packets.last(), Some(&ChatPacket::Closed));
    let is_token = |packet: &ChatPacket| matches!(packet, ChatPacket::Event(_, chunk) if chunk["token"].is_string());
    assert!(packets.split_last().unwrap().1.iter().all(is_token), "{packets:?}");
    system.restart().await;
    let answer = settled(&user, &begun.session).await;
    assert!(answer["content"].as_str().unwrap().starts_with("word0"), "{answer}");
}
