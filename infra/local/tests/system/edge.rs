//! What both backends do with every request: health, envelopes, origins, limits.

use std::sync::Arc;

use axum::Router;
use reqwest::Method;
use serde_json::json;
use shared::Context;
use shared::http::{Backend, serve};

use crate::harness::TestSystem;

#[tokio::test]
async fn both_backends_say_that_they_are_well() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    for (base, name) in [(&visitor.gateway, "gateway"), (&visitor.services, "services")] {
        for path in ["/", "/health"] {
            let answer = visitor.send(visitor.client.get(format!("{base}{path}"))).await;
            assert_eq!(answer.status, 200);
            assert_eq!(answer.json()["status"], "ok");
            assert_eq!(answer.json()["service"], name);
        }
    }
}

#[tokio::test]
async fn a_family_of_the_other_backend_is_named() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    for (base, path, other) in
        [(&visitor.gateway, "/api/v1/rag/search", "services"), (&visitor.services, "/api/v1/auth/login", "gateway")]
    {
        let answer = visitor.send(visitor.client.post(format!("{base}{path}"))).await;
        assert_eq!(answer.code(404), "no_such_path");
        assert!(answer.json()["message"].as_str().unwrap().contains(other), "{}", answer.text);
    }
    let answer = visitor.get("/api/v1/nothing").await;
    assert_eq!(answer.code(404), "no_such_path");
    assert!(answer.json()["requestId"].as_str().is_some_and(|id| !id.is_empty()));
}

#[tokio::test]
async fn a_wrong_method_is_405_in_the_envelope() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    let answer = visitor.send(visitor.request(Method::PUT, "/api/v1/auth/login")).await;
    assert_eq!(answer.code(405), "method_not_allowed");
    assert!(answer.headers.contains_key("allow"));
}

#[tokio::test]
async fn only_known_origins_are_let_in() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    let preflight = |origin: &str| {
        visitor
            .request(Method::OPTIONS, "/api/v1/auth/login")
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "POST")
            .header("Access-Control-Request-Headers", "content-type")
    };
    let known = visitor.send(preflight("http://localhost:3001")).await;
    assert_eq!(known.status, 200);
    assert_eq!(known.headers["access-control-allow-origin"], "http://localhost:3001");
    assert_eq!(known.headers["access-control-allow-credentials"], "true");
    let foreign = visitor.send(preflight("http://evil.example")).await;
    assert!(!foreign.headers.contains_key("access-control-allow-origin"));

    // A browser sends cookies along with a form from anywhere: the origin gives it away.
    let forged = visitor
        .request(Method::POST, "/api/v1/auth/login")
        .header("Origin", "http://evil.example")
        .header("Cookie", "access_token=x")
        .json(&json!({}));
    assert_eq!(visitor.send(forged).await.code(403), "foreign_origin");
}

#[tokio::test]
async fn errors_carry_cors_headers_too() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    let request = visitor.request(Method::GET, "/api/v1/user/profile").header("Origin", "http://localhost:3001");
    let answer = visitor.send(request).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.headers["access-control-allow-origin"], "http://localhost:3001");
}

#[tokio::test]
async fn a_request_id_is_taken_over_when_it_is_plain() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    let answer =
        visitor.send(visitor.request(Method::GET, "/api/v1/user/profile").header("X-Request-Id", "abc-1")).await;
    assert_eq!(answer.json()["requestId"], "abc-1");
    let answer =
        visitor.send(visitor.request(Method::GET, "/api/v1/user/profile").header("X-Request-Id", "a b\"<")).await;
    assert_ne!(answer.json()["requestId"], "a b\"<");
}

#[tokio::test]
async fn the_services_may_have_origins_of_their_own() {
    let system = TestSystem::start_with(&[("ALLOWED_ORIGINS", "https://tools.example.com")]).await;
    let visitor = system.visitor();
    let (frontend, tools) = ("http://localhost:3001", "https://tools.example.com");
    for (base, origin, allowed) in [
        (&visitor.services, tools, true),
        (&visitor.services, frontend, false),
        (&visitor.gateway, frontend, true),
        (&visitor.gateway, tools, false),
    ] {
        let answer = visitor.send(visitor.client.get(format!("{base}/health")).header("Origin", origin)).await;
        assert_eq!(answer.headers.contains_key("access-control-allow-origin"), allowed, "{base} {origin}");
    }
}

/// Serves on a free port; the address.
async fn served(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[tokio::test]
async fn a_throttled_table_is_503_and_says_when_to_come_back() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let throttled = json!({"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
        "message": "The level of configured provisioned throughput for the table was exceeded."});
    let table = served(Router::new().fallback(move || {
        let body = throttled.to_string();
        async move { (http::StatusCode::BAD_REQUEST, [("content-type", "application/x-amz-json-1.0")], body) }
    }))
    .await;
    let mut config = shared::config::Config::clone(&system.system.context.config);
    config.aws.dynamodb_endpoint = Some(table);
    let context = Context::new(Arc::new(config)).await;
    let http = context.config.http.clone();
    let state = user::State::new(context.clone()).await.unwrap();
    let gateway = served(serve(Backend::Gateway, user::router(state), &http)).await;
    let mut user = user;
    user.gateway = gateway;
    let refused = user.get("/api/v1/user/profile").await;
    assert_eq!(refused.code(503), "storage_busy");
    assert_eq!(refused.headers["retry-after"], "2");
    assert!(!refused.text.contains("provisioned"), "{}", refused.text);
    // It comes back by itself.
    user.gateway = system.system.gateway_url.clone();
    assert_eq!(user.get("/api/v1/user/profile").await.status, 200);
}
