//! Who may connect.

use serde_json::json;
use tokio_tungstenite::tungstenite::http::header::{AUTHORIZATION, COOKIE, ORIGIN};

use crate::harness::{Process, Socket, TestSystem, TestUser};

const HOME: &str = "http://localhost:3001";

/// The address with this query.
fn address(user: &TestUser, query: &str) -> String {
    format!("{}/api/v1/stream{query}", user.services)
}

#[tokio::test]
async fn a_handshake_needs_a_sign_in() {
    let system = TestSystem::start().await;
    let (user, nobody) = (system.user().await, system.visitor());
    let answer = nobody.handshake("", &[]).await;
    assert_eq!(answer.code(401), "not_signed_in");
    assert_eq!(answer.json()["statusCode"], 401, "the envelope: {}", answer.text);
    assert_eq!(nobody.handshake("", &[("authorization", "Bearer nonsense")]).await.status, 401);
    assert_eq!(nobody.handshake("?ticket=nonsense", &[]).await.status, 401);
    let access = user.token.clone().unwrap();
    assert_eq!(nobody.handshake(&format!("?ticket={access}"), &[]).await.status, 401, "an access token is no ticket");
}

#[tokio::test]
async fn cookie_bearer_and_ticket_open_a_socket() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let token = user.token.clone().unwrap();
    let cookie = format!("access_token={token}");
    let bearer = format!("Bearer {token}");
    for headers in [
        vec![(COOKIE.as_str(), cookie.as_str()), (ORIGIN.as_str(), HOME)],
        vec![(COOKIE.as_str(), cookie.as_str())],
        vec![(AUTHORIZATION.as_str(), bearer.as_str()), (ORIGIN.as_str(), HOME)],
    ] {
        let headers: Vec<(&'static str, &str)> = headers;
        let mut socket = Socket::connect(&address(&user, ""), &headers).await.expect("a socket");
        assert_eq!(socket.next().await.kind(), "ready");
    }
    let query = format!("?ticket={}", user.ticket().await);
    let mut socket = Socket::connect(&address(&user, &query), &[(ORIGIN.as_str(), HOME)]).await.expect("a socket");
    assert_eq!(socket.next().await.kind(), "ready");
}

#[tokio::test]
async fn a_ticket_opens_one_socket() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let query = format!("?ticket={}", user.ticket().await);
    let first = Socket::connect(&address(&user, &query), &[]).await;
    assert!(first.is_ok());
    assert_eq!(Socket::connect(&address(&user, &query), &[]).await.err(), Some(401), "used up");
    let again = format!("?ticket={}", user.ticket().await);
    assert!(Socket::connect(&address(&user, &again), &[]).await.is_ok());

    // Of many that come with one ticket at once, one gets in.
    let query = format!("?ticket={}", user.ticket().await);
    let url = address(&user, &query);
    let all = futures::future::join_all((0..4).map(|_| Socket::connect(&url, &[]))).await;
    assert_eq!(all.iter().filter(|opened| opened.is_ok()).count(), 1);
}

#[tokio::test]
async fn a_ticket_ends_with_its_sign_in() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let query = format!("?ticket={}", user.ticket().await);
    let sign_ins = user.get("/api/v1/auth/sessions").await.data(200);
    let id = sign_ins["sessions"][0]["id"].as_str().unwrap();
    assert_eq!(user.delete(&format!("/api/v1/auth/sessions/{id}")).await.status, 200);
    assert_eq!(Socket::connect(&address(&user, &query), &[]).await.err(), Some(401));
}

#[tokio::test]
async fn a_page_of_a_foreign_origin_is_refused_whatever_it_carries() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    for origin in ["https://evil.example", "null", "http://localhost:3001.evil.example", "http://localhost:3002"] {
        let answer = user.handshake("", &[("origin", origin)]).await;
        assert_eq!(answer.code(403), "foreign_origin", "{origin}");
    }
    let ticket = user.ticket().await;
    let with_ticket =
        system.visitor().handshake(&format!("?ticket={ticket}"), &[("origin", "https://evil.example")]).await;
    assert_eq!(with_ticket.status, 403);
    let url = address(&user, &format!("?ticket={ticket}"));
    assert!(Socket::connect(&url, &[]).await.is_ok(), "a refused page does not use the ticket up");
}

#[tokio::test]
async fn one_user_has_a_few_connections_only() {
    let system = TestSystem::start_with(&[("STREAM_CONNECTIONS_PER_USER", "2"), ("STREAM_CONNECTIONS", "3")]).await;
    let (ada, ben) = (system.user().await, system.user().await);
    let first = ada.socket().await;
    let _second = ada.socket().await;
    let answer = ada.handshake("", &[]).await;
    assert_eq!(answer.code(429), "too_many_connections");
    assert!(answer.headers.contains_key("retry-after"));
    let _third = ben.socket().await;
    let full = ben.handshake("", &[]).await;
    assert_eq!(full.status, 503, "{}", full.text);
    drop(first);
    crate::harness::eventually(5, "the place is free again", async || {
        let bearer = format!("Bearer {}", ada.token.as_deref().unwrap());
        Socket::connect(&address(&ada, ""), &[("authorization", &bearer)]).await.ok()
    })
    .await;
}

#[tokio::test]
async fn a_request_that_is_no_handshake_is_told_so() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let answer = user.get("/api/v1/stream").await;
    assert!((400..500).contains(&answer.status), "{}", answer.text);
    assert_eq!(answer.json()["statusCode"], answer.status, "the envelope: {}", answer.text);
    let wrong = user.client.get(format!("{}/api/v1/stream", system.system.gateway_url)).send().await.unwrap();
    assert_eq!(wrong.status(), 404);
    assert!(wrong.text().await.unwrap().contains("services"), "the message names the right backend");
}

#[tokio::test]
async fn neither_ticket_nor_words_stand_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let everything = "info,shared=trace,stream=trace,local=trace".to_owned();
    let system = Process::start(folder.path(), &[("RUST_LOG", &everything)]).await;
    let user = system.user().await;
    let ticket = user.ticket().await;
    let mut socket = Socket::connect(&address(&user, &format!("?ticket={ticket}")), &[]).await.expect("a socket");
    socket.send(json!({"type": "config", "audio": "none"})).await;
    socket.ask("Where is the unmistakable pangolin?").await;
    socket.until("final").await;
    assert_eq!(system.visitor().handshake(&format!("?ticket={ticket}"), &[]).await.status, 401);
    let log = system.log();
    assert!(log.contains("/api/v1/stream"), "connections are logged: {log}");
    assert!(!log.contains(&ticket), "{log}");
    assert!(!log.contains("pangolin"), "{log}");
    assert!(!log.contains(user.token.as_deref().unwrap()), "{log}");
}
