//! Who waits for whom while documents are read.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lambda_events::event::sqs::SqsEvent;
use axum::Router;
use foundation::ids::UserId;
use futures::future::join_all;
use images::reading;
use serde_json::{Value, json};
use shared::Context;
use shared::objects::ObjectKey;

use crate::harness::{TestSystem, TestUser, eventually, pdf};

fn manual(pages: usize) -> Vec<u8> {
    let page = |n: usize| {
        let line = format!("Step {n}: tighten bolt {n} of the pump housing to {} Nm and check the seal.\n", 20 + n);
        format!("Chapter {n} Pump housing\n{}", line.repeat(25))
    };
    let pages: Vec<String> = (0..pages).map(page).collect();
    pdf::pdf(&pages.iter().map(String::as_str).collect::<Vec<_>>())
}

async fn documents(user: &TestUser) -> Vec<Value> {
    user.get("/api/v1/repository/documents?limit=100").await.data(200)["documents"].as_array().unwrap().clone()
}

fn with_status(documents: &[Value], status: &str) -> usize {
    documents.iter().filter(|document| document["status"] == status).count()
}

/// Whether somebody is at it.
fn is_in_work(document: &Value) -> bool {
    document["status"] == "processing" && document["progress"].is_object() && document["progress"]["stage"] != "waiting"
}

#[tokio::test]
async fn twenty_manuals_of_one_user_hold_nobody_else_up() {
    let system = TestSystem::start().await;
    let (busy, other) = (system.user().await, system.user().await);
    let large = manual(8);
    for at in 0..20 {
        busy.upload(&format!("{at}.pdf"), large.clone()).await;
    }
    eventually(30, "two are in work", async || {
        (documents(&busy).await.iter().filter(|one| is_in_work(one)).count() == 2).then_some(())
    })
    .await;
    let small = other.upload("small.pdf", manual(1)).await;
    let most = Mutex::new(0);
    let left = eventually(120, "the small one is ready", async || {
        let mine = other.get(&format!("/api/v1/repository/documents/{small}")).await.data(200);
        let theirs = documents(&busy).await;
        let in_work = theirs.iter().filter(|one| is_in_work(one)).count();
        let mut most = most.lock().unwrap();
        *most = in_work.max(*most);
        (mine["status"] == "ready").then(|| 20 - with_status(&theirs, "ready"))
    })
    .await;
    println!("{left} of twenty were left when the other user's was ready");
    assert!(left >= 10, "only {left} were left");
    // To the end, never more than two at once, and none is lost.
    eventually(300, "all are ready", async || {
        let theirs = documents(&busy).await;
        let in_work = theirs.iter().filter(|one| is_in_work(one)).count();
        let mut most = most.lock().unwrap();
        *most = in_work.max(*most);
        (with_status(&theirs, "ready") == 20).then_some(())
    })
    .await;
    assert_eq!(most.into_inner().unwrap(), 2);
}

#[tokio::test]
async fn places_are_two_whoever_asks_at_once_and_free_again_when_they_are_left() {
    let system = TestSystem::start().await;
    let store = &system.system.context.store;
    let user = UserId::new();
    let taken = join_all((0..12).map(|_| store.take_place(&user))).await;
    let taken: Vec<_> = taken.into_iter().filter_map(Result::unwrap).collect();
    assert_eq!(taken.len(), 2);
    assert!(store.take_place(&UserId::new()).await.unwrap().is_some(), "another user has places of their own");
    assert!(store.extend_place(&taken[0]).await.unwrap());
    store.leave_place(&taken[0]).await.unwrap();
    let next = store.take_place(&user).await.unwrap().unwrap();
    assert!(store.take_place(&user).await.unwrap().is_none());
    // Who has left cannot take another's away.
    store.leave_place(&taken[0]).await.unwrap();
    assert!(!store.extend_place(&taken[0]).await.unwrap());
    assert!(store.extend_place(&next).await.unwrap());
}

/// A queue of SQS; what was sent to it.
async fn queue() -> (String, Arc<Mutex<Vec<Value>>>) {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let kept = sent.clone();
    let routes = Router::new().fallback(async move |headers: http::HeaderMap, body: String| {
        assert_eq!(headers["x-amz-target"], "AmazonSQS.SendMessage");
        kept.lock().unwrap().push(serde_json::from_str(&body).unwrap());
        ([("content-type", "application/x-amz-json-1.0")], json!({"MessageId": "m"}).to_string())
    });
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (url, sent)
}

fn event(key: &ObjectKey) -> (SqsEvent, String) {
    let body = json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key.to_string()}}}]});
    let body = body.to_string();
    let event = json!({"Records": [{"messageId": "one", "body": body, "attributes": {}, "messageAttributes": {}}]});
    (serde_json::from_value(event).unwrap(), body)
}

#[tokio::test]
async fn what_has_to_wait_is_sent_to_the_queue_again_and_fails_no_delivery() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let (id, context) = (user.id.parse().unwrap(), &system.system.context);
    let places =
        [context.store.take_place(&id).await.unwrap().unwrap(), context.store.take_place(&id).await.unwrap().unwrap()];
    let document = user.upload("manual.pdf", manual(1)).await;
    let key = ObjectKey::Source(id.clone(), document.parse().unwrap());

    let (url, sent) = queue().await;
    let state = async |queue: Option<String>| {
        let mut config = foundation::config::Config::clone(&context.config);
        config.aws.ingest_queue = queue;
        config.aws.sqs_endpoint = Some(url.clone());
        let reader = reading::configured(&config).await.unwrap().pages;
        ingest::App::new(Context::new(Arc::new(config)).await, None, reader).unwrap()
    };
    let (notification, body) = event(&key);
    let handled = ingest::handle(state(Some(format!("{url}/queue"))).await, notification.clone()).await;
    assert!(handled.response.batch_item_failures.is_empty(), "the message is done with");
    let message = sent.lock().unwrap().pop().unwrap();
    assert_eq!((&message["QueueUrl"], &message["MessageBody"]), (&json!(format!("{url}/queue")), &json!(body)));
    assert!((15..=30).contains(&message["DelaySeconds"].as_u64().unwrap()), "{message}");

    // Without a queue it is given back.
    let handled = ingest::handle(state(None).await, notification).await;
    assert_eq!((handled.response.batch_item_failures.len(), handled.waits), (1, true));
    assert!(sent.lock().unwrap().is_empty());

    // Here it waits as long as it takes, which is no attempt.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let found = context.store.document(&id, &document.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((found.attempts, found.status.as_str()), (0, "uploading"));
    for place in &places {
        context.store.leave_place(place).await.unwrap();
    }
    assert_eq!(user.settled(&document).await["status"], "ready");
    let found = context.store.document(&id, &document.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(found.attempts, 1);
}
