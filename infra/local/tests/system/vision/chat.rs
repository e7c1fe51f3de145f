//! Pictures in chats.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{DECAL, png, shared_picture, square};
use crate::harness::pdf::pdf;
use crate::harness::{TestSystem, events};

const MESSAGES: &str = "/api/v1/chat/messages";

#[tokio::test]
async fn what_a_picture_says_is_repeated_and_searched_for() {
    let Some(decal) = shared_picture(DECAL) else { return };
    let system = TestSystem::start().await;
    let user = system.user().await;
    let page = "ENGINE DATA PLATE\nThe decal on the V8-6.2 engine gives ADV. HP 150 AT 3600 RPM. IDLE SPEED 650 RPM.";
    user.upload_ready("engine.pdf", pdf(&["SEATS\nClean the seats with soap.", page])).await;
    let picture = format!("data:image/png;base64,{}", STANDARD.encode(decal));
    let data = user.post(MESSAGES, json!({"content": "", "images": [picture]})).await.data(201);
    let answer = data["assistantMessage"]["content"].as_str().unwrap();
    assert!(answer.contains("On the photo I read:"), "{answer}");
    assert!(answer.contains("150 AT 3600 RPM") && answer.contains("engine.pdf, page 2"), "{answer}");
    assert_eq!(data["assistantMessage"]["citations"][0]["page"], 2);
}

#[tokio::test]
async fn a_picture_that_cannot_be_read_never_costs_the_answer() {
    let system = TestSystem::start_with(&[("OCR", "none")]).await;
    let user = system.user().await;
    user.upload_ready("pump.pdf", pdf(&["PUMP\nTighten the flange bolts of the pump to 45 Nm."])).await;
    let damaged = png(square())[..60].to_vec();
    let pictures = [png(square()), damaged].map(|bytes| format!("data:image/png;base64,{}", STANDARD.encode(bytes)));
    let images = [pictures[0].as_str(), pictures[1].as_str(), "http://localhost:1/pump.png"];
    let body = json!({"content": "How tight are the flange bolts of the pump?", "images": images});
    let response = user.request(reqwest::Method::POST, &format!("{MESSAGES}/stream")).json(&body).send().await.unwrap();
    let events = events(response).rest().await;
    let stages: Vec<&str> = events.iter().filter_map(|event| event["stage"].as_str()).collect();
    assert_eq!(stages, ["image-analysis", "retrieval", "generation"]);
    let answer = events.last().unwrap()["fullText"].as_str().unwrap();
    assert!(answer.contains("45 Nm"), "{answer}");
    assert!(answer.contains("Text recognition is switched off here"), "{answer}");
    assert!(answer.contains("This picture is damaged"), "{answer}");
    assert!(answer.contains("I could not read the photo:"), "{answer}");
}
