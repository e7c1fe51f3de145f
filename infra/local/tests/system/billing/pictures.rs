//! Questions with pictures: what was looked at is paid for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use reqwest::Method;
use serde_json::{Value, json};

use super::used;
use crate::harness::{TestSystem, TestUser, events, model_that_is_silent, model_that_refuses};

const STREAM: &str = "/api/v1/chat/messages/stream";
fn picture() -> String {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let pixels = RgbImage::from_fn(200, 100, |x, _| Rgb([if x % 20 < 10 { 255 } else { 0 }; 3]));
    DynamicImage::ImageRgb8(pixels).write_to(&mut bytes, ImageFormat::Png).unwrap();
    format!("data:image/png;base64,{}", STANDARD.encode(bytes.into_inner()))
}

fn about(images: &[String]) -> Value {
    json!({"content": "What is this?", "images": images})
}

async fn messages(user: &TestUser) -> u64 {
    used(user, "messagesPerMonth").await
}

#[tokio::test]
async fn a_stop_while_pictures_are_read_gives_nothing_back() {
    // The reader is a provider's, and has been given the picture when the user stops; nothing else was asked yet.
    let reader = model_that_is_silent().await;
    let system = TestSystem::start_with(&[("OCR", "openai"), ("OPENAI_BASE_URL", &reader)]).await;
    let user = system.user().await;
    let mut stream = events(user.request(Method::POST, STREAM).json(&about(&[picture()])).send().await.unwrap());
    let event = stream.find(|event| event["stage"] == "image-analysis").await;
    let session = event["sessionId"].as_str().unwrap();
    user.post(&format!("/api/v1/chat/sessions/{session}/stop-stream"), json!({})).await.data(200);
    let events = stream.rest().await;
    assert_eq!(events.last().unwrap()["aborted"], true);
    assert!(events.iter().all(|event| event["stage"] != "generation"), "{events:?}");
    assert_eq!(messages(&user).await, 1);
}

#[tokio::test]
async fn a_refusal_of_the_model_counts_where_pictures_were_read_for_it_and_else_not() {
    let model = model_that_refuses().await;
    let variables = [("LANGUAGE_MODEL", "openai"), ("OPENAI_BASE_URL", model.as_str()), ("OCR", "none")];
    let system = TestSystem::start_with(&variables).await;
    let user = system.user().await;
    for (images, count) in [(vec![], 0), (vec![picture()], 1)] {
        assert_eq!(user.post("/api/v1/chat/messages", about(&images)).await.code(503), "provider_rejected");
        assert_eq!(messages(&user).await, count, "{} pictures", images.len());
    }
}
