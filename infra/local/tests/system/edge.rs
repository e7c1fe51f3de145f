//! What both backends do with every request: health, envelopes, origins, limits.

use std::sync::Arc;

use axum::Router;
use reqwest::Method;
use serde_json::json;
use shared::Context;
use shared::http::{Backend, serve};

use crate::harness::{TestSystem, TestUser};

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
async fn repeated_slashes_count_once() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    for path in ["/api/v1//user/profile", "//api//v1/user///profile?next=//x"] {
        let answer =
            user.send(user.client.get(user.gateway.clone() + path).bearer_auth(user.token.as_ref().unwrap())).await;
        assert_eq!(answer.data(200)["id"], user.id.as_str(), "{path}");
    }
    let renewed = user.post("/api/v1//auth/refresh", json!({"refreshToken": user.refresh_token})).await;
    assert_eq!(renewed.status, 200, "{}", renewed.text);
    let job = user.client.get(format!("{}/api/v1//extract//extract/progress/none", user.services));
    assert_eq!(user.send(job.bearer_auth(user.token.as_ref().unwrap())).await.status, 200);
    // What looks at paths sees the same: origins, and what a browser may keep.
    let forged = user.client.post(format!("{}/api/v1//auth//logout", user.gateway));
    let forged = forged.header("Cookie", "access_token=x").header("Origin", "https://evil.example");
    assert_eq!(user.send(forged).await.code(403), "foreign_origin");
    let health = user.send(user.client.get(format!("{}//health", user.gateway))).await;
    assert!(health.status == 200 && !health.headers.contains_key("cache-control"));
    assert_eq!(user.get("/api/v1//user/nothing").await.code(404), "no_such_path");
    assert_eq!(user.get("/api/v1//user/profile/").await.code(404), "no_such_path");

    // On AWS such a request may come to the function of another family.
    let context = system.system.context.clone();
    let http = context.config.http.clone();
    let alone = auth::App::new(context).await.unwrap();
    let function = served(serve(Backend::Gateway, auth::router(alone), &http)).await;
    let ask = async |path: &str| user.send(user.client.post(format!("{function}{path}")).json(&json!({}))).await;
    assert_eq!(ask("/api/v1//auth/refresh").await.code(401), "not_signed_in", "its own");
    let sent_on = ask("/api/v1//user//profile?x=1").await;
    assert_eq!(sent_on.status, 307, "{}", sent_on.text);
    assert_eq!(sent_on.headers["location"], "../../../../../api/v1/user/profile?x=1");
    for path in ["/api/v1/user/profile", "/api/v1//rag/search", "/api/v1//nothing"] {
        assert_eq!(ask(path).await.code(404), "no_such_path", "{path}");
    }
}

#[tokio::test]
async fn a_wrong_address_says_which_variable_is_wrong() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    let (gateway, services) = (&visitor.gateway, &visitor.services);
    let (nest, api) = ("NEXT_PUBLIC_NEST_URL must end with /api/v1", "NEXT_PUBLIC_API_URL must not end with /api/v1");
    let (voice, nothing) = ("NEXT_PUBLIC_WEBSOCKET_URL must end", "There is nothing at this address");
    for (base, path, sentence) in [
        (gateway, "/auth/login", nest),
        (gateway, "/admin/users", nest),
        (services, "/user/profile", nest),
        (gateway, "/api/v1/api/v1/auth/login", nest),
        (services, "/api/v1/api/v1/asr/synthesize", api),
        (gateway, "/api/v1/api/v1/asr/synthesize", api),
        (services, "/api/v1/api/v1/batches/upload-pdfs", api),
        (services, "/api/v1/api/v1/nothing", api),
        (services, "/asr/synthesize", api),
        (services, "/stream", voice),
        (services, "/api/v1/api/v1/stream", voice),
        (gateway, "/api/v1/batches/upload-pdfs", "served by the services backend"),
        (services, "/api/v1/admin/users", "served by the gateway backend"),
        (gateway, "/api/v1/socket.io/", "NEXT_PUBLIC_GATEWAY_URL"),
        (gateway, "/api/v1/nothing", nothing),
        (gateway, "/nothing", nothing),
        (gateway, "/api/v1", nothing),
    ] {
        let answer = visitor.send(visitor.client.get(format!("{base}{path}"))).await;
        assert_eq!(answer.code(404), "no_such_path", "{path}");
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(sentence), "{path}: {message}");
    }
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
    let mut config = foundation::config::Config::clone(&system.system.context.config);
    config.aws.dynamodb_endpoint = Some(table);
    let context = Context::new(Arc::new(config)).await;
    let http = context.config.http.clone();
    let state = user::App::new(context.clone()).await.unwrap();
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

/// Makes as many sessions at once, and says how many were refused.
async fn refused_sessions(user: &TestUser, count: usize) -> usize {
    let asked = (0..count).map(|_| user.post("/api/v1/chat/sessions", json!({})));
    let answers = futures::future::join_all(asked).await;
    let refused: Vec<_> = answers.iter().filter(|answer| answer.status != 201).collect();
    for answer in &refused {
        assert_eq!(answer.code(429), "too_many_requests");
        let wait: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
    }
    refused.len()
}

/// Searches more often than tokens flow in, and says how many searches were refused.
async fn refused_searches(user: &TestUser) -> usize {
    let asked = (0..25).map(|_| user.post("/api/v1/rag/search", json!({"query": "oil"})));
    futures::future::join_all(asked).await.iter().filter(|answer| answer.status == 429).count()
}

#[tokio::test]
async fn a_loop_of_one_user_stops_no_other() {
    // Development allows twenty times as much.
    let system = TestSystem::start_with(&[("REQUESTS_PER_MINUTE", "1")]).await;
    let (user, other) = (system.user().await, system.user().await);
    let refused = refused_sessions(&user, 30).await;
    // A few tokens may flow in meanwhile.
    assert!((4..=10).contains(&refused), "{refused}");
    assert_eq!(user.get("/api/v1/chat/sessions").await.status, 200, "reading costs nothing");
    let session = user.get("/api/v1/chat/sessions").await.data(200)["sessions"][0]["id"].as_str().unwrap().to_owned();
    let stopped = user.post(&format!("/api/v1/chat/sessions/{session}/stop-stream"), json!({})).await;
    assert_eq!(stopped.status, 200, "{}", stopped.text);
    assert_eq!(refused_sessions(&other, 5).await, 0);
    assert!(refused_searches(&user).await > 0, "one bucket for all that costs");
}

#[tokio::test]
async fn a_network_address_has_a_limit_however_many_users_it_has() {
    let system = TestSystem::start_with(&[("REQUESTS_PER_MINUTE_ADDRESS", "1")]).await;
    let (user, other) = (system.user().await, system.user().await);
    assert_eq!(refused_sessions(&user, 18).await, 0);
    let refused = refused_sessions(&other, 12).await;
    assert!((4..=10).contains(&refused), "{refused}");
    assert!(refused_searches(&system.visitor()).await > 0, "also without a sign-in");
}

#[tokio::test]
async fn clients_of_a_distribution_are_counted_one_by_one() {
    const KEY: &str = "a-key-of-the-distribution-0123456789";
    let system = TestSystem::start_with(&[("DISTRIBUTION_KEY", KEY), ("REQUESTS_PER_MINUTE_ADDRESS", "1")]).await;
    let visitor = system.visitor();
    let refused = async |key: &str, address: &str, count: usize| {
        let search = || {
            let search = visitor.request(Method::POST, "/api/v1/rag/search").json(&json!({"query": "oil"}));
            visitor.send(search.header("X-Distribution-Key", key).header("X-Viewer-Address", address))
        };
        let answers = futures::future::join_all((0..count).map(|_| search())).await;
        answers.iter().filter(|answer| answer.status == 429).count()
    };
    assert!(refused(KEY, "203.0.113.9", 25).await > 0);
    assert_eq!(refused(KEY, "203.0.113.10", 15).await, 0, "another client");
    // Without the key all come from this machine, whatever they say.
    assert_eq!(refused("another-key-that-is-long-enough-0123", "203.0.113.11", 15).await, 0);
    assert!(refused("another-key-that-is-long-enough-0123", "203.0.113.12", 15).await > 0);
}

#[tokio::test]
async fn no_answer_with_something_of_a_users_is_kept_by_a_browser() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let signed_in = user.post("/api/v1/auth/login", json!({"email": user.email, "password": user.password})).await;
    for answer in [
        signed_in,
        user.get("/api/v1/auth/ws-auth").await,
        user.get("/api/v1/user/profile").await,
        user.get("/api/v1/nothing").await,
    ] {
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert!(!answer.headers.contains_key("strict-transport-security"), "there is no TLS here");
    }
    let docs = user.get("/api/v1/docs").await;
    assert!(!docs.headers.contains_key("cache-control"));
    let policy = docs.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
}

#[tokio::test]
async fn a_production_system_is_asked_by_tls_only() {
    let system = TestSystem::start().await;
    let mut http = system.system.context.config.http.clone();
    http.production = true;
    let gateway = served(serve(Backend::Gateway, shared::http::Router::new(), &http)).await;
    let visitor = system.visitor();
    let answer = visitor.send(visitor.client.get(format!("{gateway}/health"))).await;
    assert_eq!(answer.headers["strict-transport-security"], "max-age=31536000");
}
