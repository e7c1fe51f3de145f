//! Answers: streamed, stopped, left, interrupted, failed.

use std::time::Duration;

use foundation::ids::{ChatId, UserId};
use reqwest::Method;
use serde_json::{Value, json};
use shared::store::{Chat, ChatMessage, Generation, Lease, MessageRole};

use super::{
    MESSAGES, SESSIONS, answered, ask, ask_slowly, has_text, messages, redacted, said, session, slow_system, text,
};
use crate::harness::{TestSystem, TestUser, UnreachableModel, events, eventually, model_that_falls_silent};

const STREAM: &str = "/api/v1/chat/messages/stream";

#[tokio::test]
async fn a_message_is_answered_at_once() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let first = user.post(MESSAGES, said("How do I drain the fuel filter? It leaks.")).await;
    insta::assert_json_snapshot!("message", redacted(&first.json()));
    let id = text(&first.data(201)["session"]["id"]);
    let second = user.post(&format!("{SESSIONS}/{id}/messages"), said("And then?")).await.data(201);
    let stored = messages(&user, &id).await;
    assert_eq!(stored.len(), 4);
    assert_eq!((&stored[2], &stored[3]), (&second["userMessage"], &second["assistantMessage"]));
}

#[tokio::test]
async fn a_streamed_answer_ends_with_what_is_stored() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let response = user.request(Method::POST, STREAM).json(&said("Which oil?")).send().await.unwrap();
    assert_eq!(response.headers()["x-accel-buffering"], "no");
    assert!(response.headers()["cache-control"].to_str().unwrap().contains("no-cache"));
    let all = crate::harness::events(response).rest().await;
    let (done, before) = all.split_last().unwrap();
    // The stored answer can be read as soon as the end is announced.
    let id = text(&done["sessionId"]);
    let stored = session(&user, &id).await;
    assert_eq!(stored["title"], "Which oil?");
    let answer = &stored["messages"][1];
    assert_eq!((&answer["id"], &answer["content"]), (&done["messageId"], &done["fullText"]));
    assert_eq!(answer["tokenUsage"], done["tokenUsage"]);
    assert_eq!(answer["isGenerating"], false);
    assert_eq!((&done["done"], &done["token"], &done["citations"]), (&json!(true), &json!(""), &json!([])));
    assert!(done.get("aborted").is_none() && done.get("error").is_none(), "{done}");

    let stages: Vec<_> = before.iter().filter_map(|event| event["stage"].as_str()).collect();
    assert_eq!(stages, ["retrieval", "generation"]);
    let mut so_far = String::new();
    for event in before.iter().filter(|event| event.get("token").is_some()) {
        so_far.push_str(event["token"].as_str().unwrap());
        assert_eq!(event["fullText"], json!(so_far), "fullText is cumulative");
        assert_eq!((&event["done"], &event["sessionId"]), (&json!(false), &json!(id)));
    }
    assert_eq!(json!(so_far), done["fullText"]);
}

#[tokio::test]
async fn tokens_arrive_while_the_answer_is_written() {
    let system = slow_system().await;
    let user = system.user().await;
    let (id, mut stream) = ask_slowly(&user).await;
    let so_far = messages(&user, &id).await;
    assert_eq!((&so_far[1]["isGenerating"], &so_far[1]["isStopped"]), (&json!(true), &json!(false)));
    let longer = stream.find(|event| text(&event["fullText"]).split(' ').count() > 20).await;
    assert_eq!(longer["done"], false);
    // What was written is saved now and then, for the case that this process ends.
    let partial = eventually(10, "partial text is saved", async || {
        let message = messages(&user, &id).await.remove(1);
        has_text(&json!({"fullText": message["content"]})).then_some(message)
    });
    assert_eq!(partial.await["isGenerating"], true);
    user.post(&format!("{SESSIONS}/{id}/stop-stream"), json!({})).await.data(200);
}

#[tokio::test]
async fn an_answer_whose_client_vanishes_is_stored() {
    let system = TestSystem::start_with(&[]).await;
    let user = system.user().await;
    let response = user.request(Method::POST, STREAM).json(&said("Which oil?")).send().await.unwrap();
    drop(response);
    let listed = eventually(10, "the answer is stored", async || {
        let list = user.get(SESSIONS).await.data(200)["sessions"].clone();
        let id = list[0]["id"].as_str()?.to_owned();
        let messages = messages(&user, &id).await;
        (messages[1]["isGenerating"] == false).then_some(messages)
    });
    let answer = listed.await[1].clone();
    assert_eq!(answer["isStopped"], false);
    assert!(!text(&answer["content"]).is_empty());
}

#[tokio::test]
async fn an_answer_goes_on_when_its_client_vanishes_in_the_middle() {
    let system = slow_system().await;
    let user = system.user().await;
    let (id, stream) = ask_slowly(&user).await;
    drop(stream);
    let done = eventually(30, "the answer is complete", async || {
        let answer = messages(&user, &id).await.remove(1);
        (answer["isGenerating"] == false).then_some(answer)
    });
    let answer = done.await;
    assert!(text(&answer["content"]).contains("word199"), "{answer}");
    assert_eq!(answer["isStopped"], false);
}

#[tokio::test]
async fn stop_ends_the_answer_and_keeps_its_text() {
    let system = slow_system().await;
    let user = system.user().await;
    for method in [Method::POST, Method::DELETE] {
        let (id, stream) = ask_slowly(&user).await;
        let answer = user.send(user.request(method, &format!("{SESSIONS}/{id}/stop-stream"))).await;
        insta::assert_json_snapshot!("stop", redacted(&answer.json()));
        let done = stream.rest().await.pop().unwrap();
        assert_eq!((&done["done"], &done["aborted"]), (&json!(true), &json!(true)));
        assert!(done.get("error").is_none(), "{done}");
        let message = messages(&user, &id).await.remove(1);
        assert_eq!(message["content"], done["fullText"]);
        assert_eq!((&message["isStopped"], &message["interrupted"]), (&json!(true), &json!(false)));
        assert!(!text(&message["content"]).contains("word199"));
        // The session is free again.
        assert_eq!(user.post(&format!("{SESSIONS}/{id}/stop-stream"), json!({})).await.status, 200);
        let again = ask(&user, &format!("{SESSIONS}/{id}/messages/stream"), "Go on.").await;
        drop(again);
    }
}

#[tokio::test]
async fn when_a_stop_is_answered_the_text_is_stored_and_the_session_free() {
    let system = slow_system().await;
    let user = system.user().await;
    let (id, stream) = ask_slowly(&user).await;
    user.post(&format!("{SESSIONS}/{id}/stop-stream"), json!({})).await.data(200);
    let message = messages(&user, &id).await.remove(1);
    assert_eq!((&message["isStopped"], &message["isGenerating"]), (&json!(true), &json!(false)));
    assert!(text(&message["content"]).starts_with("word0"));
    let next = user.request(Method::POST, &format!("{SESSIONS}/{id}/messages/stream")).json(&said("Go on."));
    assert_eq!(next.send().await.unwrap().status(), 200);
    drop(stream);
}

#[tokio::test]
async fn a_stop_before_the_first_word_keeps_what_was_to_be_replaced() {
    let model = model_that_falls_silent().await;
    let system = TestSystem::start_with(&[("LANGUAGE_MODEL", "openai"), ("OPENAI_BASE_URL", &model)]).await;
    let user = system.user().await;
    let (id, _, answer) = answered(&user, "Which oil?").await;
    let before = messages(&user, &id).await.remove(1);
    assert!(text(&before["content"]).contains("word9"));
    let generating = |event: &Value| event["stage"] == "generation";
    let stop = format!("{SESSIONS}/{id}/stop-stream");

    let again = user.request(Method::POST, &format!("{SESSIONS}/{id}/messages/{answer}/regenerate")).json(&json!({}));
    let mut stream = events(again.send().await.unwrap());
    stream.find(generating).await;
    user.post(&stop, json!({})).await.data(200);
    assert_eq!(stream.rest().await.pop().unwrap()["aborted"], true);
    assert_eq!(messages(&user, &id).await.remove(1), before);

    let mut stream = ask(&user, &format!("{SESSIONS}/{id}/messages/stream"), "And how much?").await;
    stream.find(generating).await;
    user.post(&stop, json!({})).await.data(200);
    let done = stream.rest().await.pop().unwrap();
    assert_eq!((&done["aborted"], &done["fullText"]), (&json!(true), &json!("")));
    let message = messages(&user, &id).await.remove(3);
    assert_eq!((&message["isStopped"], &message["content"]), (&json!(true), &json!("")));
}

#[tokio::test]
async fn stop_with_nothing_running_is_fine() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let (id, ..) = answered(&user, "Which oil?").await;
    for _ in 0..2 {
        assert_eq!(user.delete(&format!("{SESSIONS}/{id}/stop-stream")).await.status, 200);
    }
    assert_eq!(messages(&user, &id).await[1]["isStopped"], false);
    assert_eq!(user.delete(&format!("{SESSIONS}/01HZZZZZZZZZZZZZZZZZZZZZZZ/stop-stream")).await.status, 404);
}

#[tokio::test]
async fn a_session_takes_one_message_at_a_time() {
    let system = slow_system().await;
    let user = system.user().await;
    let id = text(&user.post(SESSIONS, json!({})).await.data(201)["id"]);
    let path = format!("{SESSIONS}/{id}/messages/stream");
    let sent = (0..6).map(|at| user.request(Method::POST, &path).json(&said(&format!("Question {at}"))).send());
    let answers: Vec<_> = futures::future::join_all(sent).await.into_iter().map(Result::unwrap).collect();
    let (taken, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status() == 200);
    assert_eq!(taken.len(), 1, "exactly one is taken");
    for answer in refused {
        assert_eq!(answer.status(), 409);
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["code"], "answer_in_progress");
    }
    let stored = messages(&user, &id).await;
    assert_eq!(stored.len(), 2);

    // Nor can what was said be changed meanwhile.
    let question = format!("{SESSIONS}/{id}/messages/{}", text(&stored[0]["id"]));
    assert_eq!(user.patch(&question, json!({"content": "Other"})).await.code(409), "answer_in_progress");
    assert_eq!(user.delete(&question).await.code(409), "answer_in_progress");
    let answer = format!("{SESSIONS}/{id}/messages/{}", text(&stored[1]["id"]));
    assert_eq!(user.post(&format!("{answer}/regenerate"), json!({})).await.code(409), "answer_in_progress");
    assert_eq!(user.put(&format!("{answer}/feedback"), json!({"rating": 5})).await.code(409), "answer_in_progress");
    // But it can be renamed.
    assert_eq!(user.put(&format!("{SESSIONS}/{id}"), json!({"title": "New"})).await.data(200)["title"], "New");
}

#[tokio::test]
async fn deleting_a_session_ends_its_answer() {
    let system = slow_system().await;
    let user = system.user().await;
    let (id, stream) = ask_slowly(&user).await;
    user.delete(&format!("{SESSIONS}/{id}")).await.data(200);
    let done = stream.rest().await.pop().unwrap();
    assert_eq!((&done["done"], &done["code"]), (&json!(true), &json!("answer_lost")));
    assert_eq!(user.get(&format!("{SESSIONS}/{id}")).await.status, 404);
    let (owner, chat): (UserId, ChatId) = (user.id.parse().unwrap(), id.parse().unwrap());
    assert!(system.system.context.store.messages(&owner, &chat).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_answer_whose_process_ended_is_shown_as_interrupted() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let id = interrupted(&system, &user).await;
    let stored = session(&user, &id).await;
    insta::assert_json_snapshot!("interrupted", redacted(&stored["messages"][1]));
    assert_eq!(user.delete(&format!("{SESSIONS}/{id}/stop-stream")).await.status, 200);
    let answer = format!("{SESSIONS}/{id}/messages/{}", text(&stored["messages"][1]["id"]));
    assert_eq!(user.put(&format!("{answer}/feedback"), json!({"rating": 2})).await.data(200)["isStopped"], true);

    // The next message finishes it for good.
    user.post(&format!("{SESSIONS}/{id}/messages"), said("Go on.")).await.data(201);
    let (owner, chat): (UserId, ChatId) = (user.id.parse().unwrap(), id.parse().unwrap());
    let kept = system.system.context.store.messages(&owner, &chat).await.unwrap();
    assert_eq!(kept.len(), 4);
    assert!(kept[1].is_stopped && kept[1].interrupted && kept[1].generation.is_none());
    assert_eq!((kept[1].content.as_str(), kept[1].feedback.as_ref().unwrap().rating), ("Drain the", 2));
}

#[tokio::test]
async fn an_interrupted_answer_can_be_written_again() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let id = interrupted(&system, &user).await;
    let answer = messages(&user, &id).await.remove(1);
    let path = format!("{SESSIONS}/{id}/messages/{}/regenerate", text(&answer["id"]));
    let done =
        crate::harness::events(user.request(Method::POST, &path).send().await.unwrap()).rest().await.pop().unwrap();
    assert_eq!(done["messageId"], answer["id"]);
    let again = messages(&user, &id).await.remove(1);
    assert_eq!((&again["isStopped"], &again["interrupted"]), (&json!(false), &json!(false)));
    assert_eq!(again["content"], done["fullText"]);
}

/// A session as a process leaves it that was killed half a minute ago.
async fn interrupted(system: &TestSystem, user: &TestUser) -> String {
    let owner: UserId = user.id.parse().unwrap();
    let mut chat = Chat::new(&owner);
    let question = ChatMessage::new(MessageRole::User, "How do I drain the filter?");
    let answer = ChatMessage { content: "Drain the".to_owned(), ..ChatMessage::empty_answer("gone") };
    let lease_until = foundation::time::in_seconds(-15).as_millisecond();
    let lease = Lease { id: "gone".to_owned(), ..Lease::new(&owner, &chat.id) };
    chat.generation = Some(Generation { lease_until, ..Generation::new(&lease, Some(answer.id.clone())) });
    assert!(system.system.context.store.open_new_chat(&owner, &chat, &[&question, &answer], None).await.unwrap());
    chat.id.to_string()
}

#[tokio::test]
async fn a_model_that_cannot_be_reached_still_ends_the_stream() {
    let model = UnreachableModel::new();
    let system = TestSystem::start_with(&[("LANGUAGE_MODEL", "openai"), ("OPENAI_BASE_URL", &model.url)]).await;
    let user = system.user().await;
    let done = ask(&user, STREAM, "Which oil?").await.rest().await.pop().unwrap();
    insta::assert_json_snapshot!("provider_unavailable", redacted(&done));
    let id = text(&done["sessionId"]);
    let answer = messages(&user, &id).await.remove(1);
    assert_eq!(answer["error"]["code"], "provider_unavailable");
    assert_eq!(answer["isGenerating"], false);
    assert_eq!(user.post(MESSAGES, said("Which oil?")).await.code(503), "provider_unavailable");
}

#[tokio::test]
async fn a_stream_renews_an_expired_access_token_by_itself() {
    let system = TestSystem::start_with(&[("ACCESS_TOKEN_SECONDS", "1")]).await;
    let user = system.user().await;
    let cookies =
        format!("access_token={}; refresh_token={}", user.token.clone().unwrap(), user.refresh_token.clone().unwrap());
    tokio::time::sleep(Duration::from_millis(2100)).await;
    let request = user.client.post(system.gateway(STREAM)).header("Origin", "http://localhost:3001");
    let response = request.header("Cookie", cookies).json(&said("Which oil?")).send().await.unwrap();
    let renewed =
        response.headers().get_all("set-cookie").iter().any(|cookie| cookie.as_bytes().starts_with(b"access_token="));
    assert!(renewed, "{:?}", response.headers());
    let done = crate::harness::events(response).rest().await.pop().unwrap();
    assert_eq!(done["done"], true);
}

#[tokio::test]
async fn a_stream_needs_a_sign_in() {
    let system = TestSystem::start().await;
    let answer = system.visitor().post(STREAM, said("Which oil?")).await;
    assert_eq!(answer.code(401), "not_signed_in");
}
