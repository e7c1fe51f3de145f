#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

//! The models are made by `tests/data/detection/make`: the score of a colour in a cell is how much of
//! it is there.

use std::path::PathBuf;

use image::{Rgb, RgbImage};

use super::*;
use crate::PixelBox;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/detection").join(name)
}

/// A black picture with a rectangle of one colour.
fn picture(size: (u32, u32), [left, top, right, bottom]: [u32; 4], colour: [u8; 3]) -> Arc<Picture> {
    let pixels = RgbImage::from_fn(size.0, size.1, |x, y| {
        Rgb(if (left..right).contains(&x) && (top..bottom).contains(&y) { colour } else { [0; 3] })
    });
    Arc::new(Picture::of(pixels))
}

async fn found(model: &str, picture: Arc<Picture>) -> Vec<(String, PixelBox)> {
    let found = OnnxDetector::load(&folder(model)).unwrap().detect(picture).await.unwrap();
    found.into_iter().map(|found| (found.label, found.area)).collect()
}

fn area(x: f32, y: f32, width: f32, height: f32) -> PixelBox {
    PixelBox { x, y, width, height }
}

#[tokio::test]
async fn both_forms_of_yolo_find_the_coloured_cell() {
    for model in ["yolov5", "yolov8"] {
        // The input is 32 by 32 in cells of 8; the picture is twice as large.
        let green = found(model, picture((64, 64), [32, 16, 48, 32], [0, 255, 0])).await;
        assert_eq!(green, [("green".to_owned(), area(32.0, 16.0, 16.0, 16.0))], "{model}");
        // Letterboxed: 64 by 32 lies in the middle half of the input.
        let blue = found(model, picture((64, 32), [0, 0, 16, 16], [0, 0, 255])).await;
        assert_eq!(blue, [("blue".to_owned(), area(0.0, 0.0, 16.0, 16.0))], "{model}");
        assert_eq!(found(model, picture((32, 32), [0; 4], [0; 3])).await, [], "{model}");
    }
}

#[tokio::test]
async fn an_ssd_with_stretched_input_in_pixels_order_finds_it() {
    let red = found("ssd", picture((128, 64), [96, 48, 128, 64], [255, 0, 0])).await;
    assert_eq!(red, [("red".to_owned(), area(96.0, 48.0, 32.0, 16.0))]);
}

#[tokio::test]
async fn a_classification_is_of_the_whole_picture() {
    let detector = OnnxDetector::load(&folder("classification")).unwrap();
    let found = detector.detect(picture((50, 40), [0, 0, 50, 40], [255, 0, 0])).await.unwrap();
    assert_eq!((found[0].label.as_str(), found[0].area), ("red", PixelBox::whole((50, 40))));
    assert!(found[0].confidence > 0.9 && found.len() == 1, "{found:?}");
}

/// A copy of a folder with one file changed.
fn changed(file: &str, content: &str) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for name in ["model.onnx", "labels.txt", "preprocess.json"] {
        std::fs::copy(folder("yolov8").join(name), copy.path().join(name)).unwrap();
    }
    std::fs::write(copy.path().join(file), content).unwrap();
    copy
}

#[test]
fn every_mistake_in_a_folder_is_said_when_it_is_loaded() {
    let said = |file, content| OnnxDetector::load(changed(file, content).path()).unwrap_err().to_string();
    let cases = [
        ("labels.txt", "red\ngreen\n", "labels.txt has 2 names"),
        ("labels.txt", "red\n\ngreen\n", "no empty lines"),
        ("model.onnx", "not a model", "model.onnx: "),
        ("preprocess.json", "{", "preprocess.json: EOF"),
        (
            "preprocess.json",
            r#"{"input": {"width": 32, "height": 32, "widht": 1}, "output": {"kind": "yolo"}}"#,
            "widht",
        ),
        ("preprocess.json", r#"{"input": {"width": 32, "height": 32}, "output": {"kind": "rcnn"}}"#, "rcnn"),
        ("preprocess.json", r#"{"input": {"width": 4, "height": 32}, "output": {"kind": "yolo"}}"#, "8 to 2048"),
        (
            "preprocess.json",
            r#"{"input": {"width": 32, "height": 32, "std": [1, 0, 1]}, "output": {"kind": "yolo"}}"#,
            "zero",
        ),
        (
            "preprocess.json",
            r#"{"input": {"width": 32, "height": 32}, "output": {"kind": "yolo", "overlap": 2}}"#,
            "0 to 1",
        ),
        (
            "preprocess.json",
            r#"{"input": {"width": 32, "height": 32}, "output": {"kind": "ssd"}}"#,
            "detection_boxes; there are: ",
        ),
        (
            "preprocess.json",
            r#"{"input": {"width": 32, "height": 32}, "output": {"kind": "classification"}}"#,
            "3 names",
        ),
        ("preprocess.json", r#"{"input": {"width": 64, "height": 32}, "output": {"kind": "yolo"}}"#, "model.onnx: "),
    ];
    for (file, content, expected) in cases {
        let said = said(file, content);
        assert!(said.contains(expected), "{file} {content}: {said}");
    }
    let missing = OnnxDetector::load(Path::new("/does/not/exist")).unwrap_err();
    assert!(missing.to_string().starts_with("preprocess.json cannot be read"), "{missing}");
}

#[tokio::test]
async fn without_a_usable_model_every_call_says_so() {
    let nothing = tempfile::tempdir().unwrap();
    let error = in_folder(nothing.path().to_owned()).await.detect(picture((8, 8), [0; 4], [0; 3])).await.unwrap_err();
    assert_eq!(error.code(), "vision_model_not_configured");
    assert!(error.to_string().contains("model.onnx, labels.txt and preprocess.json"), "{error}");
    let broken = changed("labels.txt", "one\n");
    let error = in_folder(broken.path().to_owned()).await.detect(picture((8, 8), [0; 4], [0; 3])).await.unwrap_err();
    assert_eq!(error.code(), "vision_model_unusable");
}
