//! What was said: changed, removed, answered again, rated.

use reqwest::Method;
use serde_json::{Value, json};

use super::{SESSIONS, answered, messages, redacted, said, slow_system};
use crate::harness::{TestSystem, TestUser, events};

async fn again(user: &TestUser, session: &str, message: &str) -> Vec<Value> {
    let path = format!("{SESSIONS}/{session}/messages/{message}/regenerate");
    events(user.request(Method::POST, &path).send().await.unwrap()).rest().await
}

#[tokio::test]
async fn other_words_drop_all_that_came_later() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let (id, question, first) = answered(&user, "Which oil?").await;
    for content in ["And how much?", "And how often?"] {
        user.post(&format!("{SESSIONS}/{id}/messages"), said(content)).await.data(201);
    }
    let changed =
        user.patch(&format!("{SESSIONS}/{id}/messages/{question}"), json!({"content": "Which grease?"})).await;
    insta::assert_json_snapshot!("reword", redacted(&changed.json()));
    let left = messages(&user, &id).await;
    assert_eq!(left, [changed.data(200)]);
    assert_eq!(left[0]["id"], json!(question));
    let listed = user.get(SESSIONS).await.data(200);
    assert_eq!(listed["sessions"][0]["messages"][0]["content"], "Which grease?");

    // The question that is left without an answer can be given one.
    let done = again(&user, &id, &question).await.pop().unwrap();
    assert_ne!(done["messageId"], json!(first));
    let now = messages(&user, &id).await;
    assert_eq!(now.len(), 2);
    assert_eq!((&now[1]["id"], &now[1]["content"]), (&done["messageId"], &done["fullText"]));
}

#[tokio::test]
async fn only_own_words_can_be_changed() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let (id, _, answer) = answered(&user, "Which oil?").await;
    let changed = user.patch(&format!("{SESSIONS}/{id}/messages/{answer}"), json!({"content": "Olive"})).await;
    assert_eq!(changed.code(400), "not_own_message");
}

#[tokio::test]
async fn a_long_conversation_can_be_cut_to_its_first_message() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let (id, question, _) = answered(&user, "Which oil?").await;
    let (owner, chat) = (user.id.parse().unwrap(), id.parse().unwrap());
    let store = &system.system.context.store;
    let lease = shared::store::Lease::new(&owner, &chat);
    let seen = store.chat(&owner, &chat).await.unwrap().unwrap();
    let many: Vec<_> = (0..98)
        .map(|at| shared::store::ChatMessage::new(shared::store::MessageRole::User, format!("message {at}")))
        .collect();
    for half in many.chunks(49) {
        let opening = shared::store::Opening { new_messages: half.iter().collect(), ..Default::default() };
        let seen = store.chat(&owner, &chat).await.unwrap().unwrap_or(seen.clone());
        assert!(store.open_chat(&lease, &seen, None, opening).await.unwrap());
        assert!(store.release(&lease, Vec::new(), None).await.unwrap());
    }
    assert_eq!(messages(&user, &id).await.len(), 100);
    let path = format!("{SESSIONS}/{id}/messages/{question}");
    user.patch(&path, json!({"content": "Which grease?"})).await.data(200);
    assert_eq!(messages(&user, &id).await.len(), 1);
}

#[tokio::test]
async fn a_message_can_be_removed() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let (id, question, answer) = answered(&user, "Which oil?").await;
    let path = |message: &str| format!("{SESSIONS}/{id}/messages/{message}");
    insta::assert_json_snapshot!("remove", redacted(&user.delete(&path(&answer)).await.json()));
    assert_eq!(user.delete(&path(&answer)).await.code(404), "not_found");
    let left = messages(&user, &id).await;
    assert_eq!((left.len(), &left[0]["id"]), (1, &json!(question)));
    let listed = || async { user.get(SESSIONS).await.data(200)["sessions"][0]["messages"].clone() };
    assert_eq!(listed().await[0]["content"], "Which oil?");
    user.delete(&path(&question)).await.data(200);
    assert_eq!(listed().await, json!([]));
}

#[tokio::test]
async fn an_answer_is_replaced_where_it_stands() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let (id, _, answer) = answered(&user, "Which oil?").await;
    user.put(&format!("{SESSIONS}/{id}/messages/{answer}/feedback"), json!({"rating": 1})).await.data(200);
    user.post(&format!("{SESSIONS}/{id}/messages"), said("And how much?")).await.data(201);
    let before = messages(&user, &id).await;
    let all = again(&user, &id, &answer).await;
    let done = all.last().unwrap();
    assert_eq!((&done["done"], &done["messageId"]), (&json!(true), &json!(answer)));
    let after = messages(&user, &id).await;
    assert_eq!(after.len(), 4);
    assert_eq!(after[1]["content"], done["fullText"]);
    // A new answer, not rated yet.
    assert_eq!((&before[1]["feedback"]["rating"], &after[1]["feedback"]), (&json!(1), &json!(null)));
    assert_eq!(after[2..], before[2..]);
}

#[tokio::test]
async fn what_was_to_be_replaced_stays_when_nothing_came_of_it() {
    let system = slow_system().await;
    let user = system.user().await;
    let (id, stream) = super::ask_slowly(&user).await;
    user.delete(&format!("{SESSIONS}/{id}/stop-stream")).await.data(200);
    drop(stream.rest().await);
    let before = messages(&user, &id).await.remove(1);
    let (owner, chat) = (user.id.parse().unwrap(), id.parse().unwrap());
    let store = &system.system.context.store;
    // A process takes the answer's place and dies before its first word.
    let seen = store.chat(&owner, &chat).await.unwrap().unwrap();
    let old = store.messages(&owner, &chat).await.unwrap().remove(1);
    let lease = shared::store::Lease::new(&owner, &chat);
    let empty = old.replacement(&lease.id);
    let opening = shared::store::Opening { replacement: Some(&empty), ..Default::default() };
    assert!(store.open_chat(&lease, &seen, Some(&empty.id), opening).await.unwrap());
    assert_eq!(messages(&user, &id).await[1]["isGenerating"], true);
    assert!(store.release(&lease, Vec::new(), None).await.unwrap());
    assert_eq!(messages(&user, &id).await.remove(1), before);
}

#[tokio::test]
async fn an_answer_without_a_question_cannot_be_written_again() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let (id, question, answer) = answered(&user, "Which oil?").await;
    user.delete(&format!("{SESSIONS}/{id}/messages/{question}")).await.data(200);
    let path = format!("{SESSIONS}/{id}/messages/{answer}/regenerate");
    assert_eq!(user.post(&path, json!({})).await.code(400), "nothing_to_answer");
}

#[tokio::test]
async fn answers_are_rated() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let (id, question, answer) = answered(&user, "Which oil?").await;
    let path = |message: &str| format!("{SESSIONS}/{id}/messages/{message}/feedback");
    let rated = user.put(&path(&answer), json!({"rating": 4, "comment": " Fine. "})).await;
    insta::assert_json_snapshot!("feedback", redacted(&rated.json()));
    user.put(&path(&answer), json!({"rating": 2})).await.data(200);
    let feedback = messages(&user, &id).await[1]["feedback"].clone();
    assert_eq!((&feedback["rating"], &feedback["comment"]), (&json!(2), &json!(null)));
    assert_eq!(user.put(&path(&question), json!({"rating": 4})).await.code(400), "not_an_answer");
}
