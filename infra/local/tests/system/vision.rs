//! Pictures: their objects, their text, and what they mean.

mod chat;
mod explain;
mod refused;
mod seen;

use std::io::Cursor;

use foundation::need::{Needed, need};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use reqwest::Method;
use reqwest::multipart::{Form, Part};

use crate::harness::{Answer, TestUser};

const DETECT: &str = "/api/v1/vision/detect";
const OCR: &str = "/api/v1/vision/ocr";
const EXPLAIN: &str = "/api/v1/vision/explain";

/// The scanned plate of an engine.
const DECAL: &str = "engine_decal_tm9-2815-237-34_p13.png";

/// Tiny models whose detections can be foretold.
const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/images/tests/data/detection/yolov8");

async fn send(user: &TestUser, path: &str, picture: Vec<u8>, question: Option<&str>) -> Answer {
    let mut form = Form::new().part("file", Part::bytes(picture).file_name("picture"));
    if let Some(question) = question {
        form = form.text("question", question.to_owned());
    }
    user.send(user.request(Method::POST, path).multipart(form)).await
}

fn png(pixels: RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(pixels).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A black picture of 64 by 64 pixels with a green square of 16 at (32, 16).
fn square() -> RgbImage {
    RgbImage::from_fn(64, 64, |x, y| {
        let is_inside = (32..48).contains(&x) && (16..32).contains(&y);
        Rgb(if is_inside { [0, 255, 0] } else { [0; 3] })
    })
}

/// A picture of the shared data, for a test that needs Tesseract too.
fn shared_picture(name: &str) -> Option<Vec<u8>> {
    need(Needed::Model("pp-ocr-v6-small"))?;
    need(Needed::Data(&format!("images/{name}"))).map(|path| std::fs::read(path).unwrap())
}
