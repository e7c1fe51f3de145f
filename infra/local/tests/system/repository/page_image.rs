//! Pages as pictures, with what an answer rests on marked.

use image::RgbImage;
use reqwest::header::{CACHE_CONTROL, CONTENT_TYPE, COOKIE, ETAG, IF_NONE_MATCH};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use shared::objects::ObjectKey;

use crate::harness::{TestSystem, TestUser, pdf};

const MANUAL: [&str; 3] = [
    "Hydraulic press HP-40\nOperating manual",
    "Oil capacity\nThe reservoir of the press holds 40 litres of hydraulic oil.\nCheck the level every week.",
    "Torque values\nTighten the housing bolts to 85 Nm in a crosswise pattern.\nKeep the seals dry.",
];

fn image_path(document: &str, page: u32) -> String {
    format!("/api/v1/repository/documents/{document}/pages/{page}/image")
}

async fn get(user: &TestUser, path: &str) -> Response {
    user.request(Method::GET, path).send().await.unwrap()
}

async fn picture(response: Response) -> RgbImage {
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()[CONTENT_TYPE], "image/webp");
    image::load_from_memory(&response.bytes().await.unwrap()).unwrap().into_rgb8()
}

/// How many pictures of a user's documents are kept.
async fn kept(system: &TestSystem, user: &TestUser, document: &str) -> usize {
    let prefix = ObjectKey::drawn_of(&user.id.parse().unwrap(), &document.parse().unwrap());
    system.system.context.objects.list(&prefix).await.unwrap().len()
}

/// Whether a pixel is marked: far less blue than red.
fn is_marked(pixel: image::Rgb<u8>) -> bool {
    pixel.0[0].saturating_sub(pixel.0[2]) > 60
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
    let share = |name: &str| boxes[0][name].as_f64().unwrap();
    let (left, top) = (share("x") * 1_000.0, share("y") * f64::from(marked.height()));
    let (right, bottom) = (left + share("width") * 1_000.0, top + share("height") * f64::from(marked.height()));
    let near = 8.0;
    let (mut inside, mut all) = (0, 0);
    for (x, y, pixel) in marked.enumerate_pixels() {
        let (x, y) = (f64::from(x), f64::from(y));
        if left <= x && x < right && top <= y && y < bottom {
            all += 1;
            inside += i32::from(is_marked(*pixel));
        } else if boxes.len() == 1 && (x < left - near || x > right + near || y < top - near || y > bottom + near) {
            assert!(!is_marked(*pixel), "{x}, {y} is marked");
        }
    }
    assert!(all > 1_000 && inside * 2 > all, "{inside} of {all}");

    let plain = picture(get(&user, &image_path(&id, 3)).await).await;
    assert_eq!(plain.dimensions(), marked.dimensions());
    assert!(!plain.pixels().any(|pixel| is_marked(*pixel)));
    let dark = |picture: &RgbImage| picture.pixels().filter(|pixel| pixel.0[0] < 60).count();
    assert!(dark(&plain) > 200 && dark(&marked) >= dark(&plain), "the ink is as dark as before");
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
    assert_eq!(user.get(&format!("{path}?mark={many}")).await.code(400), "validation_failed");
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

#[tokio::test]
async fn many_at_once_are_answered_or_told_to_come_again() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let id = user.upload_ready("HP-40.pdf", pdf::pdf(&MANUAL)).await;
    let paths: Vec<String> = (0..24).map(|at| format!("{}?mark={at},10,500,20", image_path(&id, at % 3 + 1))).collect();
    let answers = futures::future::join_all(paths.iter().map(|path| get(&user, path))).await;
    let mut shown = 0;
    for answer in answers {
        match answer.status().as_u16() {
            200 => shown += 1,
            429 | 503 => assert!(answer.headers().contains_key("retry-after")),
            other => panic!("{other}"),
        }
    }
    assert!(shown >= 3, "{shown}");
    assert_eq!(kept(&system, &user, &id).await, 3, "each page is drawn once");
}
