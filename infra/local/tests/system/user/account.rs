//! Deleting an account.

use std::collections::BTreeSet;

use foundation::ids::{ChatId, DocumentId, UserId};
use foundation::need::need;
use reqwest::Method;
use serde_json::{Value, json};
use shared::objects::ObjectKey;
use shared::store::{Job, Key, User};

use crate::auth::{age, another};
use crate::harness::{Answer, BOTO3, StripeServer, TestSystem, TestUser, eventually, run_script};

pub async fn delete(user: &TestUser, body: Value) -> Answer {
    user.send(user.request(Method::DELETE, "/api/v1/user/account").json(&body)).await
}

/// All items of the table, as `DynamoDB` itself tells them.
pub async fn items(system: &TestSystem) -> Vec<Value> {
    let mut items = Vec::new();
    let mut start = Value::Null;
    loop {
        let mut scan = json!({"TableName": system.system.context.config.aws.table, "ConsistentRead": true});
        if !start.is_null() {
            scan["ExclusiveStartKey"] = start;
        }
        let request = reqwest::Client::new()
            .post(&system.system.dynamodb_url)
            .header("X-Amz-Target", "DynamoDB_20120810.Scan")
            .header("Content-Type", "application/x-amz-json-1.0")
            .header("X-Amz-Date", "20260101T000000Z")
            .header("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
            .body(scan.to_string());
        let answer: Value = request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap();
        items.extend(answer["Items"].as_array().unwrap().iter().cloned());
        start = answer["LastEvaluatedKey"].clone();
        if start.is_null() {
            return items;
        }
    }
}

/// The keys of all items.
async fn keys(system: &TestSystem) -> BTreeSet<String> {
    let key = |item: &Value| format!("{} {}", item["PK"]["S"].as_str().unwrap(), item["SK"]["S"].as_str().unwrap());
    items(system).await.iter().map(key).collect()
}

/// Gives a user something of every kind.
pub async fn belongings(system: &TestSystem, user: &TestUser) {
    let context = &system.system.context;
    let id: UserId = user.id.parse().unwrap();
    let document = DocumentId::new();
    // What the ingest, which hears of the first, has no reason to take away itself.
    let other = DocumentId::new();
    for key in [
        ObjectKey::Source(id.clone(), document.clone()),
        ObjectKey::Segment(id.clone(), other.clone()),
        ObjectKey::Pages(id.clone(), other),
        ObjectKey::Picture(id.clone(), "me".to_owned()),
        ObjectKey::Reading(id.clone(), "f00d".to_owned()),
    ] {
        context.objects.put(&key, "application/octet-stream", "bytes").await.unwrap();
    }
    let item =
        json!({"id": document, "userId": id, "fileName": "manual.pdf", "fileSize": 5, "sourceEtag": "hidden-etag"});
    context.store.put(&Key::new(format!("USER#{id}"), format!("DOC#{document}")), &item).await.unwrap();
    for _ in 0..2 {
        let chat = ChatId::new();
        let item = json!({"id": chat, "title": "Pump", "createdAt": "2026-01-01T00:00:00Z"});
        context.store.put(&Key::new(format!("USER#{id}"), format!("CHAT#{chat}")), &item).await.unwrap();
        for number in 0..30 {
            let message = json!({"id": format!("m{number}"), "role": "user", "content": format!("question {number}")});
            let key = Key::new(format!("USER#{id}#CHAT#{chat}"), format!("MSG#{number:03}"));
            context.store.put(&key, &message).await.unwrap();
        }
    }
    user.put("/api/v1/user/settings", json!({"theme": "dark"})).await.data(200);
    user.put("/api/v1/user/profile", json!({"email": format!("new-{}", user.email), "currentPassword": user.password}))
        .await
        .data(200);
}

/// What there is of `user`, in the table and in the bucket, but for what says that the account is deleted, and counters
/// of requests, which end by themselves.
pub async fn traces(system: &TestSystem, user: &TestUser) -> Vec<String> {
    let keys = keys(system).await.into_iter().chain(system.system.context.objects.list("").await.unwrap());
    let is_of = |key: &String| key.contains(&user.id) || key.contains(&user.email);
    let passes = ["deletions/", "RATE#", "BUCKET#"];
    let stays = |key: &String| !key.ends_with(" TOMBSTONE") && !passes.iter().any(|prefix| key.starts_with(prefix));
    keys.filter(|key| is_of(key) && stays(key)).collect()
}

/// Waits until nothing is left of `user`.
pub async fn gone(system: &TestSystem, user: &TestUser) {
    let nothing = async || traces(system, user).await.is_empty().then_some(());
    eventually(60, "nothing is left", nothing).await;
}

#[tokio::test]
async fn a_deleted_account_leaves_nothing_behind() {
    let system = TestSystem::start().await;
    let (user, neighbour) = (system.user().await, system.user().await);
    belongings(&system, &user).await;
    belongings(&system, &neighbour).await;
    let before = traces(&system, &neighbour).await;
    assert!(traces(&system, &user).await.len() > 60);

    assert_eq!(delete(&user, json!({})).await.code(400), "validation_failed");
    assert_eq!(delete(&user, json!({"password": "wrong password"})).await.code(400), "wrong_password");
    let deleted = delete(&user, json!({"password": user.password})).await;
    assert_eq!(deleted.status, 200, "{}", deleted.text);
    assert_eq!(deleted.json()["message"], "Your account is deleted. Everything in it is being removed.");
    assert_eq!(deleted.cookies().len(), 5);
    assert!(deleted.cookies().iter().all(|cookie| cookie.contains("Max-Age=0")));

    assert_eq!(user.get("/api/v1/user/profile").await.code(401), "sign_in_expired");
    gone(&system, &user).await;
    assert_eq!(traces(&system, &neighbour).await, before);
    let refresh = system.visitor().post("/api/v1/auth/refresh", json!({"refreshToken": user.refresh_token})).await;
    assert_eq!(refresh.code(401), "sign_in_expired");
    let login = user.post("/api/v1/auth/login", json!({"email": user.email, "password": user.password})).await;
    assert_eq!(login.code(400), "invalid_credentials");
    assert_eq!(user.post("/api/v1/auth/register", user.registration()).await.status, 201);
}

/// Uploads in parts that the object storage still holds.
fn unfinished_uploads(system: &TestSystem) -> usize {
    let files = std::fs::read_dir(system.system.folder.join("s3")).unwrap();
    files.filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().starts_with(".upload")).count()
}

#[tokio::test]
async fn extraction_jobs_and_unfinished_uploads_go_with_the_account() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let context = &system.system.context;
    let job = Job::new(Some(user.id.parse().unwrap()), 3);
    context.store.create_job(&job).await.unwrap();
    context.objects.put(&ObjectKey::ExtractText(job.id.clone()), "text/plain", "text").await.unwrap();
    let wish = json!({"fileName": "large.pdf", "fileSize": 100_000_000, "contentType": "application/pdf"});
    user.post("/api/v1/repository/uploads", wish).await.data(201);
    assert!(unfinished_uploads(&system) > 0);

    assert_eq!(delete(&user, json!({"password": user.password})).await.status, 200);
    gone(&system, &user).await;
    assert_eq!(context.store.job(&job.id).await.unwrap(), None);
    assert_eq!(context.objects.list("extracted/").await.unwrap(), Vec::<String>::new());
    assert_eq!(unfinished_uploads(&system), 0);
}

#[tokio::test]
async fn an_account_without_a_password_is_deleted_with_a_code() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let store = &system.system.context.store;
    let id: UserId = user.id.parse().unwrap();
    let changed = store.link_google(&id, "g-1", &[], |user: &mut User| user.password_hash = None).await.unwrap();
    assert!(changed.unwrap().is_some());
    assert_eq!(delete(&user, json!({"password": user.password})).await.code(400), "wrong_password");
    let change = json!({"currentPassword": user.password, "newPassword": "a new password"});
    assert_eq!(user.put("/api/v1/user/password", change).await.code(400), "no_password");

    // Without body and content type, as the frontend sends it.
    let asked = user.send(user.request(Method::POST, "/api/v1/user/account/delete-otp")).await;
    assert_eq!(asked.status, 200, "{}", asked.text);
    let otp = system.code(&user.email);
    let elsewhere = user.post("/api/v1/auth/verify-otp", json!({"email": user.email, "otp": otp})).await;
    assert_eq!(elsewhere.code(400), "otp_invalid");
    assert_eq!(delete(&user, json!({"otp": another(&otp)})).await.code(400), "otp_invalid");
    assert_eq!(delete(&user, json!({"otp": otp})).await.status, 200);
    gone(&system, &user).await;
    assert!(!keys(&system).await.iter().any(|key| key.contains("g-1")));
}

#[tokio::test]
async fn an_operator_deletes_a_user_as_they_would_themselves() {
    if need(BOTO3).is_none() {
        return;
    }
    let system = TestSystem::start().await;
    let (user, neighbour) = (system.user().await, system.user().await);
    let wish = json!({"fileName": "large.pdf", "fileSize": 100_000_000, "contentType": "application/pdf"});
    user.post("/api/v1/repository/uploads", wish).await.data(201);
    belongings(&system, &user).await;
    belongings(&system, &neighbour).await;
    let before = traces(&system, &neighbour).await;
    let (store, id) = (&system.system.context.store, user.id.parse::<UserId>().unwrap());
    store.create_job(&Job::new(Some(id.clone()), 3)).await.unwrap();
    store.link_google(&id, "g-1", &[], |_: &mut User| {}).await.unwrap().unwrap();
    assert_eq!(user.send(user.request(Method::POST, "/api/v1/user/account/delete-otp")).await.status, 200);
    let subscription = json!({"customer": "cus_1", "status": "none", "version": 1});
    store.put(&Key::new(format!("USER#{id}"), "SUBSCRIPTION"), &subscription).await.unwrap();
    let customer = Key::alone("STRIPE#CUSTOMER#cus_1");
    store.put(&customer, &json!({"userId": id})).await.unwrap();
    system.system.context.billing.charge_message(&id).await.unwrap();
    assert!(store.traces(&id).await.unwrap().contains(&customer));

    let stripe = StripeServer::start().await;
    let arguments = ["--yes", user.email.as_str()];
    let (good, said) = run_script("delete-user", &system, &arguments, &[("STRIPE_SECRET_KEY", "")]).await;
    assert!(!good && said.contains("Nothing is deleted."), "nobody goes on paying: {said}");
    stripe.fail(&[500, 500, 500]);
    assert!(!run_script("delete-user", &system, &arguments, &stripe.variables()).await.0);
    assert_eq!(user.get("/api/v1/user/profile").await.status, 200);
    let (good, said) = run_script("delete-user", &system, &arguments, &stripe.variables()).await;
    assert!(good, "{said}");
    assert!(stripe.seen().iter().any(|seen| (&*seen.0, &*seen.1) == ("DELETE", "/v1/customers/cus_1")));
    assert_eq!(traces(&system, &user).await, Vec::<String>::new());
    assert_eq!(traces(&system, &neighbour).await, before);
    assert!(!keys(&system).await.iter().any(|key| ["g-1", "cus_1", "JOB#"].iter().any(|own| key.contains(own))));
    assert!(keys(&system).await.iter().any(|key| key.starts_with("FORMER#")), "what was used is remembered");
    assert_eq!(unfinished_uploads(&system), 0);
    assert_eq!(user.get("/api/v1/user/profile").await.code(401), "sign_in_expired");
    let (good, said) = run_script("delete-user", &system, &arguments, &[]).await;
    assert!(!good && said.contains("There is no such user."), "{said}");
    // By the id it can be run again.
    let (good, said) = run_script("delete-user", &system, &["--yes", &user.id], &[]).await;
    assert!(good, "{said}");
}

#[tokio::test]
async fn a_late_code_deletes_nothing() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    assert_eq!(user.send(user.request(Method::POST, "/api/v1/user/account/delete-otp")).await.status, 200);
    let otp = system.code(&user.email);
    age(&system, &user.email, 301).await;
    assert_eq!(delete(&user, json!({"otp": otp})).await.code(400), "otp_expired");
    assert_eq!(user.get("/api/v1/user/profile").await.status, 200);
}
