//! Who may connect, where, and what may be sent.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use foundation::public_keys::Purpose;
use serde_json::{Value, json};
use shared::auth::{TokenSecret, Tokens};

use super::{SESSIONS, messages};
use crate::harness::{ChatPacket, ChatSocket, HANDSHAKE, TOKEN_SECRET, TestSystem, TestUser, eventually};

const HOME: &str = "http://localhost:3001";

/// The cookies of a user whose access token has just expired.
async fn expired(user: &TestUser) -> String {
    let payload = user.token.as_deref().unwrap().split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    let access = Tokens::signing(&TokenSecret::new(TOKEN_SECRET.into()))
        .sign(Purpose::Access, json!({"sub": claims["sub"], "sid": claims["sid"]}), 1)
        .unwrap();
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    format!("access_token={access}; refresh_token={}", user.refresh_token.as_deref().unwrap())
}

#[tokio::test]
async fn a_handshake_needs_a_cookie_and_a_known_origin() {
    let system = TestSystem::start_with(&[("CHAT_CONNECTIONS_PER_USER", "2"), ("CHAT_CONNECTIONS", "3")]).await;
    let (user, other) = (system.user().await, system.user().await);
    let cookie = user.cookie();
    let nobody = user.chat_handshake(HANDSHAKE, &[]).await;
    assert_eq!(nobody.code(401), "not_signed_in");
    assert_eq!(nobody.json()["statusCode"], 401, "the envelope: {}", nobody.text);
    let bearer = format!("Bearer {}", user.token.as_deref().unwrap());
    assert_eq!(user.chat_handshake(HANDSHAKE, &[("authorization", &bearer)]).await.status, 401, "cookies alone count");
    assert_eq!(
        user.chat_handshake(HANDSHAKE, &[("cookie", "access_token=nonsense")]).await.code(401),
        "sign_in_expired"
    );
    for origin in ["https://evil.example", "null", "http://localhost:3001.evil.example", "http://localhost:3002"] {
        let refused = user.chat_handshake(HANDSHAKE, &[("cookie", &cookie), ("origin", origin)]).await;
        assert_eq!(refused.code(403), "foreign_origin", "{origin}");
    }
    for query in ["", "?EIO=4&transport=polling", "?EIO=3&transport=websocket", "?EIO=4&transport=websocket&sid=AAAA"] {
        let refused = user.chat_handshake(&format!("/socket.io/{query}"), &[("cookie", &cookie)]).await;
        assert_eq!(refused.code(400), "unsupported_transport", "{query}");
    }
    let plain = user.client.get(format!("{}{HANDSHAKE}", user.gateway)).header("cookie", &cookie).send().await.unwrap();
    assert_eq!(plain.status(), 400, "no WebSocket handshake");

    let headers = [("cookie", cookie.as_str()), ("origin", HOME)];
    let first = ChatSocket::connect(&user.gateway, "/chat", &headers).await.expect("a connection");
    let _second = ChatSocket::connect(&user.services, "/chat", &headers).await.expect("the services serve it too");
    let refused = user.chat_handshake(HANDSHAKE, &headers).await;
    assert_eq!(refused.code(429), "too_many_connections");
    assert!(refused.headers.contains_key("retry-after"));
    let _third = other.chat().await;
    assert_eq!(other.chat_handshake(HANDSHAKE, &[("cookie", &other.cookie())]).await.status, 503);
    drop(first);
    eventually(5, "there is room again", async || ChatSocket::open(&user.gateway, "/chat", &headers).await.ok()).await;
}

#[tokio::test]
async fn an_expired_access_cookie_beside_a_refresh_cookie_connects() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let cookies = expired(&user).await;
    let headers = [("cookie", cookies.as_str()), ("origin", HOME)];
    let alone = cookies.split(';').next().unwrap();
    assert_eq!(
        user.chat_handshake(HANDSHAKE, &[("cookie", alone), ("origin", HOME)]).await.code(401),
        "sign_in_expired"
    );
    let mut chat = ChatSocket::connect(&user.gateway, "/chat", &headers).await.expect("a connection");
    chat.ask_first("fake-1", "Which oil?").await;
    assert!(chat.told().await.is_complete());
}

#[tokio::test]
async fn chat_is_served_under_all_names_that_a_configured_address_can_give_it() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let cookie = user.cookie();
    for namespace in ["/chat", "//chat", "/api/v1/chat", "/prod/chat", "//api//v1//chat"] {
        let chat = ChatSocket::connect(&user.gateway, namespace, &[("cookie", &cookie)]).await;
        let mut chat = chat.expect("a connection");
        chat.ask_first(&format!("fake-{namespace}"), "Which oil?").await;
        assert!(chat.told().await.is_complete(), "{namespace}");
    }
    for namespace in ["/other", "/chats", &format!("/{}/chat", "x".repeat(200))] {
        let opened = ChatSocket::open(&user.gateway, namespace, &[("cookie", &cookie)]).await;
        let refused = opened.expect("a connection").next().await;
        assert!(matches!(&refused, ChatPacket::Other(packet) if packet.starts_with("44")), "{namespace}: {refused:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_answered_and_loses_nothing() {
    let system = TestSystem::start_with(&[("FILE_URL_HOSTS", "files.example.com")]).await;
    let (user, other) = (system.user().await, system.user().await);
    let mut chat = user.chat().await;
    chat.ask_first("fake-1", "Which oil?").await;
    let session = chat.told().await.session;
    let many = vec!["https://files.example.com/a.png"; 11];
    let long = "x".repeat(16_001);
    for (payload, sentence) in [
        (json!("Which oil?"), "must be an object"),
        (json!(null), "must be an object"),
        (json!([]), "must be an object"),
        (json!({"images": []}), "content is required"),
        (json!({"content": "", "images": []}), "content must not be empty"),
        (json!({"content": 7, "images": []}), "content must be text"),
        (json!({"content": long, "images": []}), "content must have at most"),
        (json!({"content": "a", "images": "b"}), "images must be a list"),
        (json!({"content": "a", "images": many}), "images must hold 0 to 10 items"),
        (json!({"content": "a", "images": ["https://evil.example.com/a.png"]}), "images[0] "),
        (json!({"content": "a", "images": ["data:image/png;base64,AA=="]}), "images[0] "),
        (json!({"content": "a", "images": [], "userId": other.id}), "another user"),
        (json!({"content": "a", "images": [], "fakeSessionId": "x".repeat(201)}), "fakeSessionId "),
    ] {
        chat.emit("stream-pipeline-message-new", &payload).await;
        let told = chat.find("pipeline-error").await;
        assert!(told["error"].as_str().unwrap().contains(sentence), "{payload}: {told}");
    }
    for (claimed, sentence) in [
        (json!(null), "sessionId is required"),
        (json!("../CHAT"), "Session"),
        (json!("01J8Z0000000000000000000000"), "Session"),
    ] {
        let payload = json!({"content": "a", "images": [], "sessionId": claimed});
        chat.emit("stream-pipeline-message", &payload).await;
        let told = chat.find("pipeline-error").await;
        assert!(told["error"].as_str().unwrap().contains(sentence), "{payload}: {told}");
    }
    // Another user's session is one that is not there.
    let mut stranger = other.chat().await;
    stranger.ask(&session, "And then?").await;
    assert!(stranger.find("pipeline-error").await["error"].as_str().unwrap().contains("Session"));
    assert_eq!(other.get(SESSIONS).await.data(200)["pagination"]["total"], 0);

    assert_eq!(user.get(SESSIONS).await.data(200)["pagination"]["total"], 1);
    chat.ask(&session, "And then?").await;
    assert!(chat.told().await.is_complete(), "the connection lives on");
    assert_eq!(messages(&user, &session).await.len(), 4);
}

#[tokio::test]
async fn a_sign_out_ends_the_connection_so_that_it_is_refused_over_http() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let mut chat = user.chat().await;
    let sign_ins = user.get("/api/v1/auth/sessions").await.data(200);
    let id = sign_ins["sessions"][0]["id"].as_str().unwrap();
    assert_eq!(user.delete(&format!("/api/v1/auth/sessions/{id}")).await.status, 200);
    chat.ask_first("fake-1", "Which oil?").await;
    let told = chat.find("pipeline-error").await;
    assert!(told["error"].as_str().unwrap().contains("sign-in has expired"), "{told}");
    assert_eq!(chat.next().await, ChatPacket::Closed, "no packet says goodbye");
    assert_eq!(user.chat_handshake(HANDSHAKE, &[("cookie", &user.cookie())]).await.code(401), "sign_in_expired");
}
