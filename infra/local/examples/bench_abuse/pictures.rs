//! Pictures of 64 megapixels, four in each of many sessions at once.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::future::join_all;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, GrayImage, Luma, Rgb, RgbImage, Rgba, RgbaImage};
use serde_json::json;

use crate::client::Client;
use crate::system::{System, Watch, peak, resident, status};

/// Few, so that a machine bears them without the bound; a test has twenty.
const SESSIONS: usize = 4;
const SIDE: u32 = 8_000;

pub async fn measure(program: &str) {
    let pictures = pictures();
    println!(
        "\n{:<44} {:>9} {:>9} {:>9} {:>9} {:>14}",
        "64 megapixels, 4 in a session", "before", "peak", "after", "seconds", "Tesseract MiB"
    );
    for (name, picture) in &pictures {
        let bytes = STANDARD.decode(picture.split_once(',').unwrap().1).unwrap();
        println!("  {name}: {} KiB as a file", bytes.len() / 1024);
    }
    let unbounded = [("PICTURE_MEMORY_MIB", "65536")];
    let urls: Vec<String> = pictures.into_iter().map(|(_, url)| url).collect();
    row(program, "the bound switched off", SESSIONS, &unbounded, &urls).await;
    row(program, "as it is", SESSIONS, &[], &urls).await;
}

async fn row(program: &str, name: &str, sessions: usize, variables: &[(&str, &str)], pictures: &[String]) {
    let system = System::start(program, variables).await;
    let client = system.user().await;
    // The model is loaded, and everything is as it is in use.
    ask(&system.user().await, &[]).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = resident(system.process());
    let watch = Watch::children_of(system.process());
    let began = Instant::now();
    join_all((0..sessions).map(|_| ask(&client, pictures))).await;
    let seconds = began.elapsed().as_secs_f64();
    let (_, readers) = watch.end();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let after = resident(system.process());
    println!(
        "{:<44} {before:>9.0} {:>9.0} {after:>9.0} {seconds:>9.1} {readers:>14.0}",
        format!("{sessions} sessions, {name}"),
        peak(system.process()),
    );
    assert!(status(system.process(), "VmRSS").is_some(), "the system has survived");
}

/// Asks in a session of its own, and waits for the answer's end.
async fn ask(client: &Client, pictures: &[String]) {
    let body = json!({"content": "What does the plate say?", "images": pictures});
    let request = client.http.post(format!("{}/chat/messages/stream", client.api)).bearer_auth(&client.token);
    let answer = request.json(&body).send().await.unwrap().error_for_status().unwrap().text().await.unwrap();
    assert!(answer.contains("\"done\":true"), "{answer}");
}

/// What cameras, screens and scanners make, each as a `data:` URL. They hold print, so that there is something to read.
fn pictures() -> Vec<(&'static str, String)> {
    let is_print =
        |x: u32, y: u32| (1_000..7_000).contains(&x) && (1_000..2_000).contains(&y) && x % 80 < 40 && y % 160 < 90;
    let grey = GrayImage::from_fn(SIDE, SIDE, |x, y| Luma([if is_print(x, y) { 30 } else { 240 }]));
    let png = |image: &DynamicImage| {
        let mut bytes = Vec::new();
        // All four have to fit into one request.
        let small = PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::NoFilter);
        image.write_with_encoder(small).unwrap();
        bytes
    };
    let jpeg = |image: &DynamicImage| {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 60).encode_image(image).unwrap();
        bytes
    };
    let colour = |[red, green, blue]: [u8; 3]| move |x, y| if is_print(x, y) { [20; 3] } else { [red, green, blue] };
    let photo = colour([230, 220, 200]);
    let photo = DynamicImage::ImageRgb8(RgbImage::from_fn(SIDE, SIDE, |x, y| Rgb(photo(x, y))));
    let photo = jpeg(&photo);
    let screen = colour([200, 230, 240]);
    let screen = png(&DynamicImage::ImageRgb8(RgbImage::from_fn(SIDE, SIDE, |x, y| Rgb(screen(x, y)))));
    let clear = RgbaImage::from_fn(SIDE, SIDE, |x, y| Rgba([10, 10, 10, if is_print(x, y) { 255 } else { 0 }]));
    let clear = png(&DynamicImage::ImageRgba8(clear));
    let scan = jpeg(&DynamicImage::ImageLuma8(grey));
    let url = |kind: &str, bytes: Vec<u8>| format!("data:image/{kind};base64,{}", STANDARD.encode(bytes));
    vec![
        ("JPEG in colour", url("jpeg", photo)),
        ("JPEG in grey", url("jpeg", scan)),
        ("PNG in colour", url("png", screen)),
        ("PNG with transparency", url("png", clear)),
    ]
}
