//! A document from its upload to its end.

use std::sync::Arc;
use std::time::Duration;

use insta::assert_json_snapshot;
use serde_json::{Value, json};
use shared::Context;
use shared::http::{Backend, serve};
use shared::objects::ObjectKey;

use crate::harness::{TestSystem, TestUser, eventually, masked, pdf};

const MANUAL: [&str; 3] = [
    "Hydraulic press HP-40\nOperating manual",
    "Oil capacity\nThe reservoir of the press holds 40 litres of hydraulic oil.\nCheck the level every week.",
    "Torque values\nTighten the housing bolts to 85 Nm in a crosswise pattern.",
];

fn path(document: &str) -> String {
    format!("/api/v1/repository/documents/{document}")
}

/// Long enough that something can happen while it is being read.
fn long_manual(pages: usize) -> Vec<u8> {
    let pages: Vec<String> = (0..pages)
        .map(|n| {
            let line = format!("Step {n}: tighten bolt {n} of the pump housing to {} Nm and check the seal.\n", 20 + n);
            format!("Chapter {n} Pump housing\n{}", line.repeat(25))
        })
        .collect();
    pdf::pdf(&pages.iter().map(String::as_str).collect::<Vec<_>>())
}

/// All keys of objects that belong to a document.
async fn objects(system: &TestSystem, user: &TestUser, document: &str) -> Vec<String> {
    let mut keys = Vec::new();
    for prefix in ObjectKey::prefixes_of(&user.id.parse().unwrap()) {
        keys.extend(system.system.context.objects.list(&prefix).await.unwrap());
    }
    keys.retain(|key| key.contains(document));
    keys
}

/// What differs from run to run.
const MASKS: [(&str, &str); 9] = [
    ("id", "[id]"),
    ("userId", "[user]"),
    ("fileUrl", "[our address]"),
    ("fileSize", "[size]"),
    ("uploadedAt", "[time]"),
    ("createdAt", "[time]"),
    ("updatedAt", "[time]"),
    ("url", "[presigned]"),
    ("expiresAt", "[time]"),
];

#[tokio::test]
async fn a_manual_is_uploaded_read_and_deleted() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let file = pdf::pdf(&MANUAL);

    let wish = json!({"fileName": "HP-40 manual.pdf", "fileSize": file.len(), "contentType": "application/pdf"});
    let begun = user.post("/api/v1/repository/uploads", wish).await;
    assert_eq!(begun.status, 201, "{}", begun.text);
    let begun = begun.json();
    assert_json_snapshot!("upload_begun", masked(&begun, &MASKS));
    let id = begun["data"]["document"]["id"].as_str().unwrap().to_owned();
    let own = format!("{}{}/file", system.system.gateway_url, path(&id));
    assert_eq!(begun["data"]["document"]["fileUrl"], own);

    let put = user.client.put(begun["data"]["upload"]["url"].as_str().unwrap());
    let put = put.header("Content-Type", "application/pdf").body(file.clone());
    assert_eq!(user.send(put).await.status, 200);
    let document = user.settled(&id).await;
    assert_json_snapshot!("ready_document", masked(&document, &MASKS));

    let page = user.get(&format!("{}/pages/2", path(&id))).await;
    assert_json_snapshot!("page", masked(&page.json(), &[("documentId", "[id]"), ("blocks", "[blocks]")]));
    let blocks = page.data(200)["blocks"].as_array().unwrap().clone();
    assert!(blocks.iter().all(|block| block["box"]["page"] == 2), "{blocks:?}");
    let texts: Vec<&str> = blocks.iter().filter_map(|block| block["text"].as_str()).collect();
    assert_eq!(texts.join("\n"), MANUAL[1]);
    for beyond in ["0", "4", "-1", "x", "4294967296"] {
        assert_eq!(user.get(&format!("{}/pages/{beyond}", path(&id))).await.code(404), "not_found", "page {beyond}");
    }

    let download = user.get(&format!("{}/file", path(&id))).await;
    assert_eq!(download.status, 302);
    let target = download.headers["location"].to_str().unwrap();
    let response = user.client.get(target).send().await.unwrap();
    assert!(response.headers()["content-disposition"].to_str().unwrap().contains("HP-40%20manual.pdf"));
    assert_eq!(response.bytes().await.unwrap(), file);

    assert_eq!(objects(&system, &user, &id).await.len(), 3, "source, segment and pages");
    let deleted = user.delete(&path(&id)).await;
    assert_json_snapshot!("deleted", deleted.json());
    for gone in [path(&id), format!("{}/file", path(&id)), format!("{}/pages/1", path(&id))] {
        assert_eq!(user.get(&gone).await.code(404), "not_found");
    }
    assert_eq!(user.delete(&path(&id)).await.code(404), "not_found");
    assert!(objects(&system, &user, &id).await.is_empty());
}

#[tokio::test]
async fn lists_are_newest_first_paged_and_filtered() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let empty = user.get("/api/v1/repository/documents").await;
    assert_json_snapshot!("empty_list", empty.json());

    let ready = user.upload_ready("first.pdf", pdf::pdf(&MANUAL)).await;
    let failed = user.upload("second.pdf", pdf::blank(2)).await;
    user.settled(&failed).await;
    let wish = json!({"fileName": "third.pdf", "fileSize": 9, "contentType": "application/pdf"});
    let waiting = user.post("/api/v1/repository/uploads", wish).await.data(201)["document"]["id"].clone();

    let ids = |data: &Value| -> Vec<Value> {
        data["documents"].as_array().unwrap().iter().map(|document| document["id"].clone()).collect()
    };
    let all = user.get("/api/v1/repository/documents?page=1&limit=10").await.data(200);
    assert_eq!(ids(&all), [waiting.clone(), json!(failed), json!(ready)]);
    let second = user.get("/api/v1/repository/documents?page=2&limit=2").await.data(200);
    assert_eq!(ids(&second), [json!(ready)]);
    assert_eq!(second["pagination"], json!({"page": 2, "limit": 2, "total": 3, "totalPages": 2}));
    for (status, id) in [("ready", json!(ready)), ("failed", json!(failed)), ("uploading", waiting)] {
        let found = user.get(&format!("/api/v1/repository/documents?status={status}")).await.data(200);
        assert_eq!(ids(&found), [id], "{status}");
    }
    assert_eq!(user.get("/api/v1/repository/documents?status=lost").await.code(400), "validation_failed");
    assert_eq!(user.get("/api/v1/repository/documents?limit=101").await.code(400), "validation_failed");
}

#[tokio::test]
async fn another_user_finds_nothing() {
    let system = TestSystem::start().await;
    let (owner, other) = (system.user().await, system.user().await);
    let id = owner.upload_ready("manual.pdf", pdf::pdf(&MANUAL)).await;
    let path = path(&id);

    for theirs in [path.clone(), format!("{path}/file"), format!("{path}/pages/1")] {
        assert_eq!(other.get(&theirs).await.code(404), "not_found");
    }
    assert_eq!(other.delete(&path).await.code(404), "not_found");
    assert_eq!(other.post(&format!("{path}/reprocess"), json!({})).await.code(404), "not_found");
    let complete = format!("/api/v1/repository/uploads/{id}/complete");
    let parts = json!({"parts": [{"partNumber": 1, "etag": "x"}]});
    assert_eq!(other.post(&complete, parts).await.code(404), "not_found");
    assert_eq!(other.get("/api/v1/repository/documents").await.data(200)["pagination"]["total"], 0);
    assert_eq!(owner.get(&path).await.data(200)["status"], "ready");

    let visitor = system.visitor();
    assert_eq!(visitor.get(&path).await.code(401), "not_signed_in");
}

#[tokio::test]
async fn a_document_can_be_read_again_and_stays_readable_meanwhile() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let id = user.upload_ready("long.pdf", long_manual(40)).await;
    let before = user.get(&path(&id)).await.data(200);

    let again = user.post(&format!("{}/reprocess", path(&id)), json!({})).await.data(200);
    assert_eq!(again["status"], "processing");
    assert_eq!(user.post(&format!("{}/reprocess", path(&id)), json!({})).await.code(409), "already_processing");
    assert_eq!(user.get(&format!("{}/pages/7", path(&id))).await.data(200)["page"], 7);
    let after = user.settled(&id).await;
    for field in ["status", "pages", "chunks", "fileSize", "uploadedAt"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    assert_eq!(after["progress"], Value::Null);
}

#[tokio::test]
async fn progress_is_told_while_a_document_is_read() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let id = user.upload("long.pdf", long_manual(60)).await;
    let mut seen = Vec::new();
    let last = eventually(120, "the document is ready", async || {
        let document = user.get(&path(&id)).await.data(200);
        if let Some(percent) = document["progress"]["percent"].as_u64() {
            seen.push((document["progress"]["stage"].as_str().unwrap().to_owned(), percent));
        }
        (document["status"] == "ready").then_some(document)
    })
    .await;
    assert_eq!(last["pages"], 60);
    let percents: Vec<u64> = seen.iter().map(|(_, percent)| *percent).collect();
    assert!(percents.is_sorted(), "{seen:?}");
    assert!(seen.iter().any(|(stage, percent)| stage == "indexing" && (41..95).contains(percent)), "{seen:?}");
}

#[tokio::test]
async fn a_document_deleted_while_it_is_read_leaves_nothing() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let id = user.upload("long.pdf", long_manual(60)).await;
    eventually(60, "the document is being indexed", async || {
        let document = user.get(&path(&id)).await.data(200);
        (document["progress"]["stage"] == "indexing").then_some(())
    })
    .await;
    assert_eq!(user.delete(&path(&id)).await.status, 200);
    // The worker learns it from its next write.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(user.get(&path(&id)).await.code(404), "not_found");
    assert!(objects(&system, &user, &id).await.is_empty());
    assert_eq!(user.get("/api/v1/repository/documents").await.data(200)["pagination"]["total"], 0);
    // The next document does not wait for it.
    user.upload_ready("short.pdf", pdf::pdf(&MANUAL)).await;
}

#[tokio::test]
async fn a_deletion_that_stops_half_way_can_be_asked_for_again() {
    let system = TestSystem::start().await;
    let mut user = system.user().await;
    let id = user.upload_ready("press.pdf", pdf::pdf(&MANUAL)).await;
    // The same system, whose object storage does not answer.
    let mut config = foundation::config::Config::clone(&system.system.context.config);
    config.aws.s3_endpoint = Some("http://127.0.0.1:9".to_owned());
    let context = Context::new(Arc::new(config)).await;
    let http = context.config.http.clone();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let broken = format!("http://{}", listener.local_addr().unwrap());
    let routes = repository::router(repository::App::new(context).unwrap());
    tokio::spawn(async move { axum::serve(listener, serve(Backend::Gateway, routes, &http)).await });
    let gateway = std::mem::replace(&mut user.gateway, broken);
    assert_eq!(user.delete(&path(&id)).await.status, 503);

    user.gateway = gateway;
    let left = user.get(&path(&id)).await.data(200);
    assert_eq!(left["status"], "deleting");
    let listed = user.get("/api/v1/repository/documents?status=deleting").await.data(200);
    assert_eq!(listed["pagination"]["total"], 1);
    let found = user.post("/api/v1/rag/search", json!({"query": "housing bolts"})).await;
    assert_eq!(found.json()["documents"], json!([]), "nothing of it is found any more");
    assert_eq!(user.post(&format!("{}/reprocess", path(&id)), json!({})).await.code(404), "not_found");
    assert!(!objects(&system, &user, &id).await.is_empty());

    assert_eq!(user.delete(&path(&id)).await.status, 200);
    assert!(objects(&system, &user, &id).await.is_empty());
    assert_eq!(user.delete(&path(&id)).await.code(404), "not_found");
}

#[tokio::test]
async fn a_file_that_arrives_after_its_document_was_deleted_is_taken_away() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let file = pdf::pdf(&MANUAL);
    let wish = json!({"fileName": "late.pdf", "fileSize": file.len(), "contentType": "application/pdf"});
    let begun = user.post("/api/v1/repository/uploads", wish).await.data(201);
    let id = begun["document"]["id"].as_str().unwrap();
    assert_eq!(user.delete(&path(id)).await.status, 200);
    let put = user.client.put(begun["upload"]["url"].as_str().unwrap()).header("Content-Type", "application/pdf");
    assert_eq!(user.send(put.body(file)).await.status, 200);
    eventually(10, "the file is gone", async || objects(&system, &user, id).await.is_empty().then_some(())).await;
}

#[tokio::test]
async fn the_same_event_again_changes_nothing() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let file = pdf::pdf(&MANUAL);
    let id = user.upload_ready("manual.pdf", file.clone()).await;
    let before = user.get(&path(&id)).await.data(200);
    let key = ObjectKey::Source(user.id.parse().unwrap(), id.parse().unwrap());
    let objects = &system.system.context.objects;
    objects.put(&key, "application/pdf", file).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(user.get(&path(&id)).await.data(200), before);

    // Another file in its place, of the same size, is not read, and not kept: what is cited stays what was read.
    let other = pdf::pdf(&[MANUAL[0], &MANUAL[1].replace("40 litres", "55 litres"), MANUAL[2]]);
    objects.put(&key, "application/pdf", other).await.unwrap();
    eventually(30, "the new file is gone", async || objects.info(&key).await.unwrap().is_none().then_some(())).await;
    let after = user.get(&path(&id)).await.data(200);
    assert_eq!((&after["status"], &after["pages"]), (&json!("ready"), &before["pages"]));
    assert_eq!((&after["error"]["code"], &after["fileSize"]), (&json!("file_replaced"), &json!(0)));
    let page = user.get(&format!("{}/pages/2", path(&id))).await.data(200);
    assert!(page["text"].as_str().unwrap().contains("40 litres"), "{page}");
    assert_eq!(user.get(&format!("{}/file", path(&id))).await.code(404), "not_found");
}

#[tokio::test]
async fn a_put_does_not_start_a_failed_document_again() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let id = user.upload("scan.pdf", pdf::blank(2)).await;
    let failed = user.settled(&id).await;
    assert_eq!(failed["error"]["code"], "no_text");
    let key = ObjectKey::Source(user.id.parse().unwrap(), id.parse().unwrap());
    let objects = &system.system.context.objects;
    // The same bytes stay for another reading, which has to be asked for.
    objects.put(&key, "application/pdf", pdf::blank(2)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(user.get(&path(&id)).await.data(200), failed);
    assert!(objects.info(&key).await.unwrap().is_some());
    objects.put(&key, "application/pdf", pdf::pdf(&MANUAL)).await.unwrap();
    eventually(30, "the new file is gone", async || objects.info(&key).await.unwrap().is_none().then_some(())).await;
    let after = user.get(&path(&id)).await.data(200);
    assert_eq!(
        (&after["status"], &after["error"], &after["fileSize"]),
        (&json!("failed"), &failed["error"], &json!(0))
    );
}
