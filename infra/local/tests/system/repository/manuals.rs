//! Whole manuals: a real one, and a long one.

use foundation::need::{Needed, need};
use serde_json::json;

use crate::harness::{TestSystem, pdf};

#[tokio::test]
async fn a_real_manual_is_read() {
    let Some(path) = need(Needed::Data("pdf/tm-9-2920-225-34p.pdf")) else { return };
    let system = TestSystem::start().await;
    let user = system.user().await;
    let id = user.upload("tm-9-2920-225-34p.pdf", std::fs::read(path).unwrap()).await;
    let document = user.settled_within(600, &id).await;
    assert_eq!((&document["status"], &document["pages"]), (&json!("ready"), &json!(18)), "{document}");
    assert_eq!((&document["pagesRecognised"], &document["pagesWithoutText"]), (&json!(1), &json!(0)), "{document}");
    assert!(document["chunks"].as_u64().unwrap() > 60, "{document}");
}

#[tokio::test]
async fn a_manual_of_624_pages_is_read() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let page = |page| format!("Task {page}\nTighten the bolts of cover {page} to {} lb-ft.", page + 40);
    let pages: Vec<String> = (1..=624).map(page).collect();
    let document = pdf::pdf(&pages.iter().map(String::as_str).collect::<Vec<_>>());
    let id = user.upload("long.pdf", document).await;
    let document = user.settled_within(600, &id).await;
    assert_eq!((&document["status"], &document["pages"]), (&json!("ready"), &json!(624)), "{document}");
    assert!(document["chunks"].as_u64().unwrap() >= 624, "{document}");
    let last = user.get(&format!("/api/v1/repository/documents/{id}/pages/624")).await.data(200);
    assert!(last["text"].as_str().unwrap().contains("Tighten the bolts of cover 624 to 664 lb-ft."), "{last}");
}
