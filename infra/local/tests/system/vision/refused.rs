//! What is refused, and how.

use std::time::{Duration, Instant};

use foundation::need::{Needed, need};
use image::RgbImage;
use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::json;

use super::{DETECT, EXPLAIN, OCR, png, send, square};
use crate::harness::{TestSystem, sentences};

#[tokio::test]
async fn what_is_no_picture_is_refused_with_a_reason() {
    let system = TestSystem::start_with(&[("MAX_PICTURE_MEGAPIXELS", "1")]).await;
    let user = system.user().await;
    for path in [DETECT, OCR, EXPLAIN] {
        let visitor = send(&system.visitor(), path, png(square()), None).await;
        assert_eq!(visitor.status, 401, "{path}");
        assert_eq!(send(&user, path, Vec::new(), None).await.code(400), "picture_empty");
        assert_eq!(send(&user, path, b"%PDF-1.7 a manual".to_vec(), None).await.code(415), "unsupported_picture_type");
        let heic = send(&user, path, b"\0\0\0\x18ftypheic\0\0\0\0".to_vec(), None).await;
        assert_eq!(heic.code(415), "unsupported_picture_type");
        assert!(heic.json()["message"].as_str().unwrap().starts_with("A HEIC picture cannot be read here."));
        let cut = png(square())[..60].to_vec();
        assert_eq!(send(&user, path, cut, None).await.code(400), "picture_damaged");
        let many_pixels = png(RgbImage::new(1001, 1000));
        assert_eq!(send(&user, path, many_pixels, None).await.code(413), "picture_too_large");
        let large = send(&user, path, vec![0; 20 * 1024 * 1024 + 1], None).await;
        assert_eq!(large.code(413), "file_too_large");
        let json = user.post(path, json!({"file": "picture"})).await;
        assert_eq!(json.code(415), "unsupported_media_type");
        let no_file = user.send(user.request(Method::POST, path).multipart(Form::new().text("question", "?"))).await;
        assert_eq!(sentences(&no_file.json()), ["file is required"]);
    }
    let long = send(&user, EXPLAIN, png(square()), Some(&"why ".repeat(600))).await;
    assert_eq!(sentences(&long.json()), ["question must have at most 2000 characters"]);
}

#[tokio::test]
async fn what_is_not_set_up_says_so_and_explain_works_without() {
    let system = TestSystem::start_with(&[("OCR", "none"), ("DETECTION_MODEL_DIR", "/does/not/exist")]).await;
    let user = system.user().await;
    let detect = send(&user, DETECT, png(square()), None).await;
    assert_eq!(detect.code(503), "vision_model_not_configured");
    assert!(detect.json()["message"].as_str().unwrap().contains("model.onnx, labels.txt and preprocess.json"));
    assert_eq!(send(&user, OCR, png(square()), None).await.code(503), "text_reader_not_configured");
    let explained = send(&user, EXPLAIN, png(square()), Some("What is this?")).await;
    assert_eq!(explained.status, 200, "{}", explained.text);
    let explained = explained.json();
    assert_eq!(
        (&explained["text"], &explained["objects"], &explained["citations"]),
        (&json!(""), &json!([]), &json!([]))
    );
    let said = explained["explanation"].as_str().unwrap();
    assert!(said.contains("could not be read: Text recognition is switched off here"), "{said}");
    assert!(said.contains("Objects were not looked for: There is no model"), "{said}");
    assert!(said.contains("your question itself is not answered"), "{said}");
}

#[tokio::test]
async fn hostile_pictures_end_quickly() {
    let Some(folder) = need(Needed::Data("malformed")) else { return };
    let system = TestSystem::start().await;
    let user = system.user().await;
    for name in ["decompression_bomb.gif", "png_decompression_dos.png", "truncated_jpeg.jpg"] {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let started = Instant::now();
        let answer = send(&user, EXPLAIN, bytes, None).await;
        println!("{name}: {} in {:?}: {}", answer.status, started.elapsed(), answer.text);
        assert!([200, 400, 413].contains(&answer.status), "{name}: {}", answer.text);
        assert!(started.elapsed() < Duration::from_secs(5), "{name}");
    }
}
