//! Everything that a client can get wrong.

use reqwest::Method;
use serde_json::{Value, json};

use super::{MESSAGES, SESSIONS, answered, text};
use crate::harness::{TestSystem, TestUser, sentences};

async fn send(user: &TestUser, method: &Method, path: &str, body: &Value) -> crate::harness::Answer {
    user.send(user.request(method.clone(), path).json(body)).await
}

/// All routes with a body, and a body that each takes.
fn routes(session: &str, question: &str, answer: &str) -> Vec<(Method, String, Value)> {
    let message = json!({"content": "Hello?", "images": []});
    let path = |rest: &str| format!("{SESSIONS}/{session}{rest}");
    vec![
        (Method::POST, SESSIONS.to_owned(), json!({"title": "A"})),
        (Method::PUT, path(""), json!({"title": "A"})),
        (Method::POST, MESSAGES.to_owned(), message.clone()),
        (Method::POST, format!("{MESSAGES}/stream"), message.clone()),
        (Method::POST, path("/messages"), message.clone()),
        (Method::POST, path("/messages/stream"), message),
        (Method::PUT, path(&format!("/messages/{answer}/feedback")), json!({"rating": 5})),
        (Method::PATCH, path(&format!("/messages/{question}")), json!({"content": "Other"})),
    ]
}

#[tokio::test]
async fn every_field_at_fault_gets_a_sentence() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let (session, question, answer) = answered(&user, "Hello?").await;
    let mut seen = Vec::new();
    let mut refuse = async |method: Method, path: &str, body: Value| {
        let refused = send(&user, &method, path, &body).await;
        assert_eq!(refused.code(400), "validation_failed", "{method} {path} {body}");
        let mut shown = body.to_string();
        shown.truncate(60);
        seen.push(json!({shown: sentences(&refused.json())}));
    };
    let messages = [
        MESSAGES.to_owned(),
        format!("{MESSAGES}/stream"),
        format!("{SESSIONS}/{session}/messages"),
        format!("{SESSIONS}/{session}/messages/stream"),
    ];
    for path in messages {
        for body in [
            json!({}),
            json!({"content": null}),
            json!({"content": "", "images": []}),
            json!({"content": "  \n", "images": []}),
            json!({"content": 7, "images": "x"}),
            json!({"content": "x".repeat(16_001), "images": [1, "", null]}),
            json!({"content": "\u{0}\u{7}"}),
            json!({"content": ["a"], "images": {"0": "x"}}),
        ] {
            refuse(Method::POST, &path, body).await;
        }
    }
    for body in [
        json!({"title": 1, "status": "gone", "equipmentContext": "pump"}),
        json!({"title": "x".repeat(201), "status": 3, "equipmentContext": [""]}),
        json!({"equipmentContext": vec!["x"; 21]}),
        json!({"equipmentContext": ["x".repeat(201)]}),
        json!({"equipmentContext": [1]}),
        json!({"status": ""}),
    ] {
        refuse(Method::PUT, &format!("{SESSIONS}/{session}"), body.clone()).await;
        refuse(Method::POST, SESSIONS, body).await;
    }
    for body in [json!({}), json!({"content": ""}), json!({"content": 1}), json!({"content": "x".repeat(16_001)})] {
        refuse(Method::PATCH, &format!("{SESSIONS}/{session}/messages/{question}"), body).await;
    }
    for body in [
        json!({}),
        json!({"rating": 0}),
        json!({"rating": 6}),
        json!({"rating": 4.5}),
        json!({"rating": "5"}),
        json!({"rating": -1, "comment": 1}),
        json!({"rating": 5, "comment": "x".repeat(2001)}),
    ] {
        refuse(Method::PUT, &format!("{SESSIONS}/{session}/messages/{answer}/feedback"), body).await;
    }
    insta::assert_json_snapshot!("validation", seen);
}

#[tokio::test]
async fn bodies_must_be_json_objects() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let (session, question, answer) = answered(&user, "Hello?").await;
    for (method, path, body) in routes(&session, &question, &answer) {
        let request = || user.request(method.clone(), &path);
        let json = |text: &'static str| request().header("Content-Type", "application/json").body(text);
        let shown = format!("{method} {path}");
        assert_eq!(user.send(json("{\"content\": ")).await.code(400), "malformed_json", "{shown}");
        for text in ["[]", "7", "null", "\"text\""] {
            assert_eq!(user.send(json(text)).await.code(400), "validation_failed", "{shown} {text}");
        }
        for kind in ["text/plain", "application/xml", "multipart/form-data; boundary=x"] {
            let request = request().header("Content-Type", kind).body(body.to_string());
            assert_eq!(user.send(request).await.code(415), "unsupported_media_type", "{shown} {kind}");
        }
        let long = json!({"content": "x".repeat(7 * 1024 * 1024)});
        assert_eq!(send(&user, &method, &path, &long).await.code(413), "payload_too_large", "{shown}");
    }
}

#[tokio::test]
async fn a_wrong_method_is_named_so() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let session = format!("{SESSIONS}/01HZZZZZZZZZZZZZZZZZZZZZZZ");
    for (method, path) in [
        (Method::DELETE, SESSIONS.to_owned()),
        (Method::PATCH, session.clone()),
        (Method::GET, MESSAGES.to_owned()),
        (Method::GET, format!("{MESSAGES}/stream")),
        (Method::GET, format!("{session}/stop-stream")),
        (Method::GET, format!("{session}/messages/a/regenerate")),
        (Method::POST, format!("{session}/messages/a/feedback")),
        (Method::POST, format!("{session}/export")),
    ] {
        let answer = user.send(user.request(method.clone(), &path)).await;
        assert_eq!(answer.code(405), "method_not_allowed", "{method} {path}");
    }
}

#[tokio::test]
async fn what_is_anothers_or_nobodys_is_not_found() {
    let system = TestSystem::start().await;
    let (owner, other) = (system.user().await, system.user().await);
    let (session, question, answer) = answered(&owner, "Hello?").await;
    let (own, ..) = answered(&other, "Mine").await;
    let unknown = "01HZZZZZZZZZZZZZZZZZZZZZZZ";
    let mut paths = Vec::new();
    // Another's session and messages; their messages under a session of one's own; nobody's; no ids at all.
    for (session, question, answer) in [
        (session.as_str(), question.as_str(), answer.as_str()),
        (unknown, question.as_str(), answer.as_str()),
        ("a%2Fb", "..%2F..", "a%23b"),
    ] {
        let path = |rest: &str| format!("{SESSIONS}/{session}{rest}");
        let with_body = routes(session, question, answer).into_iter().filter(|(_, path, _)| path.contains(session));
        paths.extend(with_body);
        for (method, rest) in [
            (Method::GET, String::new()),
            (Method::DELETE, String::new()),
            (Method::GET, "/export".to_owned()),
            (Method::POST, "/stop-stream".to_owned()),
            (Method::DELETE, "/stop-stream".to_owned()),
            (Method::DELETE, format!("/messages/{question}")),
            (Method::POST, format!("/messages/{answer}/regenerate")),
        ] {
            paths.push((method, path(&rest), json!({})));
        }
    }
    for message in [question.as_str(), unknown] {
        let path = |rest: &str| format!("{SESSIONS}/{own}/messages/{message}{rest}");
        paths.push((Method::PATCH, path(""), json!({"content": "x"})));
        paths.push((Method::DELETE, path(""), json!({})));
        paths.push((Method::POST, path("/regenerate"), json!({})));
        paths.push((Method::PUT, path("/feedback"), json!({"rating": 1})));
    }
    for (method, path, body) in paths {
        let answer = send(&other, &method, &path, &body).await;
        assert_eq!(answer.code(404), "not_found", "{method} {path}");
    }
    // All of it is still there.
    let left = super::messages(&owner, &session).await;
    assert_eq!(left.len(), 2);
    assert_eq!(text(&left[0]["content"]), "Hello?");
}

#[tokio::test]
async fn nobody_gets_anything_without_a_sign_in() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    for (method, path, body) in routes("s", "q", "a") {
        assert_eq!(send(&visitor, &method, &path, &body).await.code(401), "not_signed_in", "{method} {path}");
    }
    for path in [SESSIONS, "/api/v1/chat/sessions/s", "/api/v1/chat/sessions/s/export", "/api/v1/chat/attachments/a"] {
        assert_eq!(visitor.get(path).await.code(401), "not_signed_in", "{path}");
    }
}

#[tokio::test]
async fn bad_pages_and_filters_are_refused() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    for query in ["page=0", "page=x", "limit=0", "limit=101", "status=gone", &format!("q={}", "x".repeat(201))] {
        let answer = user.get(&format!("{SESSIONS}?{query}")).await;
        assert_eq!(answer.code(400), "validation_failed", "{query}");
    }
    for path in [format!("{SESSIONS}?status=active&status=active"), format!("{SESSIONS}/s/export?format=md&format=md")]
    {
        assert_eq!(user.get(&path).await.code(400), "bad_query", "{path}");
    }
}
