//! What is seen on pictures.

use image::imageops::rotate270;
use images::Picture;
use serde_json::{Value, json};

use super::{DECAL, DETECT, MODEL, OCR, png, send, shared_picture, square};
use crate::harness::TestSystem;

#[tokio::test]
async fn objects_are_found_by_a_model_of_ones_own() {
    let system = TestSystem::start_with(&[("DETECTION_MODEL_DIR", MODEL)]).await;
    let user = system.user().await;
    let answer = send(&user, DETECT, png(square()), None).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let objects = &answer.json()["objects"];
    let place = json!({"x": 32.0, "y": 16.0, "width": 16.0, "height": 16.0});
    assert_eq!((&objects[0]["label"], &objects[0]["box"]), (&json!("green"), &place));
    assert!(objects[0]["confidence"].as_f64().unwrap() > 0.9);
    assert_eq!(objects.as_array().unwrap().len(), 1);
}

/// Left, top, right and lower edge of a line.
fn edges(read: &Value, text: &str) -> [f64; 4] {
    let lines = read["lines"].as_array().unwrap();
    let line = lines.iter().find(|line| line["text"].as_str().unwrap().contains(text)).expect("the line");
    let side = |name: &str| line["box"][name].as_f64().unwrap();
    [side("x"), side("y"), side("x") + side("width"), side("y") + side("height")]
}

#[tokio::test]
async fn a_plate_is_read_and_a_turned_photo_of_it_as_well() {
    let Some(decal) = shared_picture(DECAL) else { return };
    let system = TestSystem::start().await;
    let user = system.user().await;
    let read = send(&user, OCR, decal.clone(), None).await.json();
    for wanted in ["V8-6.2", "150 AT 3600 RPM", "H075006"] {
        assert!(read["text"].as_str().unwrap().contains(wanted), "{wanted} in {}", read["text"]);
    }
    let entry = |kind: &str| {
        let entries = read["plate"].as_array().unwrap();
        entries.iter().find(|entry| entry["kind"] == kind).map(|entry| entry["value"].clone())
    };
    assert_eq!(entry("model"), Some("V8-6.2".into()), "{}", read["plate"]);
    // As a phone stores it: turned, with a note that says so.
    let pixels = image::load_from_memory(&decal).unwrap().to_rgb8();
    let turned = Picture::of(rotate270(&pixels)).to_jpeg(4000).unwrap();
    let photo = send(&user, OCR, noted_as_turned(&turned), None).await.json();
    let (flat, upright) = (edges(&read, "H075006"), edges(&photo, "H075006"));
    for (one, other) in flat.iter().zip(upright) {
        assert!((one - other).abs() < 12.0, "{flat:?} {upright:?}");
    }
}

/// A JPEG with EXIF orientation 6: to be turned a quarter clockwise.
fn noted_as_turned(jpeg: &[u8]) -> Vec<u8> {
    let tiff = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let length = u16::try_from(tiff.len() + 2).unwrap().to_be_bytes();
    let (start, rest) = jpeg.split_at(2);
    [start, b"\xff\xe1", &length, tiff, rest].concat()
}

#[tokio::test]
async fn a_photo_without_text_has_none() {
    let Some(flower) = shared_picture("flower.webp") else { return };
    let system = TestSystem::start().await;
    let user = system.user().await;
    let answer = send(&user, OCR, flower, None).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json(), json!({"text": "", "lines": [], "plate": []}));
}
