//! Bodies that are refused.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::pdf::pdf;
use crate::harness::{TestSystem, sentences};

#[tokio::test]
async fn every_field_of_an_upload_is_checked() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let good = json!({"fileName": "a.pdf", "fileSize": 10, "contentType": "application/pdf"});
    let cases = [
        ("fileName", Value::Null, "fileName is required"),
        ("fileName", json!(""), "fileName must not be empty"),
        ("fileName", json!("  "), "fileName must not be empty"),
        ("fileName", json!(7), "fileName must be text"),
        ("fileName", json!("x".repeat(256)), "fileName must have at most 255 characters"),
        ("fileName", json!("../a.pdf"), "fileName must be the name of a file, without a path"),
        ("fileName", json!("c:\\a.pdf"), "fileName must be the name of a file, without a path"),
        ("fileName", json!("a\u{0}.pdf"), "fileName must not hold control characters"),
        ("fileName", json!("a\nb.pdf"), "fileName must be on one line"),
        ("fileSize", Value::Null, "fileSize is required"),
        ("fileSize", json!(0), "fileSize must be at least 1"),
        ("fileSize", json!(-1), "fileSize must be a whole number of bytes"),
        ("fileSize", json!(1.5), "fileSize must be a whole number of bytes"),
        ("fileSize", json!("many"), "fileSize must be a whole number of bytes"),
        ("fileSize", json!([]), "fileSize must be a whole number of bytes"),
        ("contentType", Value::Null, "contentType is required"),
        ("contentType", json!({}), "contentType must be text"),
        ("contentType", json!("x".repeat(256)), "contentType must have at most 255 characters"),
    ];
    for (field, value, sentence) in cases {
        let mut body = good.clone();
        body[field] = value;
        let answer = user.post("/api/v1/repository/uploads", body).await;
        assert_eq!(answer.code(400), "validation_failed", "{sentence}");
        assert_eq!(answer.json()["data"], json!([sentence]));
    }
    let answer = user.post("/api/v1/repository/uploads", json!({})).await.json();
    assert_eq!(sentences(&answer), ["contentType is required", "fileName is required", "fileSize is required"]);

    let mut other = good.clone();
    other["contentType"] = json!("image/png");
    assert_eq!(user.post("/api/v1/repository/uploads", other).await.code(415), "unsupported_document_type");
    let mut large = good.clone();
    large["fileSize"] = json!(500 * 1024 * 1024 + 1);
    assert_eq!(user.post("/api/v1/repository/uploads", large).await.code(413), "file_too_large");
    assert_eq!(user.get("/api/v1/repository/documents").await.data(200)["pagination"]["total"], 0);
    assert_eq!(system.visitor().post("/api/v1/repository/uploads", good).await.code(401), "not_signed_in");
}

#[tokio::test]
async fn a_pdf_by_another_name_is_judged_by_its_content() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let kinds =
        ["application/octet-stream", "application/x-pdf", "", "APPLICATION/PDF; version=1.7", "binary/octet-stream"];
    for kind in kinds {
        let contents =
            [(pdf(&["The reservoir holds 40 litres."]), "ready"), (b"PK no manual at all".to_vec(), "failed")];
        for (bytes, status) in contents {
            let wish = json!({"fileName": "manual.pdf", "fileSize": bytes.len(), "contentType": kind});
            let data = user.post("/api/v1/repository/uploads", wish).await.data(201);
            let mut put = user.client.put(data["upload"]["url"].as_str().unwrap()).body(bytes);
            for (name, value) in data["upload"]["headers"].as_object().unwrap() {
                put = put.header(name, value.as_str().unwrap());
            }
            assert_eq!(user.send(put).await.status, 200, "{kind:?}");
            let document = user.settled(data["document"]["id"].as_str().unwrap()).await;
            assert_eq!(document["status"], status, "{kind:?} {document}");
        }
    }
    for kind in ["image/png", "text/html", "application/msword", "application/zip", "pdf"] {
        let wish = json!({"fileName": "manual.pdf", "fileSize": 10, "contentType": kind});
        assert_eq!(user.post("/api/v1/repository/uploads", wish).await.code(415), "unsupported_document_type");
    }
}

#[tokio::test]
async fn every_field_of_a_registration_is_checked() {
    let system = TestSystem::start_with(&[("FILE_URL_HOSTS", "files.example.com")]).await;
    let user = system.user().await;
    let good = json!({
        "fileId": "f1", "fileName": "a.pdf", "fileUrl": "https://files.example.com/a.pdf", "fileSize": 10, "blobPath": "b/a.pdf",
    });
    let cases = [
        ("fileName", Value::Null, "fileName is required"),
        ("fileName", json!(""), "fileName must not be empty"),
        ("fileName", json!(true), "fileName must be text"),
        ("fileName", json!("x".repeat(256)), "fileName must have at most 255 characters"),
        ("fileUrl", Value::Null, "fileUrl is required"),
        ("fileUrl", json!(""), "fileUrl must not be empty"),
        ("fileUrl", json!(3), "fileUrl must be text"),
        (
            "fileUrl",
            json!(format!("https://files.example.com/{}", "x".repeat(2048))),
            "fileUrl must have at most 2048 characters",
        ),
        ("fileSize", json!("big"), "fileSize must be a whole number of bytes"),
        ("fileSize", json!(-3), "fileSize must be a whole number of bytes"),
        ("fileId", json!(["x"]), "fileId must be text"),
        ("fileId", json!("x".repeat(1025)), "fileId must have at most 1024 characters"),
        ("blobPath", json!({}), "blobPath must be text"),
        ("blobPath", json!("x".repeat(2049)), "blobPath must have at most 2048 characters"),
    ];
    for (field, value, sentence) in cases {
        let mut document = good.clone();
        document[field] = value;
        let answer = user.post("/api/v1/repository/documents", json!({"documents": [good, document]})).await;
        assert_eq!(answer.code(400), "validation_failed", "{sentence}");
        assert_eq!(answer.json()["data"], json!([format!("documents[1].{sentence}")]));
    }
    let mut large = good.clone();
    large["fileSize"] = json!(524_288_001);
    let answer = user.post("/api/v1/repository/documents", json!({"documents": [good, large]})).await;
    assert_eq!(answer.code(413), "file_too_large");
    let lists = [
        (json!({}), "documents is required"),
        (json!({"documents": []}), "documents must hold 1 to 20 items"),
        (json!({"documents": vec![good.clone(); 21]}), "documents must hold 1 to 20 items"),
        (json!({"documents": "all"}), "documents must be a list"),
        (json!({"documents": [null]}), "documents[0] must be an object"),
    ];
    for (body, sentence) in lists {
        let answer = user.post("/api/v1/repository/documents", body).await;
        assert_eq!(answer.json()["data"], json!([sentence]));
    }
    assert_eq!(user.get("/api/v1/repository/documents").await.data(200)["pagination"]["total"], 0);
}

#[tokio::test]
async fn an_address_that_is_not_allowed_refuses_the_whole_request() {
    let system = TestSystem::start_with(&[("FILE_URL_HOSTS", "files.example.com")]).await;
    let user = system.user().await;
    let item = |url: &str| json!({"fileName": "a.pdf", "fileUrl": url, "fileSize": 10});
    let cases = [
        ("https://169.254.169.254/latest/meta-data", "must be on a host that this system allows files from"),
        ("https://10.0.0.1/a.pdf", "must be on a host that this system allows files from"),
        ("https://[::1]/a.pdf", "must be on a host that this system allows files from"),
        ("https://files.example.com.evil.net/a.pdf", "must be on a host that this system allows files from"),
        ("http://127.0.0.1:80/a.pdf", "must be on a host that this system allows files from"),
        ("http://files.example.com/a.pdf", "must begin with https://"),
        ("file:///etc/passwd", "must begin with https://"),
        ("https://user:secret@files.example.com/a.pdf", "must not carry a user name or password"),
        ("a.pdf", "must be a web address"),
    ];
    for (url, sentence) in cases {
        let body = json!({"documents": [item("https://files.example.com/good.pdf"), item(url)]});
        let answer = user.post("/api/v1/repository/documents", body).await;
        assert_eq!(answer.code(400), "validation_failed", "{url}");
        assert_eq!(answer.json()["data"], json!([format!("documents[1].fileUrl {sentence}")]), "{url}");
    }
    assert_eq!(user.get("/api/v1/repository/documents").await.data(200)["pagination"]["total"], 0);
}

#[tokio::test]
async fn every_body_must_be_json_of_a_bearable_size() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    for path in [
        "/api/v1/repository/uploads",
        "/api/v1/repository/uploads/01KB0000000000000000000000/complete",
        "/api/v1/repository/documents",
        "/api/v1/rag/search",
        "/api/v1/rag/embed",
    ] {
        let request = || user.request(Method::POST, path);
        let malformed = user.send(request().header("Content-Type", "application/json").body("{\"a\": ")).await;
        assert_eq!(malformed.code(400), "malformed_json", "{path}");
        let list = user.send(request().json(&json!([1]))).await;
        assert_eq!(list.code(400), "validation_failed", "{path}");
        let form = user.send(request().header("Content-Type", "text/plain").body("{}")).await;
        assert_eq!(form.code(415), "unsupported_media_type", "{path}");
        let large = user.send(request().json(&json!({"a": "x".repeat(2_000_000)}))).await;
        assert_eq!(large.code(413), "payload_too_large", "{path}");
        let other = user.send(user.request(Method::PATCH, path).json(&json!({}))).await;
        assert_eq!(other.code(405), "method_not_allowed", "{path}");
    }
    for path in ["/api/v1/repository/documents/01KB0000000000000000000000/file", "/api/v1/extract/extract/progress/x"] {
        assert_eq!(user.send(user.request(Method::PUT, path)).await.code(405), "method_not_allowed", "{path}");
    }
}
