//! Files that cannot be read, and say why.

use serde_json::{Value, json};

use crate::harness::{TestSystem, TestUser, pdf};

async fn failure(user: &TestUser, name: &str, file: Vec<u8>) -> (String, String) {
    let id = user.upload(name, file).await;
    let document = user.settled(&id).await;
    assert_eq!(document["status"], "failed", "{name}: {document}");
    assert_eq!(document["progress"], Value::Null);
    let text = |field: &str| document["error"][field].as_str().unwrap().to_owned();
    (text("code"), text("message"))
}

#[tokio::test]
async fn a_file_that_cannot_be_read_fails_with_a_reason_for_a_person() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let good = pdf::pdf(&["Oil capacity\nThe reservoir of the press holds 40 litres of hydraulic oil."]);
    let cases: [(&str, Vec<u8>, &[&str]); 6] = [
        ("not a PDF", b"PK\x03\x04 this is a spreadsheet".to_vec(), &["not_a_pdf"]),
        ("header only", b"%PDF-1.7\n".to_vec(), &["pdf_damaged"]),
        ("encrypted", pdf::encrypted(), &["pdf_password_protected", "pdf_unsupported_encryption"]),
        (
            "endless",
            pdf::billion_laughs(),
            &["pdf_took_too_long", "pdf_needs_too_much_memory", "pdf_too_much_text", "pdf_damaged", "no_text"],
        ),
        ("scanned", pdf::blank(3), &["no_text"]),
        ("truncated", good[..good.len() / 3].to_vec(), &["pdf_damaged", "no_text"]),
    ];
    for (name, file, codes) in cases {
        let (code, message) = failure(&user, name, file).await;
        assert!(codes.contains(&code.as_str()), "{name}: {code}");
        assert!(message.ends_with('.') && !message.contains('{'), "{name}: {message}");
    }
    assert_eq!(
        failure(&user, "scan.pdf", pdf::blank(3)).await.1,
        "The 3 pages of this document hold no readable text, and text recognition found none on them."
    );
    // A failed document can be deleted, and is not readable.
    let id = user.upload("scan.pdf", pdf::blank(1)).await;
    user.settled(&id).await;
    assert_eq!(user.get(&format!("/api/v1/repository/documents/{id}/pages/1")).await.code(404), "not_found");
    assert_eq!(user.delete(&format!("/api/v1/repository/documents/{id}")).await.status, 200);
}

#[tokio::test]
async fn pages_without_text_are_counted_and_the_others_are_read() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let text = "Oil capacity\nThe reservoir of the press holds 40 litres of hydraulic oil.";
    let id = user.upload_ready("mixed.pdf", pdf::pdf(&[text, "", text])).await;
    let document = user.get(&format!("/api/v1/repository/documents/{id}")).await.data(200);
    assert_eq!((&document["pages"], &document["pagesWithoutText"]), (&json!(3), &json!(1)));
    let page = user.get(&format!("/api/v1/repository/documents/{id}/pages/2")).await.data(200);
    assert_eq!((&page["text"], &page["hasText"], &page["pages"]), (&json!(""), &json!(false), &json!(3)));
}

#[tokio::test]
async fn a_file_of_another_size_than_announced_is_refused() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let file = pdf::pdf(&["Oil capacity\nThe reservoir holds 40 litres of oil."]);
    let wish = json!({"fileName": "a.pdf", "fileSize": file.len() + 1, "contentType": "application/pdf"});
    let begun = user.post("/api/v1/repository/uploads", wish).await.data(201);
    let put = user.client.put(begun["upload"]["url"].as_str().unwrap()).header("Content-Type", "application/pdf");
    let longer = [&file[..], &[b'\n'; 2]].concat();
    let id = begun["document"]["id"].as_str().unwrap();
    for body in [file, longer] {
        let answer = user.send(put.try_clone().unwrap().body(body)).await;
        assert_eq!(answer.status, 403, "{}", answer.text);
        assert_eq!(user.get(&format!("/api/v1/repository/documents/{id}")).await.data(200)["status"], "uploading");
    }
}
