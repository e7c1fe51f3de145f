//! Counting anew: what an older system left uncounted, beside a system that goes on.

use std::time::Duration;

use foundation::need::need;
use serde_json::{Value, json};
use shared::store::{Change, Condition, Key};

use super::{DASHBOARD, SESSIONS, TRENDS, UPLOADS, USERS, administered, analytics, announced, ask, read};
use crate::harness::{Answer, BOTO3, TestSystem, TestUser, model_that_costs, run_script};

/// Everything that an administrator sees.
async fn everything(boss: &TestUser) -> Vec<Value> {
    let mut seen = Vec::new();
    for route in [DASHBOARD, TRENDS, USERS, UPLOADS, SESSIONS] {
        seen.push(boss.get(route).await.json());
    }
    seen
}

/// One call of the embedded `DynamoDB` itself.
async fn call(system: &TestSystem, operation: &str, body: Value) {
    let request = reqwest::Client::new()
        .post(&system.system.dynamodb_url)
        .header("X-Amz-Target", format!("DynamoDB_20120810.{operation}"))
        .header("Content-Type", "application/x-amz-json-1.0")
        .header("X-Amz-Date", "20260101T000000Z")
        .header("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
        .body(body.to_string());
    request.send().await.unwrap().error_for_status().unwrap();
}

/// Makes the table what a version without figures left: no tallies, no counts, no index of lists.
async fn age(system: &TestSystem, users: &[&TestUser]) {
    let store = &system.system.context.store;
    for user in users {
        let partition = format!("USER#{}", user.id);
        for (prefix, attributes) in [("DOC#", ["listPartition", "listSort"]), ("CHAT#", ["messageCount", "none"])] {
            for left in store.left_in(&partition, prefix, None).await.unwrap().0 {
                let change = Change::new().remove(attributes);
                assert!(store.change_if(&Key::new(&partition, left.sort), change, Condition::present()).await.unwrap());
            }
        }
        store.delete(&Key::new(&partition, "TALLY")).await.unwrap();
    }
    for shard in 0..16 {
        store.delete_all(&format!("COUNTS#{shard:02}"), "").await.unwrap();
    }
    let table = &system.system.context.config.aws.table;
    let delete = json!({"TableName": table, "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "newest"}}]});
    call(system, "UpdateTable", delete).await;
}

#[tokio::test]
async fn an_older_system_is_counted_once_and_for_all() {
    let model = model_that_costs(1_000, 10).await;
    let (system, boss) = administered(&[("LANGUAGE_MODEL", "openai"), ("OPENAI_BASE_URL", &*model)]).await;
    let (ada, bob) = (system.user().await, system.user().await);
    read(&system, &bob, "pump.pdf").await;
    announced(&bob, "never.pdf").await;
    let first = ask(&ada, None).await;
    ask(&ada, first["session"]["id"].as_str()).await;
    bob.post("/api/v1/chat/sessions", json!({})).await.data(201);
    let seen = everything(&boss).await;

    age(&system, &[&boss, &ada, &bob]).await;
    let store = &system.system.context.store;
    assert!(store.create_table().await.unwrap(), "the index was missing");
    assert!(!store.create_table().await.unwrap());
    assert_eq!(analytics(&boss).await["totalUsers"], 0);
    assert_eq!(boss.get(USERS).await.data(200), json!([]));
    // What is done before it is counted does no harm, also in a session whose messages nobody has counted.
    let session = format!("/api/v1/chat/sessions/{}", first["session"]["id"].as_str().unwrap());
    for message in ["userMessage", "assistantMessage"] {
        let message = first[message]["id"].as_str().unwrap();
        ada.delete(&format!("{session}/messages/{message}")).await.data(200);
    }
    assert_eq!(ada.get(&session).await.data(200)["messages"].as_array().unwrap().len(), 2);
    ask(&ada, first["session"]["id"].as_str()).await;
    let late = ask(&ada, None).await;
    let late = format!("/api/v1/chat/sessions/{}", late["session"]["id"].as_str().unwrap());
    ada.delete(&late).await.data(200);

    for _ in 0..2 {
        assert_eq!(store.recount().await.unwrap(), 3);
        let counted = everything(&boss).await;
        let tokens = |seen: &[Value]| seen[4]["data"][1]["totalToken"].as_u64().unwrap();
        // The greater of what was noted and of what the messages say.
        assert_eq!((tokens(&seen), tokens(&counted)), (2_020, 2_020));
        assert_eq!(counted, seen);
    }
    if need(BOTO3).is_some() {
        store.delete_all("COUNTS#00", "").await.unwrap();
        let (good, said) = run_script("count", &system, &[], &[]).await;
        assert!(good && said.contains("What 3 users have is counted."), "{said}");
        assert_eq!(everything(&boss).await, seen);
    }
    // Deletions are right again.
    ada.delete(&session).await.data(200);
    let figures = analytics(&boss).await;
    assert_eq!((&figures["totalSessions"], &figures["totalUploads"]), (&json!(1), &json!(1)));
}

/// The answer to a request that is repeated while so many others write the same items that the answer is 429.
async fn until_others_leave_room<F: Future<Output = Answer>>(ask: impl Fn() -> F) -> Answer {
    loop {
        let answer = ask().await;
        if answer.status != 429 {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn nothing_is_lost_when_many_write_and_somebody_counts() {
    let (system, boss) = administered(&[("REQUESTS_PER_MINUTE", "100000")]).await;
    let users = [system.user().await, system.user().await];
    let mut tasks = Vec::new();
    for user in users.iter().flat_map(|user| [user, user, user]) {
        let user = user.clone();
        tasks.push(tokio::spawn(async move {
            for keeps in [true, false, true, true, false] {
                let session = until_others_leave_room(|| user.post("/api/v1/chat/sessions", json!({}))).await.data(201);
                if !keeps {
                    let path = format!("/api/v1/chat/sessions/{}", session["id"].as_str().unwrap());
                    until_others_leave_room(|| user.delete(&path)).await.data(200);
                }
            }
        }));
    }
    for _ in 0..3 {
        // It may give up while so much happens, and nothing is wrong then.
        let _ = system.system.context.store.recount().await;
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(analytics(&boss).await["totalSessions"], 18);
    for user in &users {
        assert_eq!(super::row(&boss, USERS, user).await["sessions"], 9);
    }
}
