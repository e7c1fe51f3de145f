//! The removal of what deleted accounts leave: large ones, under load, killed half-way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use foundation::config::Config;
use foundation::ids::{ChatId, UserId};
use serde_json::{Value, json};
use shared::Context;
use shared::objects::{DrawnPage, ObjectKey};
use shared::store::{Chat, ChatMessage, Document, Job, Key, MessageRole, NewDocument};

use super::account::{delete, gone, traces};
use crate::harness::{Process, TestSystem, TestUser, eventually};

/// Gives a user sessions with two messages each, and documents with their objects.
async fn much(context: &Context, id: &UserId, sessions: usize, documents: usize) {
    let store = &context.store;
    for number in 0..sessions {
        let mut chat = Chat::new(id);
        chat.title = Some(format!("Session {number}"));
        let messages = [MessageRole::User, MessageRole::Assistant].map(|role| ChatMessage::new(role, "Torque"));
        assert!(store.open_new_chat(id, &chat, &messages.iter().collect::<Vec<_>>(), None).await.unwrap());
    }
    for number in 0..documents {
        let file_name = format!("manual-{number}.pdf");
        let new = NewDocument { file_name, file_size: 5, source_url: None, file_id: None, blob_path: None };
        let document = Document::new(id, new);
        let key = Key::new(format!("USER#{id}"), format!("DOC#{}", document.id));
        store.put(&key, &document).await.unwrap();
        let own = [ObjectKey::Segment, ObjectKey::Pages].map(|object| object(id.clone(), document.id.clone()));
        let drawn = DrawnPage { file: "f".to_owned(), page: 1, width: 600 };
        let drawn = ObjectKey::Drawn(id.clone(), document.id.clone(), drawn);
        for key in own.into_iter().chain([drawn]) {
            context.objects.put(&key, "application/octet-stream", "bytes").await.unwrap();
        }
    }
    store.create_job(&Job::new(Some(id.clone()), 1)).await.unwrap();
}

fn id_of(user: &TestUser) -> UserId {
    user.id.parse().unwrap()
}

#[tokio::test]
async fn a_large_account_is_deleted_at_once_and_removed_behind() {
    let system = TestSystem::start().await;
    let (user, context) = (system.user().await, &system.system.context);
    let mut elsewhere = user.clone();
    elsewhere.sign_in().await;
    much(context, &id_of(&user), 300, 100).await;
    assert!(traces(&system, &user).await.len() > 1_200);

    let begun = Instant::now();
    assert_eq!(delete(&user, json!({"password": user.password})).await.status, 200);
    // Checking the password takes most of it; the removal takes longer, and is not waited for.
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    for token in [&user, &elsewhere] {
        assert_eq!(token.get("/api/v1/user/profile").await.code(401), "sign_in_expired");
    }

    // Meanwhile the address is free.
    let mut again = TestUser { token: None, refresh_token: None, ..user.clone() };
    again.register(|address| system.code(address)).await;
    assert_ne!(again.id, user.id);
    let chat = again.post("/api/v1/chat/sessions", json!({"title": "Mine"})).await.data(201);
    again.put("/api/v1/user/settings", json!({"theme": "dark"})).await.data(200);
    much(context, &id_of(&again), 3, 3).await;
    let new = traces(&system, &again).await;

    let id = id_of(&user);
    let old = async || traces(&system, &user).await.iter().all(|key| !key.contains(&user.id)).then_some(());
    eventually(60, "nothing is left of the old account", old).await;
    assert_eq!(traces(&system, &again).await, new);
    let path = format!("/api/v1/chat/sessions/{}", chat["id"].as_str().unwrap());
    assert_eq!(again.get(&path).await.data(200)["title"], "Mine");
    assert_eq!(again.get("/api/v1/user/settings").await.data(200)["theme"], "dark");

    // When requests that were under way have ended, the marker goes, and the tombstone is to go too some day.
    assert!(context.store.tombstone(&id).await.unwrap().is_some());
    eventually(60, "the job has ended", async || {
        let markers = context.objects.list(ObjectKey::DELETIONS).await.unwrap();
        markers.is_empty().then_some(())
    })
    .await;
    let tombstone = context.store.tombstone(&id).await.unwrap().unwrap();
    let kept = tombstone.expires_at.unwrap() - foundation::time::now().as_second();
    assert!(kept > 7 * 86_400, "{kept}");
}

#[tokio::test]
async fn requests_under_way_bring_nothing_back() {
    let system = TestSystem::start_with(&[("REQUESTS_PER_MINUTE", "100000"), ("DEFAULT_PLAN", "team")]).await;
    let user = system.user().await;
    much(&system.system.context, &id_of(&user), 20, 5).await;
    let requests: [(&str, Value); 4] = [
        ("chat/sessions", json!({"title": "Late"})),
        ("chat/messages", json!({"content": "How tight are the bolts?", "images": []})),
        ("repository/uploads", json!({"fileName": "a.pdf", "fileSize": 5, "contentType": "application/pdf"})),
        ("user/settings", json!({"theme": "dark"})),
    ];
    let mut tasks = Vec::new();
    for (path, body) in requests {
        for _ in 0..2 {
            let (user, body) = (user.clone(), body.clone());
            tasks.push(tokio::spawn(async move {
                let path = format!("/api/v1/{path}");
                let mut made = 0;
                loop {
                    let answer = match path.as_str() {
                        "/api/v1/user/settings" => user.put(&path, body.clone()).await,
                        path => user.post(path, body.clone()).await,
                    };
                    match answer.status {
                        200 | 201 => made += 1,
                        401 => return made,
                        // Many at once, or the answer was lost with its session.
                        404 | 409 | 429 | 503 => {}
                        other => panic!("{path}: {other} {}", answer.text),
                    }
                }
            }));
        }
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(delete(&user, json!({"password": user.password})).await.status, 200);
    let mut made = 0;
    for task in tasks {
        made += tokio::time::timeout(Duration::from_mins(1), task).await.expect("it is refused").unwrap();
    }
    assert!(made > 8, "{made}");
    gone(&system, &user).await;
    // And it stays so.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(traces(&system, &user).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_file_that_arrives_after_the_deletion_is_removed() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let wish = json!({"fileName": "late.pdf", "fileSize": 5, "contentType": "application/pdf"});
    let upload = user.post("/api/v1/repository/uploads", wish).await.data(201)["upload"].clone();
    assert_eq!(delete(&user, json!({"password": user.password})).await.status, 200);
    gone(&system, &user).await;
    let mut put = user.client.put(upload["url"].as_str().unwrap()).body("bytes");
    for (name, value) in upload["headers"].as_object().unwrap() {
        put = put.header(name, value.as_str().unwrap());
    }
    assert_eq!(put.send().await.unwrap().status(), 200);
    gone(&system, &user).await;
}

#[tokio::test]
async fn a_removal_goes_on_in_as_many_runs_as_it_takes() {
    let system = TestSystem::start_with(&[("ERASE_SECONDS", "0")]).await;
    let (user, context) = (system.user().await, &system.system.context);
    much(context, &id_of(&user), 150, 20).await;
    assert_eq!(delete(&user, json!({"password": user.password})).await.status, 200);
    let deleted_at = context.store.tombstone(&id_of(&user)).await.unwrap().unwrap().deleted_at;
    eventually(30, "another run is asked for", async || {
        let marker = context.objects.get(&ObjectKey::Deletion(id_of(&user)), 1 << 10).await.ok()?;
        let marker: Value = serde_json::from_slice(&marker).unwrap();
        (marker["askedAt"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap() > deleted_at).then_some(())
    })
    .await;
    gone(&system, &user).await;
}

#[tokio::test]
async fn a_removal_that_was_killed_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [("ERASE_SECONDS", "0"), ("REQUESTS_PER_MINUTE", "100000")];
    let mut process = Process::start(folder.path(), &variables).await;
    let user = process.user().await;
    let (dynamodb, s3) = process.storage();
    let context = storage_at(dynamodb, s3).await;
    let id = id_of(&user);
    much(&context, &id, 300, 100).await;
    assert_eq!(delete(&user, json!({"password": user.password})).await.status, 200);
    process.kill_and_restart().await;
    assert!(!process.log().contains("nothing is left of a deleted account"));

    assert_eq!(user.get("/api/v1/user/profile").await.code(401), "sign_in_expired");
    eventually(120, "the removal has ended", async || {
        let tombstone = context.store.tombstone(&id).await.unwrap().unwrap();
        tombstone.expires_at.is_some().then_some(())
    })
    .await;
    let (left, _) = context.store.left_in(&format!("USER#{id}"), "", None).await.unwrap();
    assert_eq!(left.iter().map(|left| left.sort.as_str()).collect::<Vec<_>>(), ["TOMBSTONE"]);
    eventually(10, "no object is left", async || {
        let objects = context.objects.list("").await.unwrap();
        objects.iter().all(|key| !key.contains(id.as_str())).then_some(())
    })
    .await;
}

/// The storage of another process.
async fn storage_at(dynamodb: String, s3: String) -> Context {
    let lookup = move |name: &str| match name {
        "TOKEN_SECRET" => Some(crate::harness::TOKEN_SECRET.to_owned()),
        "AWS_ENDPOINT_URL_DYNAMODB" => Some(dynamodb.clone()),
        "AWS_ENDPOINT_URL_S3" => Some(s3.clone()),
        _ => None,
    };
    let mut config = Config::from_lookup(&lookup).unwrap();
    config.aws.credentials = Some(("intellimaint-local".to_owned(), "intellimaint-local-secret".to_owned().into()));
    Context::new(Arc::new(config)).await
}

#[tokio::test]
async fn a_deletion_that_was_announced_is_waited_for_and_given_up_if_it_never_came() {
    let system = TestSystem::start().await;
    let (user, context) = (system.user().await, &system.system.context);
    let (id, chat) = (id_of(&user), ChatId::new());
    let key = ObjectKey::Deletion(id.clone());
    // The request died long ago, before it had closed the account.
    let old = json!({"askedAt": foundation::time::in_seconds(-100)}).to_string();
    context.objects.put(&key, "application/json", old).await.unwrap();
    eventually(20, "the marker is gone", async || context.objects.info(&key).await.unwrap().is_none().then_some(()))
        .await;
    assert_eq!(user.get("/api/v1/user/profile").await.status, 200);

    // The event comes before the account is closed.
    context.objects.put(&ObjectKey::Picture(id.clone(), format!("{chat}-1")), "image/png", "bytes").await.unwrap();
    let now = json!({"askedAt": foundation::time::now()}).to_string();
    context.objects.put(&key, "application/json", now).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(user.get("/api/v1/user/profile").await.status, 200);
    assert!(context.store.close_account(&id, None).await.unwrap().is_some());
    // Closed is closed: asked for twice, it is done once.
    assert!(context.store.close_account(&id, None).await.unwrap().is_none());
    eventually(30, "nothing is left", async || {
        traces(&system, &user).await.iter().all(|key| !key.contains(&user.id)).then_some(())
    })
    .await;
}
