//! What counts, and what does not.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use foundation::ids::UserId;
use foundation::plans::Month;
use futures::future::join_all;
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use shared::billing::{Billing, BillingError};

use super::{PlansFile, used};
use crate::harness::{
    Answer, TestSystem, TestUser, UnreachableModel, events, eventually, model_of_sentences, model_that_falls_silent,
    slow_model,
};

const MESSAGES: &str = "/api/v1/chat/messages";
const SESSIONS: &str = "/api/v1/chat/sessions";
const STREAM: &str = "/api/v1/chat/messages/stream";

fn said(content: &str) -> Value {
    json!({"content": content, "images": []})
}

async fn with_model(url: &str, variables: &[(&str, &str)]) -> TestSystem {
    let model = [("LANGUAGE_MODEL", "openai"), ("OPENAI_BASE_URL", url)];
    TestSystem::start_with(&[&model, variables].concat()).await
}

async fn messages(user: &TestUser) -> u64 {
    used(user, "messagesPerMonth").await
}

#[tokio::test]
async fn an_answer_counts_once_the_model_is_asked_word_or_not() {
    let system = with_model(&model_that_falls_silent().await, &[]).await;
    let user = system.user().await;
    let answered = user.post(MESSAGES, said("Which oil?")).await;
    assert_eq!(answered.status, 201, "{}", answered.text);
    assert_eq!(messages(&user).await, 1);
    let session = answered.json()["data"]["session"]["id"].as_str().unwrap().to_owned();
    let answer = answered.json()["data"]["assistantMessage"]["id"].as_str().unwrap().to_owned();

    // From now on the model says nothing. Its provider is paid for the prompt: stopped before the first word, both count.
    let paths =
        [format!("{SESSIONS}/{session}/messages/stream"), format!("{SESSIONS}/{session}/messages/{answer}/regenerate")];
    for (path, count) in paths.into_iter().zip(2..) {
        let mut stream = events(user.request(Method::POST, &path).json(&said("And then?")).send().await.unwrap());
        stream.find(|event| event["stage"] == "generation").await;
        user.post(&format!("{SESSIONS}/{session}/stop-stream"), json!({})).await.data(200);
        assert_eq!(stream.rest().await.pop().unwrap()["aborted"], true);
        assert_eq!(messages(&user).await, count, "{path}");
    }
    // Deleting the session is no way round it.
    let mut stream = events(user.request(Method::POST, STREAM).json(&said("And then?")).send().await.unwrap());
    let event = stream.find(|event| event["stage"] == "generation").await;
    user.delete(&format!("{SESSIONS}/{}", event["sessionId"].as_str().unwrap())).await.data(200);
    stream.rest().await;
    assert_eq!(messages(&user).await, 4);
}

#[tokio::test]
async fn an_answer_that_is_stopped_after_its_first_word_counts() {
    let system = with_model(&slow_model().await, &[]).await;
    let user = system.user().await;
    let mut stream =
        events(user.request(Method::POST, STREAM).json(&said("Tell me everything.")).send().await.unwrap());
    let event = stream.find(|event| event["fullText"].as_str().is_some_and(|text| !text.is_empty())).await;
    let session = event["sessionId"].as_str().unwrap();
    user.post(&format!("{SESSIONS}/{session}/stop-stream"), json!({})).await.data(200);
    stream.rest().await;
    assert_eq!(messages(&user).await, 1);
    // A question in a session that is busy, or gone, or of somebody else, was never asked.
    let neighbour = system.user().await;
    let elsewhere = neighbour.post(&format!("{SESSIONS}/{session}/messages"), said("Hello?")).await;
    assert_eq!(elsewhere.status, 404);
    assert_eq!(messages(&neighbour).await, 0);
}

#[tokio::test]
async fn a_question_that_fails_or_is_refused_does_not_count() {
    let model = UnreachableModel::new();
    let system = with_model(&model.url, &[]).await;
    let user = system.user().await;
    assert_eq!(user.post(MESSAGES, said("Which oil?")).await.code(503), "provider_unavailable");
    let stream = events(user.request(Method::POST, STREAM).json(&said("Which oil?")).send().await.unwrap());
    let last = stream.rest().await.pop().unwrap();
    assert_eq!(last["code"], "provider_unavailable", "{last}");
    assert_eq!(user.post(MESSAGES, said("")).await.status, 400);
    assert_eq!(messages(&user).await, 0);
}

#[tokio::test]
async fn two_questions_at_once_in_one_session_count_once() {
    let system = with_model(&slow_model().await, &[]).await;
    let user = system.user().await;
    let session = user.post(SESSIONS, json!({})).await.data(201)["id"].as_str().unwrap().to_owned();
    let path = format!("{SESSIONS}/{session}/messages/stream");
    let ask = || async {
        user.request(Method::POST, &path).json(&said("Tell me everything.")).send().await.unwrap().status()
    };
    let (one, other) = tokio::join!(ask(), ask());
    let mut statuses = [one.as_u16(), other.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    eventually(5, "one is counted", async || (messages(&user).await == 1).then_some(())).await;
}

async fn ask_with_key(user: &TestUser, path: &str, key: &str, content: &str) -> Answer {
    user.send(user.request(Method::POST, path).json(&said(content)).header("Idempotency-Key", key)).await
}

#[tokio::test]
async fn a_question_asked_again_with_its_key_counts_once_and_has_one_answer() {
    let system = TestSystem::start().await;
    let (user, neighbour) = (system.user().await, system.user().await);
    let answers = join_all((0..10).map(|_| ask_with_key(&user, MESSAGES, "k1", "Which oil?"))).await;
    let exchanges: Vec<Value> = answers.iter().map(|answer| answer.data(201)).collect();
    assert!(exchanges.iter().all(|exchange| *exchange == exchanges[0]), "{exchanges:?}");
    assert_eq!(messages(&user).await, 1);
    let session = exchanges[0]["session"]["id"].as_str().unwrap();
    let sessions = user.get(SESSIONS).await.data(200);
    assert_eq!(sessions["pagination"]["total"], 1);

    let path = format!("{SESSIONS}/{session}/messages");
    let answers = join_all((0..10).map(|_| ask_with_key(&user, &path, "k2", "And then?"))).await;
    let second = answers[0].data(201);
    assert!(answers.iter().all(|answer| answer.data(201) == second));
    assert_eq!(messages(&user).await, 2);
    let streamed = user.request(Method::POST, &format!("{path}/stream")).json(&said("And then?"));
    let done = events(streamed.header("Idempotency-Key", "k2").send().await.unwrap()).rest().await.pop().unwrap();
    assert_eq!(
        (&done["fullText"], &done["messageId"]),
        (&second["assistantMessage"]["content"], &second["assistantMessage"]["id"])
    );
    assert_eq!(messages(&user).await, 2);

    // A key is one question's, and one user's.
    assert_eq!(ask_with_key(&user, &path, "k2", "And why?").await.code(409), "idempotency_key_reused");
    assert_eq!(ask_with_key(&user, MESSAGES, "k2", "And then?").await.code(409), "idempotency_key_reused");
    assert_eq!(
        ask_with_key(&user, MESSAGES, &"k".repeat(256), "Which oil?").await.code(400),
        "invalid_idempotency_key"
    );
    let elsewhere = ask_with_key(&neighbour, MESSAGES, "k1", "Which oil?").await.data(201);
    assert_ne!(elsewhere["session"]["id"], exchanges[0]["session"]["id"]);
    // What was deleted is not asked once more by a request that comes late.
    user.delete(&format!("{SESSIONS}/{session}")).await.data(200);
    assert_eq!(ask_with_key(&user, &path, "k2", "And then?").await.status, 404);
    assert_eq!(messages(&user).await, 2);
}

#[tokio::test]
async fn a_repeated_question_follows_the_answer_that_is_being_written() {
    let system = with_model(&model_of_sentences(20, Duration::from_millis(50)).await, &[]).await;
    let user = system.user().await;
    let ask = || user.request(Method::POST, STREAM).json(&said("Tell me.")).header("Idempotency-Key", "k").send();
    let mut first = events(ask().await.unwrap());
    first.find(|event| event["fullText"].as_str().is_some_and(|text| !text.is_empty())).await;
    let (first, second) = tokio::join!(first.rest(), async { events(ask().await.unwrap()).rest().await });
    let (first, second) = (first.last().unwrap(), second.last().unwrap());
    assert!(second["fullText"].as_str().unwrap().contains("sentence19"), "{second}");
    assert_eq!(first, second);
    assert_eq!(messages(&user).await, 1);
}

/// The clock of [`a_month_begins_anew_at_its_first_moment`], in seconds.
static CLOCK: AtomicI64 = AtomicI64::new(0);

fn clock() -> Timestamp {
    Timestamp::from_second(CLOCK.load(Ordering::Relaxed)).unwrap()
}

fn set(clock: &str) {
    CLOCK.store(clock.parse::<Timestamp>().unwrap().as_second(), Ordering::Relaxed);
}

#[tokio::test]
async fn a_month_begins_anew_at_its_first_moment() {
    let plans = PlansFile::new(1, 1, 2, 1);
    let system = plans.system(&[]).await;
    let context = &system.system.context;
    let billing = Billing::new(context.store.clone(), &context.config.billing).at(clock);
    let user = UserId::new();
    set("2026-12-31T23:59:59Z");
    let december = billing.charge_message(&user).await.unwrap();
    billing.charge_message(&user).await.unwrap();
    let Err(BillingError::Limit(reached)) = billing.charge_message(&user).await else { panic!("over the limit") };
    assert_eq!((reached.allowed, reached.used), (2, 2));
    assert_eq!(reached.resets_at, Some("2027-01-01T00:00:00Z".parse().unwrap()));
    assert!(reached.to_string().contains("from 1 January 2027"), "{reached}");

    set("2027-01-01T00:00:00Z");
    let january = billing.charge_message(&user).await.unwrap();
    assert_eq!((december.as_str(), january.as_str()), ("2026-12", "2027-01"));
    // What was asked in December is given back to December.
    billing.refund(&user, &december).await.unwrap();
    assert_eq!(billing.usage(&user).await.unwrap().messages, 1);
    assert_eq!(context.store.usage(&user, &december).await.unwrap().messages, 1);
    // Nothing is given back that was never counted.
    let long_ago = Month::of("2020-01-01T00:00:00Z".parse().unwrap());
    billing.refund(&user, &long_ago).await.unwrap();
    assert_eq!(context.store.usage(&user, &long_ago).await.unwrap().messages, 0);
}
