//! Documents whose pages are pictures.

use std::time::{Duration, Instant};

use foundation::need::{Needed, need};
use serde_json::json;

use crate::harness::{TestSystem, TestUser};

/// A file of the shared data, for a test that needs Tesseract too.
fn scan(path: &str) -> Option<Vec<u8>> {
    need(Needed::Model("pp-ocr-v6-small"))?;
    need(Needed::Data(path)).map(|path| std::fs::read(path).unwrap())
}

async fn read(user: &TestUser, name: &str, bytes: Vec<u8>) -> String {
    let started = Instant::now();
    let id = user.upload(name, bytes).await;
    let document = user.settled_within(400, &id).await;
    println!("{name}: {} in {:?}", document["status"], started.elapsed());
    assert_eq!((&document["status"], &document["pagesWithoutText"]), (&json!("ready"), &json!(0)), "{document}");
    id
}

#[tokio::test]
async fn a_scanned_manual_is_read_and_cited() {
    let Some(bytes) = scan("pdf/scanned_tm-9-2320-280-34_lists.pdf") else { return };
    let system = TestSystem::start().await;
    let user = system.user().await;
    let id = read(&user, "lists.pdf", bytes).await;
    let page = user.get(&format!("/api/v1/repository/documents/{id}/pages/1")).await.data(200);
    assert_eq!((&page["source"], &page["hasText"]), (&json!("ocr"), &json!(true)));
    assert!(page["text"].as_str().unwrap().contains("8040-01-167-2613"), "{}", page["text"]);
    let found =
        user.post("/api/v1/rag/search", json!({"query": "adhesive sealant silicone RTV general purpose"})).await;
    assert_eq!(found.json()["documents"][0]["page"], 1, "{}", found.text);
    let question = json!({"content": "Which silicone RTV adhesive sealant is listed?", "images": []});
    let answer = user.post("/api/v1/chat/messages", question).await.data(201);
    let cited = answer["assistantMessage"]["citations"].as_array().unwrap();
    assert!(cited.iter().any(|cited| cited["page"] == 1 && cited["documentId"] == id.as_str()), "{answer}");
}

#[tokio::test]
async fn a_scanned_leaflet_is_read() {
    let Some(bytes) = scan("pdf/ocrmypdf_linn.pdf") else { return };
    let system = TestSystem::start().await;
    let user = system.user().await;
    let id = read(&user, "linn.pdf", bytes).await;
    let page = user.get(&format!("/api/v1/repository/documents/{id}/pages/1")).await.data(200);
    assert!(page["text"].as_str().unwrap().contains("MIDI"), "{}", page["text"]);
}

#[tokio::test]
async fn an_enormous_picture_ends_within_its_limits() {
    let Some(bytes) = scan("malformed/hugemono.pdf") else { return };
    let system = TestSystem::start().await;
    let user = system.user().await;
    let started = Instant::now();
    let id = user.upload("hugemono.pdf", bytes).await;
    let document = user.settled_within(60, &id).await;
    // What its dots look like to a reader is not the point; that it ends is.
    let ended = document["status"] == "ready" || document["error"]["code"] == "no_text";
    assert!(ended, "{document}");
    assert!(started.elapsed() < Duration::from_mins(1));
}

#[tokio::test]
async fn without_a_reader_a_scan_fails_and_says_why() {
    let Some(path) = need(Needed::Data("pdf/ocrmypdf_linn.pdf")) else { return };
    let system = TestSystem::start_with(&[("OCR", "none")]).await;
    let user = system.user().await;
    let id = user.upload("linn.pdf", std::fs::read(path).unwrap()).await;
    let document = user.settled(&id).await;
    assert_eq!(document["error"]["code"], "no_text");
    let said = document["error"]["message"].as_str().unwrap();
    assert!(
        said.ends_with("text recognition is switched off here. If it is scanned, it cannot be searched."),
        "{said}"
    );
}
