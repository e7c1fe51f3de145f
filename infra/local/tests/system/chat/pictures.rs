//! Pictures sent with messages.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use foundation::ids::UserId;
use serde_json::json;
use shared::objects::ObjectKey;
use tokio::sync::Barrier;

use super::{MESSAGES, SESSIONS, redacted, text};
use crate::harness::{TestSystem, sentences};

/// The smallest GIF.
const GIF: &[u8] =
    b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

fn data_url(bytes: &[u8]) -> String {
    format!("data:image/png;base64,{}", STANDARD.encode(bytes))
}

#[tokio::test]
async fn a_picture_is_kept_for_its_owner_alone() {
    let system = TestSystem::start().await;
    let (user, other) = (system.user().await, system.user().await);
    let data = user.post(MESSAGES, json!({"content": "", "images": [data_url(GIF)]})).await.data(201);
    insta::assert_json_snapshot!("attachment", redacted(&data["userMessage"]));
    let session = text(&data["session"]["id"]);
    assert_eq!(data["session"]["title"], "Picture");

    let url = text(&data["userMessage"]["attachments"][0]["fileUrl"]);
    let path = url.strip_prefix(&system.system.gateway_url).expect("an address of ours").to_owned();
    let found = user.get(&path).await;
    assert_eq!(found.status, 302);
    let picture = user.client.get(found.headers["location"].to_str().unwrap()).send().await.unwrap();
    assert_eq!(picture.headers()["content-type"], "image/gif", "by content, not as it was called");
    assert_eq!(picture.bytes().await.unwrap(), GIF);
    assert_eq!(other.get(&path).await.code(404), "not_found");
    assert_eq!(system.visitor().get(&path).await.status, 401);

    // It can be sent again by its address, and is then a picture of its own.
    let again = user.post(MESSAGES, json!({"content": "This one", "images": [url]})).await.data(201);
    let copy = text(&again["userMessage"]["attachments"][0]["fileUrl"]);
    assert_ne!(copy, url);
    let refused = other.post(MESSAGES, json!({"content": "This one", "images": [url]})).await;
    assert_eq!(sentences(&refused.json()), ["images[0] names a picture that is not there"]);

    user.delete(&format!("{SESSIONS}/{session}")).await.data(200);
    assert_eq!(user.get(&path).await.status, 404);
    assert_eq!(user.get(copy.strip_prefix(&system.system.gateway_url).unwrap()).await.status, 302);
}

#[tokio::test]
async fn pictures_go_with_their_messages() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let data = user.post(MESSAGES, json!({"content": "a", "images": [data_url(GIF), data_url(GIF)]})).await.data(201);
    let owner: UserId = user.id.parse().unwrap();
    let prefix = ObjectKey::Picture(owner, String::new()).to_string();
    let count = async || system.system.context.objects.list(&prefix).await.unwrap().len();
    assert_eq!(count().await, 2);
    let (session, message) = (text(&data["session"]["id"]), text(&data["userMessage"]["id"]));
    user.delete(&format!("{SESSIONS}/{session}/messages/{message}")).await.data(200);
    assert_eq!(count().await, 0);
}

#[tokio::test]
async fn a_picture_elsewhere_must_be_on_an_allowed_host() {
    let system = TestSystem::start_with(&[("FILE_URL_HOSTS", "files.example.com")]).await;
    let user = system.user().await;
    let allowed = ["https://files.example.com/pump%20one.png?sig=1", "http://localhost:1/x.png"];
    let data = user.post(MESSAGES, json!({"content": "Look", "images": allowed})).await.data(201);
    let attachments = &data["userMessage"]["attachments"];
    assert_eq!(attachments[0]["fileUrl"], allowed[0]);
    assert_eq!(attachments[1]["fileName"], "x.png");

    let images =
        ["https://evil.example.com/a.png", "https://files.example.com/a.png", "http://169.254.169.254/", "pump"];
    let refused = user.post(MESSAGES, json!({"content": "Look", "images": images})).await;
    assert_eq!(refused.code(400), "validation_failed");
    insta::assert_json_snapshot!("foreign_hosts", sentences(&refused.json()));
}

#[tokio::test]
async fn pictures_have_a_limit() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let mut large = GIF.to_vec();
    large.resize(3 * 1024 * 1024, 0);
    assert_eq!(user.post(MESSAGES, json!({"content": "a", "images": [data_url(&large)]})).await.status, 201);

    large.resize(4 * 1024 * 1024 + 1, 0);
    let refused = user.post(MESSAGES, json!({"content": "a", "images": [data_url(&large)]})).await;
    insta::assert_json_snapshot!(
        "too_large",
        json!([refused.status, refused.json()["code"], refused.json()["message"]])
    );
    large.resize(6 * 1024 * 1024, 0);
    let refused = user.post(MESSAGES, json!({"content": "a", "images": [data_url(&large)]})).await;
    assert_eq!(refused.code(413), "payload_too_large");
    assert!(text(&refused.json()["message"]).contains("4 MiB"));

    assert_eq!(user.post(MESSAGES, json!({"content": "a", "images": vec![data_url(GIF); 10]})).await.status, 201);
    let refused = user.post(MESSAGES, json!({"content": "a", "images": vec![data_url(GIF); 11]})).await;
    assert_eq!(sentences(&refused.json()), ["images must hold 0 to 10 items"]);
    let svg = data_url(b"<svg xmlns='http://www.w3.org/2000/svg'/>");
    let refused = user.post(MESSAGES, json!({"content": "a", "images": [svg]})).await;
    assert_eq!(sentences(&refused.json()), ["images[0] must be a PNG, JPEG, WebP or GIF picture"]);
}

#[tokio::test]
async fn ten_pictures_are_fetched_side_by_side() {
    // None is sent before all ten were asked for, and each waits for its answer for five seconds at most.
    let (all, sent) = (Arc::new(Barrier::new(10)), Arc::new(AtomicUsize::new(0)));
    let route = get({
        let sent = Arc::clone(&sent);
        move || async move {
            all.wait().await;
            sent.fetch_add(1, Ordering::Relaxed);
            GIF
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let routes = Router::new().route("/{name}", route);
    tokio::spawn(async move { axum::serve(listener, routes).await });

    let system = TestSystem::start_with(&[("OCR", "none")]).await;
    let user = system.user().await;
    let images: Vec<String> = (0..10).map(|at| format!("{host}/{at}.gif")).collect();
    let data = user.post(MESSAGES, json!({"content": "What is this?", "images": images})).await.data(201);
    assert_eq!(data["userMessage"]["attachments"].as_array().unwrap().len(), 10);
    assert_eq!(data["assistantMessage"]["error"], json!(null));
    assert_eq!(sent.load(Ordering::Relaxed), 10);
}
