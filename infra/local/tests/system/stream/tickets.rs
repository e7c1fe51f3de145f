//! Tickets that the frontend's own server signs.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::http::header::{COOKIE, ORIGIN};

use crate::harness::{Received, Socket, TestSystem, TestUser};

const HOME: &str = "http://localhost:3001";
const SHARED: &str = "what the frontend's server has too, 32 characters";

fn signed_as(algorithm: Algorithm, secret: &str, claims: &Value) -> String {
    jsonwebtoken::encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

/// The claims of a ticket of this user that lives for so many seconds from now. Tickets of one user and second are
/// the same unless their lives differ.
fn claims(user: &TestUser, seconds: i64) -> Value {
    let now = jiff::Timestamp::now().as_second();
    json!({"userId": user.id, "iat": now, "exp": now + seconds})
}

fn ticket(user: &TestUser, seconds: i64) -> String {
    signed_as(Algorithm::HS256, SHARED, &claims(user, seconds))
}

fn address(user: &TestUser, ticket: &str) -> String {
    format!("{}/api/v1/stream?ticket={ticket}", user.services)
}

/// A socket past `ready` that answers in writing only.
async fn open(user: &TestUser, ticket: &str, headers: &[(&'static str, &str)]) -> Socket {
    let mut socket = Socket::connect(&address(user, ticket), headers).await.expect("a socket");
    assert_eq!(socket.next().await.kind(), "ready");
    socket.send(json!({"type": "config", "audio": "none"})).await;
    socket
}

/// How a handshake with this ticket is refused.
async fn refusal(user: &TestUser, ticket: &str) -> String {
    let visitor = TestUser { token: None, ..user.clone() };
    visitor.handshake(&format!("?ticket={ticket}"), &[("origin", HOME)]).await.code(401)
}

async fn system() -> TestSystem {
    TestSystem::start_with(&[("FRONTEND_JWT_SECRET", SHARED)]).await
}

#[tokio::test]
async fn a_ticket_of_the_frontends_server_opens_one_socket() {
    let system = system().await;
    let user = system.user().await;
    let once = ticket(&user, 60);
    let foreign = system.visitor().handshake(&format!("?ticket={once}"), &[("origin", "https://evil.example")]).await;
    assert_eq!(foreign.code(403), "foreign_origin");
    let mut socket = open(&user, &once, &[(ORIGIN.as_str(), HOME)]).await;
    socket.ask("How tight are the bolts?").await;
    socket.find("final").await;
    assert_eq!(user.get("/api/v1/chat/sessions").await.data(200)["pagination"]["total"], 1, "in the user's history");
    assert_eq!(refusal(&user, &once).await, "ticket_invalid");

    // Of many that come with one ticket at once, one gets in.
    let url = address(&user, &ticket(&user, 59));
    let all = futures::future::join_all((0..4).map(|_| Socket::connect(&url, &[]))).await;
    assert_eq!(all.iter().filter(|opened| opened.is_ok()).count(), 1);
    // Our own tickets go on.
    let own = user.ticket().await;
    open(&user, &own, &[]).await;
    assert_eq!(refusal(&user, &own).await, "ticket_invalid");
}

#[tokio::test]
async fn everything_else_is_no_ticket() {
    let system = system().await;
    let user = system.user().await;
    let with = |name: &str, value: Value| {
        let mut claims = claims(&user, 60);
        claims[name] = value;
        signed_as(Algorithm::HS256, SHARED, &claims)
    };
    let now = jiff::Timestamp::now().as_second();
    let good = ticket(&user, 60);
    let (head, _) = good.rsplit_once('.').unwrap();
    let refused = [
        ticket(&user, 90),
        ticket(&user, 3600),
        ticket(&user, -30),
        with("iat", json!(now + 300)),
        with("iat", Value::Null),
        with("exp", Value::Null),
        with("exp", json!("soon")),
        with("userId", json!("01K9ZJ7Q6V8B3M0X4T2R5W1YNC")),
        with("userId", json!("")),
        with("userId", Value::Null),
        with("access", json!("x")),
        signed_as(Algorithm::HS512, SHARED, &claims(&user, 60)),
        signed_as(Algorithm::HS256, "another text of more than thirty-two characters", &claims(&user, 60)),
        format!("{head}."),
        head.to_owned(),
        user.token.clone().unwrap(),
        user.refresh_token.clone().unwrap(),
        String::new(),
    ];
    for ticket in refused {
        assert_eq!(refusal(&user, &ticket).await, "ticket_invalid", "{ticket}");
    }
    open(&user, &good, &[]).await;
    // A ticket opens a voice connection and nothing else.
    let thief = TestUser { token: Some(ticket(&user, 59)), ..user.clone() };
    assert_eq!(thief.get("/api/v1/user/profile").await.code(401), "sign_in_expired");
    assert_eq!(thief.handshake("", &[]).await.code(401), "sign_in_expired");

    let without = TestSystem::start().await;
    let user = without.user().await;
    assert_eq!(refusal(&user, &ticket(&user, 60)).await, "ticket_invalid", "off unless it is configured");
}

#[tokio::test]
async fn a_voice_connection_ends_with_its_sign_in() {
    let system = system().await;
    let first = system.user().await;
    let mut second = first.clone();
    second.sign_in().await;
    // The cookies of the handshake say which sign-in it is; without them it is the one that was renewed last.
    let cookie = format!("access_token={}", first.token.as_deref().unwrap());
    let mut by_cookie = open(&first, &ticket(&first, 60), &[(COOKIE.as_str(), &cookie), (ORIGIN.as_str(), HOME)]).await;
    let mut by_ticket = open(&first, &ticket(&first, 59), &[(ORIGIN.as_str(), HOME)]).await;
    first.post("/api/v1/auth/logout", json!({})).await.data(200);
    by_cookie.ask("How tight are the bolts?").await;
    assert_eq!(by_cookie.find("error").await["code"], "sign_in_expired");
    assert_eq!(by_cookie.next().await, Received::Closed(Some((1008, "signed out".to_owned()))));
    by_ticket.ask("How tight are the bolts?").await;
    by_ticket.find("final").await;

    // Somebody else's cookies beside a ticket make no difference.
    let stranger = system.user().await;
    let cookie = format!("access_token={}", stranger.token.as_deref().unwrap());
    let mut beside = open(&first, &ticket(&first, 58), &[(COOKIE.as_str(), &cookie)]).await;
    second.post("/api/v1/auth/logout", json!({})).await.data(200);
    beside.ask("How tight are the bolts?").await;
    assert_eq!(beside.find("error").await["code"], "sign_in_expired");
    assert_eq!(refusal(&first, &ticket(&first, 57)).await, "ticket_invalid", "nobody is signed in any more");
    assert_eq!(stranger.get("/api/v1/chat/sessions").await.data(200)["pagination"]["total"], 0);

    // Whoever has no account any more is let in by no ticket.
    let gone = stranger.send(
        stranger.request(reqwest::Method::DELETE, "/api/v1/user/account").json(&json!({"password": stranger.password})),
    );
    assert_eq!(gone.await.status, 200);
    assert_eq!(refusal(&stranger, &ticket(&stranger, 60)).await, "ticket_invalid");
}
