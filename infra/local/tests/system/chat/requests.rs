//! Requests as people and their programs really send them.

use reqwest::Method;
use serde_json::{Value, json};

use super::{MESSAGES, SESSIONS, answered, said, text};
use crate::harness::{Answer, TestSystem, TestUser};

async fn post(user: &TestUser, path: &str, body: impl Into<reqwest::Body>) -> Answer {
    user.send(user.request(Method::POST, path).header("content-type", "application/json").body(body)).await
}

#[tokio::test]
async fn pasted_control_characters_are_dropped() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    for (sent, kept) in [
        ("What is the torque\u{7}?", "What is the torque?"),
        ("What\u{1b}[0m is \u{7f}the\u{85}torque?", "What[0m is the\ntorque?"),
        ("\u{0}Which oil\u{8}?\u{9d}", "Which oil?"),
        ("Which\u{c}oil?", "Which\noil?"),
    ] {
        let (session, question, _) = answered(&user, sent).await;
        let stored = user.get(&format!("{SESSIONS}/{session}")).await.data(200);
        assert_eq!(stored["messages"][0]["content"], kept);
        let path = format!("{SESSIONS}/{session}/messages/{question}");
        assert_eq!(user.patch(&path, json!({"content": sent})).await.data(200)["content"], kept);
    }
    assert_eq!(user.post("/api/v1/rag/search", json!({"query": "torque\u{7}"})).await.status, 200);
    let mut socket = user.socket().await;
    socket.send(json!({"type": "config", "audio": "none"})).await;
    socket.ask("\u{7}").await;
    assert_eq!(socket.find("error").await["code"], "empty_question");
    socket.ask("Which\u{7} oil?").await;
    socket.find("final").await;
    let sessions = user.get(SESSIONS).await.data(200);
    assert_eq!(sessions["sessions"][0]["title"], "Which oil?");
}

#[tokio::test]
async fn halves_of_characters_and_byte_order_marks_are_taken() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    for (body, kept) in [
        (r#"{"content":"Pump \ud83d leaks"}"#, "Pump \u{fffd} leaks"),
        (r#"{"content":"\ude00Pump\ud83d"}"#, "\u{fffd}Pump\u{fffd}"),
        (r#"{"content":"Pump \ud83d\ude00"}"#, "Pump \u{1f600}"),
        ("\u{feff}{\"content\":\"Pump leaks\"}", "Pump leaks"),
        ("\u{feff}\n{\"content\":\"Pump \\u00fc\"}\n", "Pump ü"),
    ] {
        let data = post(&user, MESSAGES, body).await.data(201);
        assert_eq!(data["userMessage"]["content"], kept, "{body}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_body_is_said_in_plain_words() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let bodies: [&[u8]; 7] = [
        b"{\"content\": ",
        b"{content: 1}",
        b"",
        b"content=Which+oil",
        b"{\"content\": \"J\xf6rg\"}",
        b"\xff\xfe{\0",
        b"{\"content\": \"a\" \"b\"}",
    ];
    for path in [MESSAGES, "/api/v1/auth/login", "/api/v1/rag/search"] {
        for body in bodies {
            let answer = post(&user, path, body.to_vec()).await;
            assert_eq!(answer.code(400), "malformed_json", "{path} {body:?}");
            let sentence = text(&answer.json()["message"]);
            assert!(sentence.starts_with("The body is ") && sentence.ends_with('.'), "{sentence}");
            for word in ["expected", "EOF", "escape", "invalid", "deserialize"] {
                assert!(!sentence.contains(word), "{sentence}");
            }
        }
    }
    for encoding in ["gzip", "GZIP", "br", "deflate, gzip"] {
        let packed = user.request(Method::POST, "/api/v1/auth/login").header("content-type", "application/json");
        let answer = user.send(packed.header("content-encoding", encoding).body(vec![0x1f, 0x8b, 8, 0])).await;
        assert_eq!(answer.code(415), "unsupported_media_type", "{encoding}");
        assert!(text(&answer.json()["message"]).contains(&encoding.to_lowercase()), "{}", answer.text);
    }
    let plain = user.request(Method::POST, MESSAGES).header("content-encoding", "identity").json(&said("Which oil?"));
    assert_eq!(user.send(plain).await.status, 201);
}

#[tokio::test]
async fn the_message_of_a_validation_error_is_its_first_sentence() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    for (path, body) in [
        ("/api/v1/auth/register", json!({"email": "nobody", "password": "short"})),
        ("/api/v1/auth/register", json!({})),
        ("/api/v1/auth/login", json!({"email": 7})),
    ] {
        let answer = visitor.post(path, body).await;
        assert_eq!(answer.code(400), "validation_failed");
        let Value::Array(sentences) = &answer.json()["data"] else { panic!("no list: {}", answer.text) };
        assert!(!sentences.is_empty());
        assert_eq!(answer.json()["message"], sentences[0]);
    }
}

#[tokio::test]
async fn a_frame_that_looks_like_json_and_is_none_is_no_question() {
    let system = TestSystem::start_with(&[("TEXT_TO_SPEECH", "none")]).await;
    let user = system.user().await;
    let mut socket = user.socket().await;
    socket.send(json!({"type": "config", "audio": "none"})).await;
    for frame in [
        r#"{"type":"final_text","text":"a \ud83d b"}"#,
        r#"{"type":"final_text","text":"cut of"#,
        "{type: 'final_text', text: 'oil?'}",
        "{\"type\":\"stop\",}",
        " {\"type\":\"stop\"}}",
    ] {
        socket.send_text(frame).await;
        let error = socket.find("error").await;
        assert_eq!(error["code"], "malformed_frame", "{frame}");
        assert!(text(&error["message"]).ends_with('.'), "{error}");
    }
    assert_eq!(user.get(SESSIONS).await.data(200)["pagination"]["total"], 0, "nothing was asked");
    socket.send_text("\u{feff}{\"type\":\"final_text\",\"text\":\"Which oil?\"}").await;
    socket.find("final").await;
    socket.send_text("{E-31} means what?").await;
    socket.find("final").await;
}

#[tokio::test]
async fn a_greeting_gives_no_title_but_the_next_question_does() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let first = user.post(MESSAGES, said("Hi,")).await.data(201);
    assert_eq!(first["session"]["title"], Value::Null);
    let path = format!("{SESSIONS}/{}", text(&first["session"]["id"]));
    user.post(&format!("{path}/messages"), said("Hello! e.g. the MT-750: which oil?")).await.data(201);
    assert_eq!(user.get(&path).await.data(200)["title"], "E.g. the MT-750: which oil?");
}

#[tokio::test]
async fn a_repeated_message_is_known_by_its_pictures_and_has_few_followers() {
    let system = super::slow_system().await;
    let user = system.user().await;
    let path = format!("{MESSAGES}/stream");
    let send = async |key: &str, body: &Value| {
        let request = user.request(Method::POST, &path).header("Idempotency-Key", key).json(body);
        request.send().await.unwrap()
    };
    // Two pictures of the same size.
    let picture = |last: u8| {
        let bytes = [&b"\x89PNG\r\n\x1a\n a picture, as far as its first bytes say "[..], &[last]].concat();
        let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
        json!({"content": "What is this?", "images": [format!("data:image/png;base64,{encoded}")]})
    };
    let first = send("k", &picture(1)).await;
    assert_eq!(first.status(), 200);
    assert_eq!(send("k", &picture(2)).await.status(), 409, "another picture is another message");
    let mut followers = Vec::new();
    for _ in 0..16 {
        let follower = send("k", &picture(1)).await;
        assert_eq!(follower.status(), 200);
        followers.push(follower);
    }
    let refused = send("k", &picture(1)).await;
    assert_eq!(refused.status(), 429);
    assert!(refused.headers().contains_key("retry-after"));
    let error: Value = refused.json().await.unwrap();
    assert_eq!(error["code"], "too_many_requests");
    assert!(text(&error["message"]).contains("sent several times"), "{error}");
    // One that leaves makes room.
    followers.pop();
    let again = crate::harness::eventually(5, "there is room again", async || {
        Some(send("k", &picture(1)).await).filter(|answer| answer.status() == 200)
    });
    drop(again.await);
}
