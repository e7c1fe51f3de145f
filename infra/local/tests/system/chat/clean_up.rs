//! Answers that were stopped before they began are removed.

use foundation::ids::UserId;
use reqwest::Method;
use serde_json::{Value, json};
use shared::store::{AnswerFailure, Chat, ChatMessage, MessageRole, Preview};

use super::{SESSIONS, ask, messages, text};
use crate::harness::{TestSystem, TestUser, model_that_is_silent};

const CLEAN_UP: &str = "/api/v1/chat/cleanup-stopped";

async fn clean_up(user: &TestUser) -> Value {
    let data = user.send(user.request(Method::POST, CLEAN_UP)).await.data(200);
    assert_eq!(data["deletedCount"], json!(data["messageIds"].as_array().unwrap().len()));
    data["messageIds"].clone()
}

/// Keeps a session with a question and these messages; its id.
async fn kept(system: &TestSystem, user: &TestUser, messages: &[ChatMessage]) -> String {
    let owner: UserId = user.id.parse().unwrap();
    // Its id comes before those of messages that were made before it.
    let id = "0".repeat(26).parse().unwrap();
    let question = ChatMessage { id, ..ChatMessage::new(MessageRole::User, "How tight are the bolts?") };
    let all: Vec<&ChatMessage> = std::iter::once(&question).chain(messages).collect();
    let mut chat = Chat::new(&owner);
    chat.last_message = all.last().map(|last| Preview::from(*last));
    assert!(system.system.context.store.open_new_chat(&owner, &chat, &all, None).await.unwrap());
    chat.id.to_string()
}

#[tokio::test]
async fn only_stopped_answers_without_text_are_removed_and_their_questions_stay() {
    let model = model_that_is_silent().await;
    let system = TestSystem::start_with(&[("LANGUAGE_MODEL", "openai"), ("OPENAI_BASE_URL", &model)]).await;
    let (user, other) = (system.user().await, system.user().await);
    let stopped = || ChatMessage { is_stopped: true, ..ChatMessage::new(MessageRole::Assistant, "") };
    let failure = AnswerFailure { code: "provider_timeout".to_owned(), message: "It took too long.".to_owned() };
    let mut others = Vec::new();
    for messages in [
        vec![ChatMessage { content: "Tighten them".to_owned(), ..stopped() }],
        vec![ChatMessage { failure: Some(failure), ..stopped() }],
        vec![stopped(), ChatMessage::new(MessageRole::User, "And how many are there?")],
        vec![ChatMessage::new(MessageRole::Assistant, "Tighten them to 45 Nm.")],
        Vec::new(),
    ] {
        let count = messages.len() + 1;
        others.push((kept(&system, &user, &messages).await, count));
    }

    let mut stream = ask(&user, "/api/v1/chat/messages/stream", "Which oil?").await;
    let id = text(&stream.find(|event| event["stage"] == "generation").await["sessionId"]);
    assert_eq!(clean_up(&user).await, json!([]), "it is being written");
    user.post(&format!("{SESSIONS}/{id}/stop-stream"), json!({})).await.data(200);
    let done = stream.rest().await.pop().unwrap();
    assert_eq!((&done["aborted"], &done["fullText"]), (&json!(true), &json!("")));
    let newer = text(&user.post(SESSIONS, json!({"title": "Newer"})).await.data(201)["id"]);

    let listed = async || user.get(&format!("{SESSIONS}?limit=2")).await.data(200)["sessions"].clone();
    let before = listed().await;
    assert_eq!(clean_up(&other).await, json!([]), "they are another's");
    assert_eq!(clean_up(&user).await, json!([done["messageId"]]));
    let left = messages(&user, &id).await;
    assert_eq!((left.len(), &left[0]["content"]), (1, &json!("Which oil?")));
    let after = listed().await;
    assert_eq!((&after[0]["id"], &after[1]["id"]), (&json!(newer), &json!(id)), "the list keeps its order");
    assert_eq!(after[1]["updatedAt"], before[1]["updatedAt"]);
    assert_eq!(after[1]["messages"][0]["id"], left[0]["id"]);
    for (other, count) in others {
        assert_eq!(messages(&user, &other).await.len(), count);
    }

    // Again, whatever is sent with it.
    assert_eq!(clean_up(&user).await, json!([]));
    let body = user.request(Method::POST, CLEAN_UP).header("Content-Type", "application/json").body("{");
    assert_eq!(user.send(body).await.data(200), json!({"deletedCount": 0, "messageIds": []}));
}

#[tokio::test]
async fn several_are_removed_at_once_and_only_for_who_is_signed_in_here() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let stopped = || ChatMessage { is_stopped: true, ..ChatMessage::new(MessageRole::Assistant, "") };
    let (one, two) = (stopped(), stopped());
    for answer in [&one, &two] {
        kept(&system, &user, std::slice::from_ref(answer)).await;
    }
    assert_eq!(system.visitor().post(CLEAN_UP, json!({})).await.code(401), "not_signed_in");
    let cookie = format!("access_token={}", user.token.as_deref().unwrap());
    let foreign = user.client.post(system.gateway(CLEAN_UP)).header("Cookie", cookie);
    let foreign = user.send(foreign.header("Origin", "https://elsewhere.example")).await;
    assert_eq!(foreign.code(403), "foreign_origin");
    // Two pages may be loaded at the same time: each answer is removed once.
    let (first, second) = tokio::join!(clean_up(&user), clean_up(&user));
    let mut removed: Vec<String> = [first, second].iter().flat_map(|ids| ids.as_array().unwrap()).map(text).collect();
    removed.sort();
    assert_eq!(removed, [one.id.to_string(), two.id.to_string()]);
}
