//! The descriptions in `shared/openapi` and the system say the same.

mod caller;
mod description;
mod schema;
mod sources;

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use shared::speech::audio::{Pcm, SoundFormat};

use crate::billing::PlansFile;
use crate::harness::pdf::pdf;
use crate::harness::{StripeServer, TestSystem, events};
use caller::{Caller, assert_described};
use description::{Description, Operation};

const BACKENDS: [&str; 2] = ["gateway", "services"];

/// Every `$ref` in `value`.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                match inner {
                    Value::String(target) if name == "$ref" => {
                        found.insert(target.clone());
                    }
                    inner => references(inner, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    for backend in BACKENDS {
        let description = Description::of(backend);
        let mut found = BTreeSet::new();
        references(&description.whole, &mut found);
        for target in &found {
            assert!(
                description.whole.pointer(target.trim_start_matches('#')).is_some(),
                "{backend}: {target} is nowhere"
            );
        }
        for (kind, components) in description.whole["components"].as_object().unwrap() {
            for name in components.as_object().unwrap().keys().filter(|_| kind != "securitySchemes") {
                let target = format!("#/components/{kind}/{name}");
                assert!(found.contains(&target), "{backend}: nothing refers to {target}");
            }
        }
    }
}

#[test]
fn every_operation_is_described_whole() {
    for backend in BACKENDS {
        let description = Description::of(backend);
        assert_eq!(description.whole["openapi"], "3.1.0");
        let known: Vec<&Value> = description.whole["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
        let mut ids = BTreeSet::new();
        for operation in description.operations() {
            let name = format!("{backend}: {} {}", operation.method, operation.path);
            let Operation { value, .. } = operation;
            assert!(value["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{name} has no summary");
            assert!(ids.insert(value["operationId"].as_str().expect("an id")), "{name}: its id is taken");
            let tags = value["tags"].as_array().unwrap();
            assert!(!tags.is_empty() && tags.iter().all(|tag| known.contains(&tag)), "{name}: {tags:?}");
            let statuses: Vec<&String> = value["responses"].as_object().unwrap().keys().collect();
            assert!(statuses.iter().any(|status| status.starts_with(['1', '2', '3'])), "{name} describes no success");
            assert!(statuses.iter().any(|status| status.starts_with(['4', '5'])), "{name} describes no error");
            for status in statuses {
                let response = description.response(operation, status.parse().unwrap()).unwrap();
                assert!(response["description"].is_string(), "{name}: {status} is not described");
            }
            assert_eq!(placeholders(operation), parameters(&description, operation), "{name}: parameters of the path");
        }
    }
}

fn placeholders(operation: Operation<'_>) -> BTreeSet<String> {
    operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).map(str::to_owned).collect()
}

fn parameters(description: &Description, operation: Operation<'_>) -> BTreeSet<String> {
    let all =
        operation.value["parameters"].as_array().into_iter().flatten().map(|parameter| description.resolve(parameter));
    let in_path = all.filter(|parameter| parameter["in"] == "path");
    in_path.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn sources_and_descriptions_have_the_same_routes() {
    let mut described = BTreeSet::new();
    for backend in BACKENDS {
        let description = Description::of(backend);
        let operations =
            description.operations().into_iter().filter(|operation| operation.value["tags"][0] != "system");
        described.extend(operations.map(|operation| (operation.method.to_owned(), operation.path.to_owned())));
    }
    let routed = sources::routes();
    let missing: Vec<_> = routed.difference(&described).collect();
    assert!(missing.is_empty(), "not described: {missing:?}");
    let gone: Vec<_> = described.difference(&routed).collect();
    assert!(gone.is_empty(), "described, but not there: {gone:?}");
}

#[tokio::test]
async fn every_described_route_is_there_and_answers_as_described_without_a_sign_in() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    for backend in BACKENDS {
        let description = Description::of(backend);
        let base = if backend == "gateway" { &visitor.gateway } else { &visitor.services };
        for operation in description.operations() {
            let parts = operation
                .path
                .split('/')
                .map(|part| if part.starts_with('{') { "01J8Z0000000000000000000000" } else { part });
            let path: Vec<&str> = parts.collect();
            let method: Method = operation.method.to_uppercase().parse().unwrap();
            let answer = visitor.send(visitor.client.request(method, format!("{base}{}", path.join("/")))).await;
            let code = serde_json::from_str::<Value>(&answer.text).unwrap_or_default()["code"].clone();
            let name = format!("{backend}: {} {}", operation.method, operation.path);
            assert_ne!(answer.status, 405, "{name}");
            assert_ne!(code, "no_such_path", "{name}");
            let open = operation.value["security"].as_array().unwrap();
            if !open.is_empty() && open.iter().all(|way| *way != json!({})) {
                assert_eq!(answer.status, 401, "{name}: {}", answer.text);
            }
            assert_described(&description, operation, &answer);
        }
    }
}

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

    let form = Form::new().part("file", Part::bytes(file).file_name("pump.pdf"));
    let request = caller.user.request(Method::POST, "/api/v1/extract/extract/full").multipart(form);
    let answer = caller.user.send(request).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let operation = caller.services.operation("post", "/api/v1/extract/extract/full");
    assert_described(&caller.services, operation, &answer);

    caller.call("POST /api/v1/repository/documents/{id}/reprocess", &[&id], None, 200).await;
    caller.call("DELETE /api/v1/repository/documents/{id}", &[&id], None, 200).await;
    caller.call("GET /api/v1/repository/documents/{id}", &[&id], None, 404).await;
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
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/tests/data/detection/yolov8");
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
