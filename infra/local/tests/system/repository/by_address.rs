//! Documents that are registered by their address.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Redirect;
use axum::routing::get;
use futures::{StreamExt, stream};
use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::harness::{TestSystem, TestUser, eventually, masked, pdf};

/// Somebody else's file store.
struct FileServer {
    url: String,
    asked: Arc<AtomicUsize>,
}

impl FileServer {
    async fn start() -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let routes = Router::new()
            .route("/manual.pdf", get(manual))
            .route("/packed.pdf", get(packed))
            .route("/inside", get(async || Redirect::temporary("http://169.254.169.254/latest/meta-data")))
            .route("/round", get(async || Redirect::temporary("/round")))
            .route("/page.html", get(async || "<html>please sign in</html>"))
            .route("/trickle", get(trickle))
            .with_state(asked.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url, asked }
    }
}

async fn manual(State(asked): State<Arc<AtomicUsize>>) -> Vec<u8> {
    asked.fetch_add(1, Ordering::SeqCst);
    pdf::pdf(&["Oil capacity\nThe reservoir of the press holds 40 litres of hydraulic oil."])
}

/// The same, compressed, whether or not that was asked for.
async fn packed(asked: State<Arc<AtomicUsize>>) -> impl axum::response::IntoResponse {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, &manual(asked).await).unwrap();
    ([("content-encoding", "gzip"), ("content-type", "application/pdf")], encoder.finish().unwrap())
}

/// A PDF that never ends, a byte at a time.
async fn trickle() -> Body {
    let head = stream::iter([Ok::<_, Infallible>("%PDF-1.7\n")]);
    let rest = stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        Some((Ok::<_, Infallible>("x"), ()))
    });
    Body::from_stream(head.chain(rest))
}

fn listed(url: &str) -> Value {
    json!({"fileId": "file-7", "fileName": "manual.pdf", "fileUrl": url, "fileSize": "1234", "blobPath": "blobs/7"})
}

async fn register(user: &TestUser, url: &str) -> Value {
    let data = user.post("/api/v1/repository/documents", json!({"documents": [listed(url)]})).await.data(201);
    data["documents"][0].clone()
}

#[tokio::test]
async fn a_registered_document_is_fetched_once_and_read() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let files = FileServer::start().await;
    let url = format!("{}/manual.pdf?sig=a%2Fb", files.url);

    // As the frontend's own server calls: cookies, no Origin.
    let login = system.visitor();
    let answer = login.post("/api/v1/auth/login", json!({"email": user.email, "password": user.password})).await;
    let cookies: Vec<String> = answer.cookies().iter().map(|c| c.split(';').next().unwrap().to_owned()).collect();
    let call = login.request(reqwest::Method::POST, "/api/v1/repository/documents");
    let call = call.header("Cookie", cookies.join("; ")).json(&json!({"documents": [listed(&url), listed(&url)]}));
    let answer = login.send(call).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let masks = [
        ("id", "[id]"),
        ("userId", "[user]"),
        ("fileUrl", "[its address]"),
        ("uploadedAt", "[time]"),
        ("createdAt", "[time]"),
        ("updatedAt", "[time]"),
    ];
    assert_json_snapshot!("registered", masked(&answer.json(), &masks));
    let document = answer.json()["data"]["documents"][0].clone();
    assert_eq!(document["fileUrl"], url);
    assert_eq!(answer.json()["data"]["documents"][1]["id"], document["id"]);

    let id = document["id"].as_str().unwrap();
    let ready = user.settled(id).await;
    assert_eq!((&ready["status"], &ready["fileUrl"]), (&json!("ready"), &json!(url)), "{ready}");
    let page = user.get(&format!("/api/v1/repository/documents/{id}/pages/1")).await.data(200);
    assert!(page["text"].as_str().unwrap().contains("40 litres"));
    assert_eq!(user.get(&format!("/api/v1/repository/documents/{id}/file")).await.status, 302);

    // A repeat is the same document, and nothing is fetched again.
    let again = user.post("/api/v1/repository/documents", json!({"documents": [listed(&url)]})).await.data(200);
    assert_eq!(again["documents"][0]["id"], document["id"]);
    assert_eq!(again["documents"][0]["status"], "ready");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(files.asked.load(Ordering::SeqCst), 1);

    // Another user's is another; a deleted one can come again.
    let other = system.user().await;
    assert_ne!(register(&other, &url).await["id"], document["id"]);
    assert_eq!(user.delete(&format!("/api/v1/repository/documents/{id}")).await.status, 200);
    let new = register(&user, &url).await;
    assert_ne!(new["id"], document["id"]);
    assert_eq!(user.settled(new["id"].as_str().unwrap()).await["status"], "ready");
}

#[tokio::test]
async fn what_the_server_compresses_is_unpacked() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let files = FileServer::start().await;
    let document = register(&user, &format!("{}/packed.pdf", files.url)).await;
    let id = document["id"].as_str().unwrap();
    let ready = user.settled(id).await;
    assert_eq!(ready["status"], "ready", "{ready}");
    let page = user.get(&format!("/api/v1/repository/documents/{id}/pages/1")).await.data(200);
    assert!(page["text"].as_str().unwrap().contains("40 litres"));
}

#[tokio::test]
async fn the_same_address_at_the_same_moment_is_one_document() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let files = FileServer::start().await;
    let body = json!({"documents": [listed(&format!("{}/manual.pdf", files.url))]});
    let calls = (0..6).map(|_| user.post("/api/v1/repository/documents", body.clone()));
    let answers = futures::future::join_all(calls).await;
    let mut ids: Vec<String> = answers
        .iter()
        .map(|answer| {
            assert!(matches!(answer.status, 200 | 201), "{}", answer.text);
            answer.json()["data"]["documents"][0]["id"].as_str().unwrap().to_owned()
        })
        .collect();
    ids.dedup();
    assert_eq!(ids.len(), 1);
    assert_eq!(user.settled(&ids[0]).await["status"], "ready");
    assert_eq!(user.get("/api/v1/repository/documents").await.data(200)["pagination"]["total"], 1);
}

#[tokio::test]
async fn an_address_that_leads_astray_fails_with_its_reason() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let files = FileServer::start().await;
    let cases = [
        ("/inside", "url_redirect_not_allowed"),
        ("/round", "url_too_many_redirects"),
        ("/page.html", "not_a_pdf"),
        ("/nothing", "url_bad_status"),
        ("/trickle", "url_too_slow"),
    ];
    for (path, code) in cases {
        let document = register(&user, &format!("{}{path}", files.url)).await;
        assert_eq!(document["status"], "processing");
        let failed = user.settled(document["id"].as_str().unwrap()).await;
        assert_eq!((&failed["status"], &failed["error"]["code"]), (&json!("failed"), &json!(code)), "{path}: {failed}");
        assert!(failed["error"]["message"].as_str().unwrap().ends_with('.'));
    }
}

#[tokio::test]
async fn a_failed_import_can_be_tried_again() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://localhost:{}/manual.pdf", listener.local_addr().unwrap().port());
    let found = Arc::new(AtomicUsize::new(0));
    let routes = Router::new().route(
        "/manual.pdf",
        get(|State(found): State<Arc<AtomicUsize>>| async move {
            match found.load(Ordering::SeqCst) {
                0 => Err(http::StatusCode::NOT_FOUND),
                _ => Ok(pdf::pdf(&["Oil capacity\nThe reservoir holds 40 litres of oil."])),
            }
        }),
    );
    let routes = routes.with_state(found.clone());
    tokio::spawn(async move { axum::serve(listener, routes).await });

    let document = register(&user, &url).await;
    let id = document["id"].as_str().unwrap();
    assert_eq!(user.settled(id).await["error"]["code"], "url_bad_status");
    found.store(1, Ordering::SeqCst);
    let path = format!("/api/v1/repository/documents/{id}");
    let again = user.post(&format!("{path}/reprocess"), json!({})).await.data(200);
    assert_eq!((&again["status"], &again["error"]), (&json!("processing"), &Value::Null));
    eventually(30, "the document is ready", async || {
        (user.get(&path).await.data(200)["status"] == "ready").then_some(())
    })
    .await;
}
