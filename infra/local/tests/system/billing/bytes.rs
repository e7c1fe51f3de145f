//! Documents count with the bytes that are really there.

use axum::Router;
use axum::routing::get;
use futures::future::join_all;
use serde_json::{Value, json};
use shared::objects::ObjectKey;

use super::{PlansFile, used};
use crate::harness::{TestSystem, TestUser, eventually, pdf};

const DOCUMENTS: &str = "/api/v1/repository/documents";
const KILOBYTE: usize = 1024;

fn manual(size: usize) -> Vec<u8> {
    pdf::padded(&["Oil capacity\nThe reservoir of the press holds 40 litres of hydraulic oil."], size)
}

/// Somebody else's file store: `/<n>/….pdf` has so many kilobytes, `/bad.pdf` cannot be read.
async fn file_server() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let sized = get(async |axum::extract::Path((kilobytes, _)): axum::extract::Path<(usize, String)>| {
        manual(kilobytes * KILOBYTE)
    });
    let bad = get(async || [b"%PDF-1.7\n".to_vec(), vec![b' '; 40 * KILOBYTE]].concat());
    let routes = Router::new().route("/{kilobytes}/{name}", sized).route("/bad.pdf", bad);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    url
}

async fn register(user: &TestUser, listed: Value) -> String {
    let data = user.post(DOCUMENTS, json!({"documents": [listed]})).await.data(201);
    data["documents"][0]["id"].as_str().unwrap().to_owned()
}

async fn source(system: &TestSystem, user: &TestUser, id: &str) -> Option<u64> {
    let key = ObjectKey::Source(user.id.parse().unwrap(), id.parse().unwrap());
    system.system.context.objects.info(&key).await.unwrap().map(|found| found.size)
}

#[tokio::test]
async fn an_import_counts_with_its_real_bytes_whatever_was_said_of_them() {
    let plans = PlansFile::new(9, 1 << 20, 10, 1);
    let system = plans.system(&[]).await;
    let user = system.user().await;
    let files = file_server().await;
    let url = |name: &str| format!("{files}/100/{name}.pdf");
    let mut ids = Vec::new();
    for listed in [
        json!({"fileName": "a.pdf", "fileUrl": url("unsaid")}),
        json!({"fileName": "b.pdf", "fileUrl": url("small"), "fileSize": 1}),
        json!({"fileName": "c.pdf", "fileUrl": url("large"), "fileSize": 300 * KILOBYTE}),
    ] {
        let id = register(&user, listed).await;
        let document = user.settled(&id).await;
        assert_eq!((&document["status"], &document["fileSize"]), (&json!("ready"), &json!(100 * KILOBYTE)));
        ids.push(id);
    }
    assert_eq!(used(&user, "storageBytes").await, 300 * KILOBYTE as u64);
}

#[tokio::test]
async fn imports_that_do_not_fit_are_not_kept_however_many_come_at_once() {
    // Room for two of 100 KiB.
    let plans = PlansFile::new(20, 250 * KILOBYTE as u64, 10, 1);
    let system = plans.system(&[]).await;
    let user = system.user().await;
    let files = file_server().await;
    let listed: Vec<Value> = (0..6)
        .map(|at| json!({"fileName": "a.pdf", "fileUrl": format!("{files}/100/{at}.pdf"), "fileSize": 1}))
        .collect();
    let registered = user.post(DOCUMENTS, json!({"documents": listed})).await.data(201);
    let ids: Vec<&str> =
        registered["documents"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    let settled = join_all(ids.iter().map(|id| user.settled_within(120, id))).await;
    let (ready, failed): (Vec<_>, Vec<_>) = settled.iter().partition(|document| document["status"] == "ready");
    assert_eq!((ready.len(), failed.len()), (2, 4));
    for document in failed {
        assert_eq!((&document["error"]["code"], &document["fileSize"]), (&json!("plan_limit_reached"), &json!(0)));
        let message = document["error"]["message"].as_str().unwrap();
        assert!(message.starts_with("Your plan holds") && message.ends_with("choose a larger plan."), "{message}");
        assert_eq!(source(&system, &user, document["id"].as_str().unwrap()).await, None);
    }
    assert_eq!(used(&user, "storageBytes").await, 200 * KILOBYTE as u64);
    // What is deleted makes room for what failed.
    user.delete(&format!("{DOCUMENTS}/{}", ready[0]["id"].as_str().unwrap())).await.data(200);
    let failed = settled.iter().find(|document| document["status"] == "failed").unwrap();
    let path = format!("{DOCUMENTS}/{}", failed["id"].as_str().unwrap());
    user.post(&format!("{path}/reprocess"), json!({})).await.data(200);
    eventually(60, "it is read now", async || (user.get(&path).await.data(200)["status"] == "ready").then_some(()))
        .await;
}

#[tokio::test]
async fn a_failed_import_counts_nothing_and_keeps_nothing() {
    let plans = PlansFile::new(9, 1 << 20, 10, 1);
    let system = plans.system(&[]).await;
    let user = system.user().await;
    let files = file_server().await;
    for (path, code) in [("bad.pdf", "pdf_damaged"), ("nothing/at/all.pdf", "url_bad_status")] {
        let listed = json!({"fileName": "a.pdf", "fileUrl": format!("{files}/{path}"), "fileSize": 5_000});
        let id = register(&user, listed).await;
        let document = user.settled(&id).await;
        assert_eq!((&document["error"]["code"], &document["fileSize"]), (&json!(code), &json!(0)), "{document}");
        eventually(5, "the file is gone", async || source(&system, &user, &id).await.is_none().then_some(())).await;
    }
    assert_eq!(used(&user, "storageBytes").await, 0);
}

#[tokio::test]
async fn an_upload_of_another_size_is_not_kept_and_counts_nothing() {
    let plans = PlansFile::new(9, 1 << 20, 10, 1);
    let system = plans.system(&[]).await;
    let user = system.user().await;
    let wish = json!({"fileName": "a.pdf", "fileSize": 1_000, "contentType": "application/pdf"});
    let id = user.post("/api/v1/repository/uploads", wish).await.data(201)["document"]["id"].clone();
    let id = id.as_str().unwrap();
    assert_eq!(used(&user, "storageBytes").await, 1_000);
    // As storage would have it that does not hold a client to the signed length.
    let key = ObjectKey::Source(user.id.parse().unwrap(), id.parse().unwrap());
    system.system.context.objects.put(&key, "application/pdf", manual(50 * KILOBYTE)).await.unwrap();
    let document = user.settled(id).await;
    assert_eq!((&document["error"]["code"], &document["fileSize"]), (&json!("file_size_mismatch"), &json!(0)));
    eventually(5, "the file is gone", async || source(&system, &user, id).await.is_none().then_some(())).await;
    assert_eq!(used(&user, "storageBytes").await, 0);
    // A put to its address, which works for an hour, brings nothing back.
    system.system.context.objects.put(&key, "application/pdf", manual(1_000)).await.unwrap();
    eventually(10, "the file is gone again", async || source(&system, &user, id).await.is_none().then_some(())).await;
    assert_eq!(user.get(&format!("{DOCUMENTS}/{id}")).await.data(200)["error"]["code"], "file_size_mismatch");
}
