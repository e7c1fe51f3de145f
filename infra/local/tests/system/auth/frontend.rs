//! What the newest frontend does with sign-ins: tokens in localStorage beside cookies, and a server of its own that
//! verifies access tokens with a secret that it shares with us.

use std::sync::Arc;

use axum::body::Body;
use foundation::config::Config;
use futures::future::join;
use http::{Request, StatusCode, header};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use shared::Context;
use shared::auth::SignIns;
use shared::http::{Backend, serve};
use tower::ServiceExt;

use super::jar;
use crate::harness::{Answer, Process, Socket, TestSystem, TestUser};

const HOME: &str = "http://localhost:3001";
const SHARED: &str = "what the frontend's server has too, 32 characters";
const OTHER: &str = "another text of more than thirty-two characters";

/// Signed as the frontend's server does it.
fn signed(secret: &str, claims: &Value) -> String {
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

/// The claims that the frontend's server reads; nothing where it would refuse the token.
fn verified(token: &str) -> Option<Value> {
    let key = DecodingKey::from_secret(SHARED.as_bytes());
    Some(jsonwebtoken::decode(token, &key, &Validation::new(Algorithm::HS256)).ok()?.claims)
}

fn from_page(visitor: &TestUser, method: Method, path: &str, cookies: &str) -> RequestBuilder {
    let request = visitor.request(method, path).header("Cookie", cookies).header("Origin", HOME);
    request.header("Accept", "application/json, text/plain, */*")
}

async fn log_in(user: &TestUser) -> Answer {
    let visitor = TestUser { token: None, ..user.clone() };
    visitor.post("/api/v1/auth/login", json!({"email": user.email, "password": user.password})).await
}

async fn profile(user: &TestUser, token: &str) -> Answer {
    TestUser { token: Some(token.to_owned()), ..user.clone() }.get("/api/v1/user/profile").await
}

#[tokio::test]
async fn a_page_renews_its_tokens_by_cookie_and_signs_out_by_script() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let visitor = system.visitor();
    let login = log_in(&user).await;
    let cookies = jar(&login);
    assert!(cookies.contains("has_local_accessToken=1"), "{cookies}");

    // An expired token in localStorage counts before the cookies; then the page renews, twice at once.
    let expired = from_page(&visitor, Method::GET, "/api/v1/user/profile", &cookies).bearer_auth("a.b.c");
    assert_eq!(visitor.send(expired).await.code(401), "sign_in_expired");
    let renew = || {
        let request = from_page(&visitor, Method::POST, "/api/v1/auth/refresh", &cookies).bearer_auth("a.b.c");
        visitor.send(request.json(&json!({})))
    };
    let (first, second) = join(renew(), renew()).await;
    for renewed in [&first, &second] {
        let data = renewed.data(200);
        assert_eq!(renewed.headers["access-control-allow-origin"], HOME);
        assert_eq!(profile(&user, data["accessToken"].as_str().unwrap()).await.status, 200);
        let again = visitor.post("/api/v1/auth/refresh", json!({"refreshToken": data["refreshToken"]})).await;
        assert_eq!(again.status, 200, "{}", again.text);
        assert!(jar(renewed).contains("has_local_accessToken=1"));
    }

    // Without a bearer token and not by navigation.
    let cookies = jar(&second);
    let token = second.data(200)["accessToken"].as_str().unwrap().to_owned();
    let left = visitor.send(from_page(&visitor, Method::GET, "/api/v1/auth/logout", &cookies)).await;
    assert_eq!((left.status, left.json()["message"].as_str()), (200, Some("You are signed out.")));
    assert_eq!(left.headers["access-control-allow-origin"], HOME);
    let cleared = left.cookies();
    assert_eq!(cleared.len(), 5);
    assert!(cleared.iter().all(|cookie| cookie.contains("Max-Age=0")), "{cleared:?}");
    assert!(cleared.iter().any(|cookie| cookie.starts_with("has_local_accessToken=;")), "{cleared:?}");
    assert_eq!(profile(&user, &token).await.code(401), "sign_in_expired");
    let again = visitor.send(from_page(&visitor, Method::GET, "/api/v1/auth/logout", "")).await;
    assert_eq!((again.status, again.cookies().len()), (200, 5), "with nothing to sign out of");
}

#[tokio::test]
async fn the_frontends_server_can_read_access_tokens_and_make_none() {
    let system = TestSystem::start_with(&[("FRONTEND_JWT_SECRET", SHARED)]).await;
    let (user, victim) = (system.user().await, system.user().await);
    let login = log_in(&user).await;
    let token = login.data(200)["accessToken"].as_str().unwrap().to_owned();
    let claims = verified(&token).expect("the frontend's server takes it");
    assert_eq!(claims["userId"], user.id.as_str());
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);
    let largest = login.cookies().iter().map(String::len).max().unwrap();
    assert!(largest < 1200, "browsers keep 4096 bytes: {largest}");

    // It signs in here, as a bearer token and as a cookie, and whatever is made later is like it.
    assert_eq!(profile(&user, &token).await.status, 200);
    let visitor = system.visitor();
    let by_cookie = visitor.send(from_page(&visitor, Method::GET, "/api/v1/user/profile", &jar(&login))).await;
    assert_eq!(by_cookie.data(200)["id"], user.id.as_str());
    let renewed = visitor.post("/api/v1/auth/refresh", json!({"refreshToken": user.refresh_token})).await.data(200);
    assert!(verified(renewed["accessToken"].as_str().unwrap()).is_some());
    assert!(verified(renewed["refreshToken"].as_str().unwrap()).is_none(), "only access tokens are for that server");
    let stale = format!("access_token=expired; refresh_token={}", renewed["refreshToken"].as_str().unwrap());
    let silent = visitor.request(Method::GET, "/api/v1/user/profile").header("Cookie", stale);
    let silent = jar(&visitor.send(silent).await);
    assert!(verified(silent.strip_prefix("access_token=").unwrap()).is_some(), "{silent}");

    // Who has the shared secret signs nobody in.
    let soon = claims["exp"].clone();
    let inner = claims["access"].clone();
    for forged in [
        json!({"userId": victim.id, "exp": soon}),
        json!({"userId": victim.id, "sub": victim.id, "sid": "x", "exp": soon}),
        json!({"userId": victim.id, "access": "a.b.c", "exp": soon}),
        json!({"userId": victim.id, "access": victim.refresh_token, "exp": soon}),
        json!({"userId": victim.id, "access": victim.ticket().await, "exp": soon}),
        json!({"userId": victim.id, "access": victim.token, "exp": soon}),
        json!({"userId": victim.id, "access": null, "exp": soon}),
    ] {
        let refused = profile(&victim, &signed(SHARED, &forged)).await;
        assert_eq!(refused.code(401), "sign_in_expired", "{forged}");
    }
    let own = profile(&victim, &signed(SHARED, &json!({"userId": victim.id, "access": inner, "exp": soon}))).await;
    assert_eq!(own.data(200)["id"], user.id.as_str(), "the token inside says who it is");

    // Nor does the secret matter here: with another one, or none, all tokens stay good.
    let plain = claims["access"].as_str().unwrap();
    for secret in [Some(SHARED), Some(OTHER), None] {
        for token in [token.as_str(), plain] {
            assert_eq!(documents(&system, secret, token).await, StatusCode::OK, "{secret:?}");
        }
        assert_eq!(documents(&system, secret, "a.b.c").await, StatusCode::UNAUTHORIZED);
    }
}

/// Lists documents at a function that knows this shared secret and no token secret.
async fn documents(system: &TestSystem, secret: Option<&str>, token: &str) -> StatusCode {
    let context = &system.system.context;
    let mut config = Config::clone(&context.config);
    config.auth.frontend_secret = secret.map(Into::into);
    config.auth.token_secret = None;
    config.auth.public_keys = context.sign_ins.tokens().public_keys();
    let sign_ins = SignIns::new(&config.auth, &context.sdk, context.store.clone());
    let context = Context { config: Arc::new(config), sign_ins, ..context.clone() };
    let http = context.config.http.clone();
    let function = serve(Backend::Gateway, repository::router(repository::App::new(context).unwrap()), &http);
    let request = Request::get("/api/v1/repository/documents").header(header::AUTHORIZATION, format!("Bearer {token}"));
    function.oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status()
}

#[tokio::test]
async fn nothing_of_the_shared_secret_is_logged() {
    let folder = tempfile::tempdir().unwrap();
    let everything = "info,shared=trace,auth=trace,stream=trace,local=trace";
    let system = Process::start(folder.path(), &[("RUST_LOG", everything), ("FRONTEND_JWT_SECRET", SHARED)]).await;
    let user = system.user().await;
    let token = user.token.clone().unwrap();
    let now = jiff::Timestamp::now().as_second();
    let ticket = signed(SHARED, &json!({"userId": user.id, "iat": now, "exp": now + 60}));
    let url = format!("{}/api/v1/stream?ticket={ticket}", user.services);
    assert!(Socket::connect(&url, &[]).await.is_ok());
    assert_eq!(Socket::connect(&url, &[]).await.err(), Some(401));
    let inner = verified(&token).unwrap()["access"].as_str().unwrap().to_owned();
    let log = system.log();
    assert!(log.contains("/api/v1/stream"), "connections are logged: {log}");
    for secret in [SHARED, &token, &inner, &ticket] {
        assert!(!log.contains(secret), "{secret} stands in the log: {log}");
    }
}
