//! What a picture means, and which manual it belongs to.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use serde_json::json;
use shared::objects::ObjectKey;

use super::{DECAL, EXPLAIN, MODEL, png, send, shared_picture, square};
use crate::harness::pdf::pdf;
use crate::harness::{TestSystem, TestUser};

const PLATE_PAGE: &str = "ENGINE DATA PLATE\nThe decal on the V8-6.2 engine gives ADV. HP 150 AT 3600 RPM.\n\
    IDLE SPEED 650 RPM in NEUTRAL. The valve lash of the hydraulic lifters needs no adjustment.\n\
    The engine family is LGM06, the serial number begins with H075.";

#[tokio::test]
async fn a_photographed_plate_leads_to_its_manual_and_to_no_one_elses() {
    let Some(decal) = shared_picture(DECAL) else { return };
    let system = TestSystem::start().await;
    let (owner, other) = (system.user().await, system.user().await);
    let pages = ["SEATS\nClean the seats with soap and warm water once a month.", PLATE_PAGE];
    let id = owner.upload_ready("engine.pdf", pdf(&pages)).await;
    let explained = send(&owner, EXPLAIN, decal.clone(), None).await.json();
    let cited = &explained["citations"][0];
    assert_eq!((&cited["documentId"], &cited["page"]), (&json!(id), &json!(2)), "{explained}");
    let said = explained["explanation"].as_str().unwrap();
    assert!(said.contains("> ADV. HP 150 AT 3600 RPM") && said.contains("- [1] engine.pdf, page 2: "), "{said}");
    assert!(explained["text"].as_str().unwrap().contains("H075006"));

    let foreign = send(&other, EXPLAIN, decal, None).await.json();
    assert_eq!(foreign["citations"], json!([]));
    assert!(!foreign["explanation"].as_str().unwrap().contains("engine.pdf"));
}

#[tokio::test]
async fn a_question_about_a_picture_leads_to_the_manual_too() {
    let system = TestSystem::start_with(&[("OCR", "none"), ("DETECTION_MODEL_DIR", "/does/not/exist")]).await;
    let (owner, other) = (system.user().await, system.user().await);
    let pages = ["SEATS\nClean the seats with soap and warm water once a month.", PLATE_PAGE];
    let id = owner.upload_ready("engine.pdf", pdf(&pages)).await;
    let citations = async |user: &TestUser| {
        let explained = send(user, EXPLAIN, png(square()), Some("What is the idle speed of the V8-6.2 engine?")).await;
        explained.json()["citations"].clone()
    };
    let cited = citations(&owner).await;
    assert_eq!((&cited[0]["documentId"], &cited[0]["page"]), (&json!(id), &json!(2)), "{cited}");
    assert_eq!(citations(&other).await, json!([]));

    // What cannot be searched is made again, what is gone is passed over.
    let key = ObjectKey::Segment(owner.id.parse().unwrap(), id.parse().unwrap());
    let objects = &system.system.context.objects;
    objects.put(&key, "application/octet-stream", "of another version").await.unwrap();
    assert_eq!(citations(&owner).await, json!([]));
    assert_eq!(owner.settled(&id).await["status"], "ready");
    assert_eq!(citations(&owner).await[0]["page"], 2);
    objects.delete(&key).await.unwrap();
    assert_eq!(citations(&owner).await, json!([]));
}

/// The base address of an endpoint that gives this answer.
async fn endpoint(status: u16, said: &str) -> String {
    let body = json!({"choices": [{"message": {"role": "assistant", "content": said}}]}).to_string();
    let answer =
        move || async move { (StatusCode::from_u16(status).unwrap(), [("content-type", "application/json")], body) };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let router = Router::new().route("/v1/chat/completions", post(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[tokio::test]
async fn a_multimodal_model_explains_and_one_that_fails_costs_nothing() {
    for (status, expected) in [(200, "It is a green part."), (400, "The picture shows: green (9")] {
        let url = endpoint(status, "It is a green part.").await;
        let variables = [
            ("LANGUAGE_MODEL", "openai"),
            ("OPENAI_BASE_URL", url.as_str()),
            ("DETECTION_MODEL_DIR", MODEL),
            ("OCR", "none"),
        ];
        let system = TestSystem::start_with(&variables).await;
        let user = system.user().await;
        let explained = send(&user, EXPLAIN, png(square()), Some("Which colour?")).await;
        assert_eq!(explained.status, 200, "{}", explained.text);
        let said = explained.json()["explanation"].as_str().unwrap().to_owned();
        assert!(said.contains(expected), "{said}");
        assert_eq!(explained.json()["objects"][0]["label"], "green");
    }
}
