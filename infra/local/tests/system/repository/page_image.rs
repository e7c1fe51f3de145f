//! Pages as pictures, with what an answer rests on marked.

use image::RgbImage;
use reqwest::header::{CACHE_CONTROL, CONTENT_TYPE, COOKIE, ETAG, IF_NONE_MATCH};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use shared::objects::ObjectKey;

use crate::harness::{TestSystem, TestUser, pdf};

pub(super) const MANUAL: [&str; 3] = [
    "Hydraulic press HP-40\nOperating manual",
    "Oil capacity\nThe reservoir of the press holds 40 litres of hydraulic oil.\nCheck the level every week.",
    "Torque values\nTighten the housing bolts to 85 Nm in a crosswise pattern.\nKeep the seals dry.",
];

pub(super) fn image_path(document: &str, page: u32) -> String {
    format!("/api/v1/repository/documents/{document}/pages/{page}/image")
}

pub(super) async fn get(user: &TestUser, path: &str) -> Response {
    user.request(Method::GET, path).send().await.unwrap()
}

async fn picture(response: Response) -> RgbImage {
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()[CONTENT_TYPE], "image/webp");
    image::load_from_memory(&response.bytes().await.unwrap()).unwrap().into_rgb8()
}

/// How many pictures of a user's documents are kept.
pub(super) async fn kept(system: &TestSystem, user: &TestUser, document: &str) -> usize {
    let prefix = ObjectKey::drawn_of(&user.id.parse().unwrap(), &document.parse().unwrap());
    system.system.context.objects.list(&prefix).await.unwrap().len()
}

/// Whether a pixel is marked: far less blue than red.
fn is_marked(pixel: image::Rgb<u8>) -> bool {
    pixel.0[0].saturating_sub(pixel.0[2]) > 60
}

/// Whether a pixel lies in a place, or so many pixels beside it.
fn lies_in(place: &Value, (x, y): (u32, u32), picture: &RgbImage, room: f64) -> bool {
    let at = |name: &str, side: u32| place[name].as_f64().unwrap() * f64::from(side);
    let (left, top) = (at("x", picture.width()), at("y", picture.height()));
    let (right, bottom) = (left + at("width", picture.width()), top + at("height", picture.height()));
    let (x, y) = (f64::from(x), f64::from(y));
    (left - room..right + room).contains(&x) && (top - room..bottom + room).contains(&y)
}

async fn answer(user: &TestUser, question: &str) -> Value {
    let asked = json!({"content": question, "images": []});
    user.post("/api/v1/chat/messages", asked).await.data(201)["assistantMessage"].clone()
}

#[tokio::test]
async fn the_list_of_sources_leads_to_the_page_with_the_line_marked() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let id = user.upload_ready("HP-40.pdf", pdf::pdf(&MANUAL)).await;
    let answer = answer(&user, "What is the torque of the housing bolts?").await;
    let citation = &answer["citations"][0];
    assert_eq!(citation["page"], 3, "{answer}");
    let boxes = citation["boxes"].as_array().unwrap();
    assert!(!boxes.is_empty() && boxes.iter().all(|place| place["page"] == 3), "{citation}");

    let text = answer["content"].as_str().unwrap();
    let (_, sources) = text.split_once("**Sources**").expect("a list of sources");
    let (_, link) = sources.split_once("[HP-40.pdf, page 3](").expect("a link to the page");
    let (link, _) = link.split_once(')').unwrap();
    assert!(link.starts_with(&format!("{}{}?mark=", system.system.gateway_url, image_path(&id, 3))), "{link}");

    // A click: no `Origin`, no bearer token, and an access token that has expired.
    let cookies = format!("access_token=expired; refresh_token={}", user.refresh_token.clone().unwrap());
    let clicked = user.client.get(link).header(COOKIE, &cookies).send().await.unwrap();
    let marked = picture(clicked).await;
    assert_eq!(marked.width(), 1_000);
    for place in boxes {
        let here = marked.enumerate_pixels().filter(|(x, y, _)| lies_in(place, (*x, *y), &marked, 0.0));
        let inside: Vec<bool> = here.map(|(_, _, pixel)| is_marked(*pixel)).collect();
        let yellow = inside.iter().filter(|is_marked| **is_marked).count();
        assert!(inside.len() > 1_000 && yellow * 2 > inside.len(), "{yellow} of {}", inside.len());
    }
    for (x, y, pixel) in marked.enumerate_pixels().filter(|(_, _, pixel)| is_marked(**pixel)) {
        let is_near = boxes.iter().any(|place| lies_in(place, (x, y), &marked, 8.0));
        assert!(is_near, "{x}, {y} is marked: {pixel:?}");
    }

    let plain = picture(get(&user, &image_path(&id, 3)).await).await;
    assert_eq!(plain.dimensions(), marked.dimensions());
    assert!(!plain.pixels().any(|pixel| is_marked(*pixel)));
    let is_dark = |pixel: &image::Rgb<u8>| pixel.0.iter().all(|value| *value < 60);
    assert!(plain.pixels().filter(|pixel| is_dark(pixel)).count() > 200);
    let stays = plain.pixels().zip(marked.pixels()).all(|(before, after)| !is_dark(before) || is_dark(after));
    assert!(stays, "the ink is as dark as before");
}

#[tokio::test]
async fn a_page_is_drawn_once_and_its_picture_goes_with_the_document() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let id = user.upload_ready("HP-40.pdf", pdf::pdf(&MANUAL)).await;
    assert_eq!(kept(&system, &user, &id).await, 0);
    let path = image_path(&id, 2);
    let first = get(&user, &path).await;
    assert_eq!(first.headers()[CACHE_CONTROL], "private, no-cache");
    let tag = first.headers()[ETAG].clone();
    let drawn = picture(first).await;
    assert_eq!(kept(&system, &user, &id).await, 1);

    // What is kept needs the file no more.
    let source = ObjectKey::Source(user.id.parse().unwrap(), id.parse().unwrap());
    system.system.context.objects.delete(&source).await.unwrap();
    let again = get(&user, &path).await;
    assert_eq!(again.headers()[ETAG], tag);
    assert_eq!(picture(again).await, drawn);
    let narrow = picture(get(&user, &format!("{path}?width=700&mark=100,100,300,20")).await).await;
    assert_eq!(narrow.width(), 700);
    assert_eq!(kept(&system, &user, &id).await, 1, "what is marked is made from what is kept");
    assert_eq!(user.get(&format!("{path}?width=2000")).await.code(404), "not_found", "the file is gone");

    let known = user.request(Method::GET, &path).header(IF_NONE_MATCH, &tag).send().await.unwrap();
    assert_eq!((known.status().as_u16(), known.headers()[ETAG].clone()), (304, tag.clone()));
    let other = format!("{path}?mark=1,1,1,1");
    let other = user.request(Method::GET, &other).header(IF_NONE_MATCH, &tag).send().await.unwrap();
    assert_eq!(other.status(), 200, "another picture has another tag");
    let head = user.request(Method::HEAD, &path).send().await.unwrap();
    assert_eq!((head.status().as_u16(), head.headers()[ETAG].clone()), (200, tag));

    assert_eq!(user.delete(&format!("/api/v1/repository/documents/{id}")).await.status, 200);
    assert_eq!(kept(&system, &user, &id).await, 0);
    assert_eq!(user.get(&path).await.code(404), "not_found");
}

#[tokio::test]
async fn a_page_of_an_extreme_shape_is_shown() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let file = String::from_utf8(pdf::pdf(&["Wiring diagram of the press, all sheets in one."])).unwrap();
    // As many bytes, so that the table of objects is still right.
    let tall = file.replace("R /MediaBox [0 0 595 842] /Contents", "R /MediaBox[0 0 400 14400]/Contents");
    assert!(tall != file && tall.len() == file.len());
    let id = user.upload_ready("diagram.pdf", tall.into_bytes()).await;
    let shown = picture(get(&user, &format!("{}?width=2000&mark=0,900,999,50", image_path(&id, 1))).await).await;
    assert!(shown.height() > 16_000 && shown.width() < 500, "{:?}", shown.dimensions());
    assert!(shown.pixels().any(|pixel| is_marked(*pixel)));
}

#[tokio::test]
async fn what_is_no_page_no_width_or_no_place_is_refused() {
    let system = TestSystem::start().await;
    let (user, other) = (system.user().await, system.user().await);
    let id = user.upload_ready("HP-40.pdf", pdf::pdf(&MANUAL)).await;
    let path = image_path(&id, 1);
    for (query, said) in [
        ("width=100000", "width must be a whole number of pixels from 100 to 2000"),
        ("width=99", "width must be"),
        ("width=-5", "width must be"),
        ("width=1e3", "width must be"),
        ("width=99999999999999999999", "width must be"),
        ("mark=1,2,3", "mark must be a list of places"),
        ("mark=900,1,200,1", "mark must be a list of places"),
        ("mark=<script>", "mark must be a list of places"),
    ] {
        let answer = user.get(&format!("{path}?{query}")).await;
        assert_eq!(answer.code(400), "validation_failed", "{query}");
        assert!(answer.json()["message"].as_str().unwrap().starts_with(said), "{}", answer.text);
    }
    let many = vec!["1,1,1,1"; 40].join("_");
    let many = user.get(&format!("{path}?mark={many}")).await;
    assert_eq!(
        (many.code(400).as_str(), &many.json()["message"]),
        ("validation_failed", &json!("mark must name at most 32 places"))
    );
    let both = user.get(&format!("{path}?width=1&mark=x")).await;
    assert_eq!(both.json()["data"].as_array().unwrap().len(), 2);
    assert_eq!(picture(get(&user, &format!("{path}?width=&mark=")).await).await.width(), 1_000);

    for beyond in ["0", "4", "-1", "x", "4294967296"] {
        let path = format!("/api/v1/repository/documents/{id}/pages/{beyond}/image");
        assert_eq!(user.get(&path).await.code(404), "not_found", "page {beyond}");
    }
    assert_eq!(other.get(&path).await.code(404), "not_found");
    assert_eq!(system.visitor().get(&path).await.code(401), "not_signed_in");
    let wish = json!({"fileName": "a.pdf", "fileSize": 9, "contentType": "application/pdf"});
    let waiting = user.post("/api/v1/repository/uploads", wish).await.data(201)["document"]["id"].clone();
    let path = image_path(waiting.as_str().unwrap(), 1);
    assert_eq!(user.get(&path).await.code(409), "document_not_ready");
}
