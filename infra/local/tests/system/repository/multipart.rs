//! Files that go up in parts.

use serde_json::{Value, json};
use shared::objects::ObjectKey;

use crate::harness::{TestSystem, TestUser, pdf};

const MIB: usize = 1024 * 1024;

async fn begin(user: &TestUser, size: usize) -> Value {
    let wish = json!({"fileName": "large.pdf", "fileSize": size, "contentType": "application/pdf"});
    user.post("/api/v1/repository/uploads", wish).await.data(201)
}

async fn put_parts(user: &TestUser, upload: &Value, file: &[u8]) -> Vec<Value> {
    let part_size = usize::try_from(upload["partSize"].as_u64().unwrap()).unwrap();
    let mut parts = Vec::new();
    for (part, bytes) in upload["parts"].as_array().unwrap().iter().zip(file.chunks(part_size)) {
        let put = user.client.put(part["url"].as_str().unwrap()).body(bytes.to_vec());
        let answer = user.send(put).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        parts.push(json!({"partNumber": part["partNumber"], "etag": answer.headers["etag"].to_str().unwrap()}));
    }
    parts
}

/// Uploads a file that is large enough to go up in parts; the document's id.
pub async fn upload_in_parts(user: &TestUser, file: &[u8]) -> String {
    let begun = begin(user, file.len()).await;
    assert_eq!(begun["upload"]["type"], "multipart");
    let parts = put_parts(user, &begun["upload"], file).await;
    let id = begun["document"]["id"].as_str().unwrap();
    user.post(&format!("/api/v1/repository/uploads/{id}/complete"), json!({"parts": parts})).await.data(200);
    id.to_owned()
}

#[tokio::test]
async fn a_large_file_goes_up_in_parts() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let file = pdf::padded(&["Oil capacity\nThe reservoir holds 40 litres of oil."], 65 * MIB);
    let begun = begin(&user, file.len()).await;
    let upload = &begun["upload"];
    assert_eq!(upload["type"], "multipart");
    let part_size = usize::try_from(upload["partSize"].as_u64().unwrap()).unwrap();
    assert!(part_size >= 8 * MIB);
    assert_eq!(upload["parts"].as_array().unwrap().len(), file.len().div_ceil(part_size));
    let id = begun["document"]["id"].as_str().unwrap();
    let complete = format!("/api/v1/repository/uploads/{id}/complete");

    let parts = put_parts(&user, upload, &file).await;
    let mut backwards = parts.clone();
    backwards.reverse();
    let twice: Vec<Value> = parts.iter().take(1).chain(&parts).cloned().collect();
    for wrong in [&parts[1..], &parts[..parts.len() - 1], &backwards, &twice] {
        assert_eq!(user.post(&complete, json!({"parts": wrong})).await.code(400), "incomplete_parts");
    }
    let document = user.get(&format!("/api/v1/repository/documents/{id}")).await.data(200);
    assert_eq!(document["status"], "uploading");

    user.post(&complete, json!({"parts": parts})).await.data(200);
    user.post(&complete, json!({"parts": parts})).await.data(200);
    let document = user.settled(id).await;
    assert_eq!((&document["status"], &document["pages"]), (&json!("ready"), &json!(1)), "{document}");
    // Also when all is over.
    assert_eq!(user.post(&complete, json!({"parts": parts})).await.data(200)["status"], "ready");
}

#[tokio::test]
async fn the_end_of_an_upload_in_parts_is_checked() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let begun = begin(&user, 65 * MIB).await;
    let id = begun["document"]["id"].as_str().unwrap();
    let complete = format!("/api/v1/repository/uploads/{id}/complete");
    let cases = [
        (json!({}), "parts is required"),
        (json!({"parts": []}), "parts must hold 1 to 10000 items"),
        (json!({"parts": "all"}), "parts must be a list"),
        (json!({"parts": [1]}), "parts[0] must be an object"),
        (json!({"parts": [{"etag": "x"}]}), "parts[0].partNumber is required"),
        (json!({"parts": [{"partNumber": 1}]}), "parts[0].etag is required"),
        (json!({"parts": [{"partNumber": 0, "etag": "x"}]}), "parts[0].partNumber must be a number from 1 to 10000"),
        (json!({"parts": [{"partNumber": "1", "etag": "x"}]}), "parts[0].partNumber must be a number from 1 to 10000"),
        (json!({"parts": [{"partNumber": 1, "etag": ""}]}), "parts[0].etag must not be empty"),
        (json!({"parts": [{"partNumber": 1, "etag": 5}]}), "parts[0].etag must be text"),
        (
            json!({"parts": [{"partNumber": 1, "etag": "x".repeat(257)}]}),
            "parts[0].etag must have at most 256 characters",
        ),
    ];
    for (body, sentence) in cases {
        let answer = user.post(&complete, body).await;
        assert_eq!(answer.code(400), "validation_failed");
        assert_eq!(answer.json()["data"], json!([sentence]));
    }
    // Parts that were never uploaded.
    let never: Vec<Value> = (1..=9).map(|number| json!({"partNumber": number, "etag": "\"nothing\""})).collect();
    let answer = user.post(&complete, json!({"parts": never})).await;
    assert_eq!(answer.code(400), "invalid_part");

    let single = user.upload_ready("small.pdf", pdf::pdf(&["Oil capacity\nThe tank holds 9 litres of oil."])).await;
    let answer = user.post(&format!("/api/v1/repository/uploads/{single}/complete"), json!({"parts": never})).await;
    assert_eq!(answer.code(409), "not_multipart");
    assert_eq!(
        user.post("/api/v1/repository/uploads/nothing/complete", json!({"parts": never})).await.code(404),
        "not_found"
    );
}

#[tokio::test]
async fn a_completion_that_got_no_answer_can_be_asked_for_again() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let file = pdf::padded(&["Oil capacity\nThe reservoir holds 40 litres of oil."], 65 * MIB);
    for action in ["complete", "delete"] {
        let begun = begin(&user, file.len()).await;
        let id = begun["document"]["id"].as_str().unwrap();
        let parts = put_parts(&user, &begun["upload"], &file).await;
        // Storage has put the parts together, and then the process died.
        let (owner, document) = (user.id.parse().unwrap(), id.parse().unwrap());
        let context = &system.system.context;
        let upload = context.store.document(&owner, &document).await.unwrap().unwrap().upload.unwrap();
        let listed: Vec<(i32, String)> =
            (1..).zip(&parts).map(|(number, part)| (number, part["etag"].as_str().unwrap().to_owned())).collect();
        let key = ObjectKey::Source(owner, document);
        context.objects.complete_multipart(&key, &upload.upload_id, &listed).await.unwrap();
        let answer = match action {
            "complete" => {
                user.post(&format!("/api/v1/repository/uploads/{id}/complete"), json!({"parts": parts})).await
            }
            _ => user.delete(&format!("/api/v1/repository/documents/{id}")).await,
        };
        assert_eq!(answer.status, 200, "{action}: {}", answer.text);
        if action == "delete" {
            assert_eq!(context.objects.info(&key).await.unwrap(), None);
        } else {
            assert_eq!(user.settled(id).await["status"], "ready");
        }
    }
}

#[tokio::test]
async fn a_part_takes_its_own_length_and_no_other() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let begun = begin(&user, 64 * MIB + 5).await;
    let parts = begun["upload"]["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 9);
    for (part, sizes) in [(0, [8 * MIB + 1, 8 * MIB - 1, 5]), (8, [6, 4, 8 * MIB])] {
        let url = parts[part]["url"].as_str().unwrap();
        for size in sizes {
            let refused = user.send(user.client.put(url).body(vec![0; size])).await;
            assert_eq!(refused.status, 403, "{size} bytes of part {}: {}", part + 1, refused.text);
        }
        // Nor a body that does not say how long it is.
        let endless = futures::stream::iter((0..3).map(|_| Ok::<_, std::io::Error>(vec![0; MIB])));
        let refused = user.send(user.client.put(url).body(reqwest::Body::wrap_stream(endless))).await;
        assert!((400..500).contains(&refused.status), "{}: {}", refused.status, refused.text);
    }
    for (part, size) in [(0, 8 * MIB), (8, 5)] {
        let url = parts[part]["url"].as_str().unwrap();
        assert_eq!(user.send(user.client.put(url).body(vec![0; size])).await.status, 200);
    }
}

#[tokio::test]
async fn deleting_a_document_gives_its_parts_up() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let begun = begin(&user, 65 * MIB).await;
    let id = begun["document"]["id"].as_str().unwrap();
    let part = begun["upload"]["parts"][0]["url"].as_str().unwrap();
    assert_eq!(user.send(user.client.put(part).body(vec![0; 8 * MIB])).await.status, 200);
    assert_eq!(user.delete(&format!("/api/v1/repository/documents/{id}")).await.status, 200);
    let refused = user.send(user.client.put(part).body(vec![0; 8 * MIB])).await;
    assert!(refused.status >= 400, "{}", refused.status);
    let key = ObjectKey::Source(user.id.parse().unwrap(), id.parse().unwrap());
    assert_eq!(system.system.context.objects.info(&key).await.unwrap(), None);
}
