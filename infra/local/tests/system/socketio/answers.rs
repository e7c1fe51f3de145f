//! Questions, and how their answers are told.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{SESSIONS, messages, settled, stored, with_model};
use crate::harness::pdf::pdf;
use crate::harness::{
    ChatPacket, TestSystem, model_of_sentences, model_that_is_silent, model_that_refuses, model_that_repeats,
    model_that_says, slow_model,
};

const NEW: &str = "stream-pipeline-message-new";
const ABORTED: &str = "Pipeline aborted";
/// The smallest GIF.
const GIF: &[u8] =
    b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

#[tokio::test]
async fn a_new_chat_and_its_second_question_are_told_as_they_are_stored() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let mut chat = user.chat().await;
    let question = json!({"content": "Which oil?", "images": [], "userId": user.id, "fakeSessionId": "fake-1"});
    let ack = chat.emit_with_ack(NEW, &question).await;
    assert_eq!(chat.next().await, ChatPacket::Ack(ack, json!([{"received": true}])));
    let first = chat.told().await;
    assert_eq!(first.stages, ["embedding", "retrieval", "context"]);
    assert!(first.is_complete() && !first.text.is_empty(), "{first:?}");
    assert_eq!(first.end["sessionId"], json!(first.session));

    // What a page reads next is there.
    let listed = user.get(&format!("{SESSIONS}?page=1&limit=5")).await.data(200);
    let newest = &listed["sessions"][0];
    assert_eq!((&newest["id"], &newest["title"]), (&json!(first.session), &json!("Which oil?")));
    assert_eq!(newest["messages"][0]["id"], json!(first.message));
    let answer = stored(&user, &first).await;
    assert_eq!((&answer["isStopped"], &answer["error"]), (&json!(false), &Value::Null));
    assert!(answer.get("refused").is_none());

    chat.ask(&first.session, "And then?").await;
    let second = chat.told().await;
    assert!(second.is_complete() && second.session == first.session, "{second:?}");
    stored(&user, &second).await;
    assert_eq!(messages(&user, &first.session).await.len(), 4);
    assert_eq!(chat.for_a_while(Duration::from_millis(300)).await, [], "nothing follows an end");

    // Pictures alone are a question too: elsewhere, and one that was sent before.
    let sent = json!({"content": "Look", "images": [format!("data:image/gif;base64,{}", STANDARD.encode(GIF))]});
    let before = user.post("/api/v1/chat/messages", sent).await.data(201);
    let pictures = [json!("http://localhost:1/plate.png"), before["userMessage"]["attachments"][0]["fileUrl"].clone()];
    chat.emit(NEW, &json!({"content": "", "images": pictures, "fakeSessionId": "fake-2"})).await;
    let seen = chat.told().await;
    assert!(seen.is_complete(), "{seen:?}");
    stored(&user, &seen).await;
    let asked = messages(&user, &seen.session).await.remove(0);
    assert_eq!(asked["attachments"][0]["fileUrl"], pictures[0]);
    assert_eq!(asked["attachments"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn nothing_is_inserted_into_what_was_told() {
    let page = "TRANSFER CASE\n1. Tighten the rear fill plug to 44 lb-ft.";
    let lie = "The rear fill plug takes 48 lb-ft [1]. Tighten it slowly.";
    let pieces = lie.split_inclusive(' ').map(str::to_owned).collect();
    let (_system, user) = with_model(&model_that_says(pieces, Duration::from_millis(2)).await).await;
    user.upload_ready("case.pdf", pdf(&[page])).await;
    let mut chat = user.chat().await;
    chat.ask_first("fake-1", "How tight is the rear fill plug of the transfer case?").await;
    let told = chat.told().await;
    assert!(told.is_complete(), "{told:?}");
    assert!(told.text.contains("⚠ Not found on the cited pages: 48 lb-ft."), "{}", told.text);
    assert!(told.text.contains("case.pdf"), "the sources: {}", told.text);
    let answer = stored(&user, &told).await;
    assert_eq!(answer["verification"]["unverified"][0]["text"], "48 lb-ft");
}

#[tokio::test]
async fn a_stopped_answer_keeps_what_was_told() {
    let (_system, user) = with_model(&slow_model().await).await;
    let mut chat = user.chat().await;
    chat.stop().await;
    chat.ask_first("fake-1", "Tell me everything.").await;
    let begun = chat.begun().await;
    chat.stop().await;
    let told = chat.rest(begun).await;
    assert_eq!(told.end, json!({"stage": "error", "errorMessage": ABORTED}));
    assert_eq!(stored(&user, &told).await["isStopped"], true);
    chat.stop().await;
    assert_eq!(chat.for_a_while(Duration::from_millis(500)).await, [], "nothing follows");

    // A question that comes before the stopped answer is stored is the only one that is told of.
    chat.ask_first("fake-2", "Tell me a long story.").await;
    let first = chat.begun().await;
    chat.stop().await;
    chat.ask_first("fake-2", "Tell me a long story.").await;
    let second = chat.begun().await;
    assert_eq!(second.session, first.session, "the name is the key of the chat");
    assert_ne!(second.message, first.message);
    assert!(second.text.starts_with("word0"), "{second:?}");
    chat.stop().await;
    let second = chat.rest(second).await;
    assert_eq!(second.end["errorMessage"], ABORTED);
    stored(&user, &second).await;
    let all = messages(&user, &first.session).await;
    assert_eq!((all.len(), &all[1]["isStopped"]), (4, &json!(true)), "{all:?}");
}

#[tokio::test]
async fn an_answer_that_is_stopped_before_its_first_word_is_stored_empty() {
    let (_system, user) = with_model(&model_that_is_silent().await).await;
    let mut chat = user.chat().await;
    chat.ask_first("fake-1", "Tell me everything.").await;
    let acknowledged = chat.find("server-ack").await;
    chat.stop().await;
    let mut last = Value::Null;
    while last["stage"] != "error" {
        last = chat.find("pipeline-chunk").await;
        assert_ne!(last["stage"], "complete");
    }
    assert_eq!(last["errorMessage"], ABORTED);
    let all = messages(&user, acknowledged["sessionId"].as_str().unwrap()).await;
    assert_eq!(all.len(), 2);
    assert_eq!((&all[1]["content"], &all[1]["isStopped"]), (&json!(""), &json!(true)));
}

#[tokio::test]
async fn the_name_of_a_new_chat_is_its_key() {
    let system = TestSystem::start().await;
    let (user, other) = (system.user().await, system.user().await);
    let mut chat = user.chat().await;
    chat.ask_first("fake-1", "Which oil?").await;
    let first = chat.told().await;
    // The same message again, perhaps from a page whose connection broke, is not asked again.
    let mut again = user.chat().await;
    again.ask_first("fake-1", "Which oil?").await;
    let same = again.told().await;
    assert!(same.is_complete());
    assert_eq!((same.message, same.text), (first.message.clone(), first.text.clone()));
    assert_eq!(messages(&user, &first.session).await.len(), 2);
    again.ask_first("fake-1", "And how much of it?").await;
    let more = again.told().await;
    assert!(more.is_complete() && more.session == first.session, "{more:?}");
    assert_eq!(messages(&user, &first.session).await.len(), 4);

    let mut chat = other.chat().await;
    chat.ask_first("fake-1", "Which oil?").await;
    assert_ne!(chat.told().await.session, first.session, "another user's key is another");
    user.delete(&format!("{SESSIONS}/{}", first.session)).await.data(200);
    again.ask_first("fake-1", "Which oil?").await;
    let anew = again.told().await;
    assert!(anew.is_complete() && anew.session != first.session, "{anew:?}");
}

#[tokio::test]
async fn each_tab_is_told_its_own_answer() {
    let (_system, user) = with_model(&model_that_repeats("pangolin-").await).await;
    let tabs = (0..8).map(|tab| {
        let user = &user;
        async move {
            let mut chat = user.chat().await;
            chat.ask_first(&format!("fake-{tab}"), &format!("Where is the pangolin-{tab}?")).await;
            let told = chat.told().await;
            assert!(told.is_complete(), "{told:?}");
            assert_eq!(told.text.trim(), format!("pangolin-{tab}"));
            stored(user, &told).await;
        }
    });
    futures::future::join_all(tabs).await;
}

#[tokio::test]
async fn a_failure_is_told_as_text_and_stored_so() {
    let (_system, user) = with_model(&model_that_refuses().await).await;
    let mut chat = user.chat().await;
    chat.ask_first("fake-1", "Which oil?").await;
    let told = chat.told().await;
    assert!(told.is_complete() && !told.text.is_empty(), "{told:?}");
    let answer = stored(&user, &told).await;
    assert_eq!(answer["error"]["message"], json!(told.text));
}

#[tokio::test]
async fn a_client_that_does_not_read_holds_up_nobody() {
    let (system, lazy) = with_model(&model_of_sentences(3_000, Duration::from_millis(1)).await).await;
    let user = system.user().await;
    let mut unread = lazy.chat().await;
    unread.ask_first("fake-1", "Tell me everything.").await;
    let session = unread.find("server-ack").await["sessionId"].as_str().unwrap().to_owned();
    let mut chat = user.chat().await;
    chat.ask_first("fake-1", "And you?").await;
    chat.begun().await;
    let answer = settled(&lazy, &session).await;
    assert_eq!(answer["isStopped"], false);
    // Who reads late is told all of it.
    let mut told = String::new();
    loop {
        let chunk = unread.find("pipeline-chunk").await;
        told.push_str(chunk["token"].as_str().unwrap_or_default());
        if chunk["stage"] == "complete" {
            break;
        }
    }
    assert_eq!(answer["content"], json!(told));
}
