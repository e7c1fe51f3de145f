//! Calls of every family, whose answers are as described.

use std::time::Duration;

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use speech::audio::{Pcm, SoundFormat};

use super::caller::{Caller, assert_described};
use crate::admin::{administered, refused};
use crate::billing::PlansFile;
use crate::harness::pdf::pdf;
use crate::harness::{StripeServer, TestSystem, events};

fn text_of<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer} in {value}"))
}

#[tokio::test]
async fn accounts_answer_as_described() {
    let system = TestSystem::start().await;
    let mut caller = Caller::new(system.visitor());
    let (email, password) = (caller.user.email.clone(), caller.user.password.clone());
    let credentials = json!({"email": email, "password": password});

    caller.call("POST /api/v1/auth/register", &[], Some(caller.user.registration()), 201).await;
    caller.call("POST /api/v1/auth/register", &[], Some(caller.user.registration()), 200).await;
    caller.call("POST /api/v1/auth/register", &[], Some(json!({"email": 1})), 400).await;
    caller.call("POST /api/v1/auth/login", &[], Some(credentials.clone()), 400).await;
    caller.call("POST /api/v1/auth/verify-otp", &[], Some(json!({"email": email, "otp": "000000"})), 400).await;
    let otp = system.code(&email);
    caller.call("POST /api/v1/auth/verify-otp", &[], Some(json!({"email": email, "otp": otp})), 200).await;
    caller.call("POST /api/v1/auth/register", &[], Some(caller.user.registration()), 409).await;
    let signed_in = caller.call("POST /api/v1/auth/login", &[], Some(credentials), 200).await;
    let refresh = json!({"refreshToken": text_of(&signed_in, "/data/refreshToken")});
    let renewed = caller.call("POST /api/v1/auth/refresh", &[], Some(refresh), 200).await;
    caller.user.token = Some(text_of(&renewed, "/data/accessToken").to_owned());

    let sign_ins = caller.call("GET /api/v1/auth/sessions", &[], None, 200).await;
    caller.call("GET /api/v1/auth/sessions?limit=1000", &[], None, 400).await;
    caller.call("GET /api/v1/auth/ws-auth", &[], None, 200).await;
    caller.call("POST /api/v1/auth/forgot-password", &[], Some(json!({"email": "nobody@example.com"})), 200).await;
    caller.call("POST /api/v1/auth/resend-otp", &[], Some(json!({"email": "nobody@example.com"})), 200).await;
    caller.call("GET /api/v1/user/profile", &[], None, 200).await;
    caller.call("PUT /api/v1/user/profile", &[], Some(json!({"company": "Pumps & Sons"})), 200).await;
    caller.call("GET /api/v1/user/settings", &[], None, 200).await;
    caller.call("PUT /api/v1/user/settings", &[], Some(json!({"theme": "dark"})), 200).await;
    let passwords = json!({"currentPassword": "not this one", "newPassword": "battery staple"});
    caller.call("PUT /api/v1/user/password", &[], Some(passwords), 400).await;
    caller.call("GET /api/v1/user/export", &[], None, 200).await;
    caller.call("POST /api/v1/user/account/delete-otp", &[], None, 200).await;
    let current = text_of(&sign_ins, "/data/sessions/0/id");
    caller.call("DELETE /api/v1/auth/sessions/{id}", &[current], None, 200).await;
    caller.call("GET /api/v1/user/profile", &[], None, 401).await;
}

#[tokio::test]
async fn billing_answers_as_described() {
    let stripe = StripeServer::start().await;
    let plans = PlansFile::new(1, 1_000, 1, 0);
    let system = plans.system(&[]).await;
    let caller = Caller::new(system.user().await);
    caller.call("GET /api/v1/billing/plans", &[], None, 200).await;
    caller.call("GET /api/v1/billing/subscription", &[], None, 200).await;
    caller.call("GET /api/v1/billing/invoices", &[], None, 200).await;
    for route in ["portal", "cancel", "resume", "webhook"] {
        caller.call(&format!("POST /api/v1/billing/{route}"), &[], None, 503).await;
    }
    caller.call("POST /api/v1/billing/subscribe", &[], Some(json!({"planId": "free"})), 400).await;
    // Over every limit.
    let question = json!({"content": "Which oil?", "images": []});
    caller.call("POST /api/v1/chat/messages", &[], Some(question.clone()), 201).await;
    caller.call("POST /api/v1/chat/messages", &[], Some(question.clone()), 402).await;
    caller.call("POST /api/v1/chat/messages/stream", &[], Some(question), 402).await;
    let wish = json!({"fileName": "pump.pdf", "fileSize": 1_001, "contentType": "application/pdf"});
    caller.call("POST /api/v1/repository/uploads", &[], Some(wish), 402).await;
    let address =
        json!({"documents": [{"fileName": "a.pdf", "fileUrl": "http://localhost:9/a.pdf", "fileSize": 1_001}]});
    caller.call("POST /api/v1/repository/documents", &[], Some(address), 402).await;
    caller.call("POST /api/v1/asr/synthesize", &[], Some(json!({"text": "Close the valve."})), 402).await;

    let system = TestSystem::start_with(&stripe.variables()).await;
    let caller = Caller::new(system.user().await);
    for route in ["portal", "cancel", "resume"] {
        caller.call(&format!("POST /api/v1/billing/{route}"), &[], None, 409).await;
    }
    caller.call("POST /api/v1/billing/webhook", &[], Some(json!({})), 400).await;
    caller.call("POST /api/v1/billing/subscribe", &[], Some(json!({"planId": "pro"})), 200).await;
    stripe.fail(&[500, 500, 500]);
    caller.call("POST /api/v1/billing/subscribe", &[], Some(json!({"planId": "team"})), 503).await;
}

#[tokio::test]
async fn administration_answers_as_described() {
    let (system, boss) = administered(&[]).await;
    let user = Caller::new(system.user().await);
    user.call("POST /api/v1/chat/sessions", &[], None, 201).await;
    refused(&system, &user.user).await;
    user.call("GET /api/v1/admin/dashboard", &[], None, 403).await;

    let caller = Caller::new(boss);
    for route in ["dashboard", "dashboard/trends", "dashboard/trends?year=2026", "users", "sessions"] {
        caller.call(&format!("GET /api/v1/admin/{route}"), &[], None, 200).await;
    }
    let uploads = caller.call("GET /api/v1/admin/uploads", &[], None, 200).await;
    assert_eq!(text_of(&uploads, "/data/0/status"), "failed");
    assert!(!text_of(&uploads, "/data/0/error").is_empty());
    caller.call("GET /api/v1/admin/dashboard/trends?year=now", &[], None, 400).await;
}

#[tokio::test]
async fn documents_and_searches_answer_as_described() {
    let system = TestSystem::start().await;
    let caller = Caller::new(system.user().await);
    let file = pdf(&["Chapter 1. Pump\nTighten the flange bolts of the pump to 45 Nm.\nCheck the seal once a week."]);

    let wish = |size: usize| Some(json!({"fileName": "pump.pdf", "fileSize": size, "contentType": "application/pdf"}));
    let begun = caller.call("POST /api/v1/repository/uploads", &[], wish(file.len()), 201).await;
    caller.call("GET /api/v1/repository/documents/{id}/file", &[text_of(&begun, "/data/document/id")], None, 409).await;
    let large = caller.call("POST /api/v1/repository/uploads", &[], wish(100 << 20), 201).await;
    let parts = Some(json!({"parts": [{"partNumber": 1, "etag": "x"}]}));
    caller
        .call("POST /api/v1/repository/uploads/{id}/complete", &[text_of(&large, "/data/document/id")], parts, 400)
        .await;
    caller.call("POST /api/v1/repository/uploads", &[], wish(600 << 20), 413).await;

    let id = caller.user.upload_ready("pump.pdf", file.clone()).await;
    caller.call("GET /api/v1/repository/documents", &[], None, 200).await;
    caller.call("GET /api/v1/repository/documents?status=sleeping", &[], None, 400).await;
    caller.call("GET /api/v1/repository/documents/{id}", &[&id], None, 200).await;
    caller.call("GET /api/v1/repository/documents/{id}/file", &[&id], None, 302).await;
    caller.call("GET /api/v1/repository/documents/{id}/pages/{page}", &[&id, "1"], None, 200).await;
    caller.call("GET /api/v1/repository/documents/{id}/pages/{page}", &[&id, "2"], None, 404).await;
    let image = "GET /api/v1/repository/documents/{id}/pages/{page}/image";
    caller.call(&format!("{image}?width=600&mark=100,100,200,20"), &[&id, "1"], None, 200).await;
    caller.call(&format!("{image}?width=100000"), &[&id, "1"], None, 400).await;
    caller.call(image, &[&id, "2"], None, 404).await;
    let listed = json!({"documents": [{"fileName": "a.pdf", "fileUrl": "http://localhost:1/a.pdf", "fileSize": "12"}]});
    caller.call("POST /api/v1/repository/documents", &[], Some(listed.clone()), 201).await;
    caller.call("POST /api/v1/repository/documents", &[], Some(listed), 200).await;

    let found = caller.call("POST /api/v1/rag/search", &[], Some(json!({"query": "flange bolts"})), 200).await;
    assert_eq!(text_of(&found, "/documents/0/documentId"), id);
    caller.call("POST /api/v1/rag/search", &[], Some(json!({"query": "", "topK": 0})), 400).await;
    caller.call("POST /api/v1/rag/embed", &[], Some(json!({"texts": ["pump"]})), 200).await;

    let form = Form::new().part("file", Part::bytes(file.clone()).file_name("pump.pdf"));
    let request = caller.user.request(Method::POST, "/api/v1/extract/extract/full").multipart(form);
    let answer = caller.user.send(request).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let operation = caller.services.operation("post", "/api/v1/extract/extract/full");
    assert_described(&caller.services, operation, &answer);

    batches_answer_as_described(&caller, file).await;

    caller.call("POST /api/v1/repository/documents/{id}/reprocess", &[&id], None, 200).await;
    caller.call("DELETE /api/v1/repository/documents/{id}", &[&id], None, 200).await;
    caller.call("GET /api/v1/repository/documents/{id}", &[&id], None, 404).await;
}

async fn batches_answer_as_described(caller: &Caller, file: Vec<u8>) {
    let upload = "/api/v1/batches/upload-pdfs";
    let mut batch = String::new();
    let forms = [("files", b"no PDF".to_vec(), 400), ("userId", vec![0; 4_600_000], 413), ("files", file, 200)];
    for (field, bytes, status) in forms {
        let form = Form::new().part(field, Part::bytes(bytes).file_name("pump.pdf"));
        let answer = caller.user.send(caller.user.request(Method::POST, upload).multipart(form)).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert_described(&caller.services, caller.services.operation("post", upload), &answer);
        batch = answer.json()["batchId"].as_str().unwrap_or_default().to_owned();
    }
    let events_of = "GET /api/v1/batches/events/{batch}";
    let response = caller.user.request(Method::GET, &format!("/api/v1/batches/events/{batch}")).send().await.unwrap();
    let schema = json!({"type": "array", "items": {"$ref": "#/components/schemas/CheckedFile"}});
    for event in events(response).rest().await {
        let faults = caller.services.faults(&schema, &event);
        assert!(faults.is_empty(), "{faults:#?}\n{event}");
    }
    caller.call(events_of, &[&batch], None, 200).await;
    caller.call("DELETE /api/v1/batches/{batch}/cancel", &[&batch], None, 200).await;
    caller.call(events_of, &[&batch], None, 204).await;
    caller.call(events_of, &["nonsense"], None, 404).await;
}

#[tokio::test]
async fn speech_answers_as_described() {
    let system = TestSystem::start_with(&[("SPEECH_TO_TEXT", "none"), ("TEXT_TO_SPEECH", "none")]).await;
    let caller = Caller::new(system.visitor());
    let synthesize = "POST /api/v1/asr/synthesize";
    caller.call(synthesize, &[], Some(json!({"text": "", "speed": 9})), 400).await;
    caller.call(synthesize, &[], Some(json!({"text": "x".repeat(5_001)})), 413).await;
    caller.call(synthesize, &[], Some(json!({"text": "Close the valve."})), 503).await;
    caller.call(synthesize, &[], Some(json!({"text": "---"})), 400).await;

    let silence = Pcm::silence(16_000, Duration::from_secs(1)).encode(SoundFormat::Wav).unwrap();
    for (bytes, status) in [(silence, 200), (Vec::new(), 400), (b"no recording".to_vec(), 415)] {
        let form = Form::new().part("file", Part::bytes(bytes).file_name("recording.webm"));
        let request = caller.user.request(Method::POST, "/api/v1/asr/transcribe").multipart(form);
        let answer = caller.user.send(request).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert_described(&caller.services, caller.services.operation("post", "/api/v1/asr/transcribe"), &answer);
    }
}

#[tokio::test]
async fn chats_answer_as_described() {
    let system = TestSystem::start().await;
    let caller = Caller::new(system.user().await);
    caller.user.upload_ready("pump.pdf", pdf(&["Tighten the flange bolts of the pump to 45 Nm."])).await;
    let question = || Some(json!({"content": "How tight are the flange bolts?", "images": []}));

    caller.call("POST /api/v1/chat/sessions", &[], None, 201).await;
    let exchange = caller.call("POST /api/v1/chat/messages", &[], question(), 201).await;
    let session = text_of(&exchange, "/data/session/id");
    let answer = text_of(&exchange, "/data/assistantMessage/id");
    let asked = text_of(&exchange, "/data/userMessage/id");
    caller.call("POST /api/v1/chat/sessions/{id}/messages", &[session], question(), 201).await;
    caller
        .call("POST /api/v1/chat/sessions/{id}/messages", &[session], Some(json!({"content": "", "images": []})), 400)
        .await;

    let path = format!("/api/v1/chat/sessions/{session}/messages/stream");
    let response = caller.user.request(Method::POST, &path).json(&question().unwrap()).send().await.unwrap();
    let schema = json!({"$ref": "#/components/schemas/AnswerEvent"});
    for event in events(response).rest().await {
        let faults = caller.gateway.faults(&schema, &event);
        assert!(faults.is_empty(), "{faults:#?}\n{event}");
    }

    caller.call("GET /api/v1/chat/sessions?q=flange&status=active", &[], None, 200).await;
    caller.call("GET /api/v1/chat/sessions/{id}", &[session], None, 200).await;
    caller.call("PUT /api/v1/chat/sessions/{id}", &[session], Some(json!({"title": "Bolts"})), 200).await;
    caller.call("PUT /api/v1/chat/sessions/{id}", &[session], Some(json!({"status": "asleep"})), 400).await;
    caller.call("GET /api/v1/chat/sessions/{id}/export?format=json", &[session], None, 200).await;
    caller.call("GET /api/v1/chat/sessions/{id}/export?format=md", &[session], None, 200).await;
    caller.call("POST /api/v1/chat/sessions/{id}/stop-stream", &[session], None, 200).await;
    caller.call("POST /api/v1/chat/cleanup-stopped", &[], None, 200).await;
    let rate = "PUT /api/v1/chat/sessions/{id}/messages/{message}/feedback";
    caller.call(rate, &[session, answer], Some(json!({"rating": 5})), 200).await;
    caller.call(rate, &[session, asked], Some(json!({"rating": 5})), 400).await;
    let message = "/api/v1/chat/sessions/{id}/messages/{message}";
    caller.call(&format!("PATCH {message}"), &[session, answer], Some(json!({"content": "No."})), 400).await;
    caller.call(&format!("PATCH {message}"), &[session, asked], Some(json!({"content": "How tight?"})), 200).await;
    caller.call(&format!("DELETE {message}"), &[session, answer], None, 404).await;
    caller.call(&format!("DELETE {message}"), &[session, asked], None, 200).await;
    caller.call("DELETE /api/v1/chat/sessions/{id}", &[session], None, 200).await;
    caller.call("GET /api/v1/chat/sessions/{id}", &[session], None, 404).await;
}

#[tokio::test]
async fn pictures_answer_as_described() {
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/images/tests/data/detection/yolov8");
    let system = TestSystem::start_with(&[("DETECTION_MODEL_DIR", model), ("OCR", "none")]).await;
    let caller = Caller::new(system.user().await);
    let mut picture = std::io::Cursor::new(Vec::new());
    let green = image::RgbImage::from_pixel(32, 32, image::Rgb([0, 255, 0]));
    image::DynamicImage::ImageRgb8(green).write_to(&mut picture, image::ImageFormat::Png).unwrap();
    let picture = picture.into_inner();
    let calls = [
        ("detect", picture.clone(), 200),
        ("explain", picture.clone(), 200),
        ("ocr", picture, 503),
        ("detect", b"GIF89a".to_vec(), 400),
        ("detect", b"%PDF-1.7".to_vec(), 415),
        ("detect", vec![0; 21 << 20], 413),
    ];
    for (verb, file, status) in calls {
        let path = format!("/api/v1/vision/{verb}");
        let form = reqwest::multipart::Form::new().part("file", reqwest::multipart::Part::bytes(file));
        let answer = caller.user.send(caller.user.request(Method::POST, &path).multipart(form)).await;
        assert_eq!(answer.status, status, "{verb}: {}", answer.text);
        assert_described(&caller.services, caller.services.operation("post", &path), &answer);
    }
}
