//! Cookies, and who may use them.

use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::json;

use super::jar;
use crate::harness::{Answer, TestSystem, TestUser};

/// `Set-Cookie` values with the tokens taken out.
fn shapes(answer: &Answer) -> Vec<String> {
    let shape = |cookie: String| {
        let (name, rest) = cookie.split_once('=').unwrap();
        let (value, attributes) = rest.split_once(';').unwrap();
        let value = if value.len() > 20 { "[token]" } else { value };
        format!("{name}={value};{attributes}")
    };
    answer.cookies().into_iter().map(shape).collect()
}

async fn log_in(user: &TestUser) -> Answer {
    let visitor = TestUser { token: None, ..user.clone() };
    visitor.post("/api/v1/auth/login", json!({"email": user.email, "password": user.password})).await
}

const CLEARED: [&str; 5] = [
    "access_token=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax",
    "refresh_token=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax",
    "local_access=; Path=/; Max-Age=0; SameSite=Lax",
    "google_access=; Path=/; Max-Age=0; SameSite=Lax",
    "has_local_accessToken=; Path=/; Max-Age=0; SameSite=Lax",
];

#[tokio::test]
async fn cookies_are_set_and_cleared_to_the_letter() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let visitor = system.visitor();
    let set = [
        "access_token=[token]; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax",
        "refresh_token=[token]; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax",
        "local_access=true; Path=/; Max-Age=2592000; SameSite=Lax",
        "has_local_accessToken=1; Path=/; Max-Age=2592000; SameSite=Lax",
    ];
    let login = log_in(&user).await;
    let device = "device=[token]; Path=/; Max-Age=15552000; HttpOnly; SameSite=Lax";
    assert_eq!(shapes(&login), [&[device], set.as_slice()].concat());

    let refresh = visitor.request(Method::POST, "/api/v1/auth/refresh").header("Cookie", jar(&login)).json(&json!({}));
    let refreshed = visitor.send(refresh).await;
    assert_eq!((refreshed.status, shapes(&refreshed)), (200, set.map(str::to_owned).to_vec()));

    let failed =
        visitor.request(Method::POST, "/api/v1/auth/refresh").header("Cookie", "refresh_token=x; local_access=true");
    let failed = visitor.send(failed).await;
    assert_eq!((failed.code(401).as_str(), shapes(&failed)), ("sign_in_expired", CLEARED.map(str::to_owned).to_vec()));
    let nothing = visitor.send(visitor.request(Method::POST, "/api/v1/auth/refresh")).await;
    assert_eq!((nothing.code(401).as_str(), shapes(&nothing)), ("not_signed_in", CLEARED.map(str::to_owned).to_vec()));

    let logout =
        visitor.send(visitor.request(Method::GET, "/api/v1/auth/logout").header("Cookie", jar(&refreshed))).await;
    assert_eq!(shapes(&logout), CLEARED);
}

#[tokio::test]
async fn a_frontend_on_another_site_gets_cross_site_cookies() {
    let system = TestSystem::start_with(&[("COOKIE_MODE", "cross-site")]).await;
    let user = system.user().await;
    let login = log_in(&user).await;
    assert_eq!(login.cookies().len(), 5);
    assert!(login.cookies().iter().all(|cookie| cookie.ends_with("; SameSite=None; Secure")), "{:?}", login.cookies());
}

#[tokio::test]
async fn cookies_work_where_tokens_do_but_not_from_a_foreign_origin() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let cookies = jar(&log_in(&user).await);
    let visitor = system.visitor();
    let settings = |origin: Option<&str>| {
        let request = visitor
            .request(Method::PUT, "/api/v1/user/settings")
            .header("Cookie", &cookies)
            .json(&json!({"theme": "dark"}));
        match origin {
            Some(origin) => request.header("Origin", origin),
            None => request,
        }
    };
    assert_eq!(visitor.send(settings(None)).await.status, 200);
    let known = visitor.send(settings(Some("http://localhost:3001"))).await;
    assert_eq!(known.status, 200);
    assert_eq!(known.headers["access-control-allow-origin"], "http://localhost:3001");
    assert_eq!(known.headers["access-control-allow-credentials"], "true");
    for origin in ["https://evil.example", "null", "http://localhost:3001.evil.example", "http://localhost:3002"] {
        let refused = visitor.send(settings(Some(origin))).await;
        assert_eq!(refused.code(403), "foreign_origin", "{origin}");
        assert!(!refused.headers.contains_key("access-control-allow-origin"), "{origin}");
    }
    // A browser adds the password of a proxy by itself: it signs nobody in here.
    let basic = settings(Some("https://evil.example")).header("Authorization", "Basic cHJveHk6cGFzc3dvcmQ=");
    assert_eq!(visitor.send(basic).await.code(403), "foreign_origin");
    for path in ["/api/v1/auth/login", "/api/v1/auth/logout", "/api/v1/auth/refresh"] {
        let request =
            visitor.request(Method::POST, path).header("Cookie", &cookies).header("Origin", "https://evil.example");
        assert_eq!(visitor.send(request.json(&json!({}))).await.code(403), "foreign_origin", "{path}");
    }
    assert_eq!(user.get("/api/v1/user/profile").await.status, 200);
}

#[tokio::test]
async fn preflights_need_no_sign_in() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    for (path, method) in
        [("/api/v1/user/profile", "PUT"), ("/api/v1/user/account", "DELETE"), ("/api/v1/auth/login", "POST")]
    {
        let request = visitor
            .request(Method::OPTIONS, path)
            .header("Origin", "http://localhost:3001")
            .header("Access-Control-Request-Method", method)
            .header("Access-Control-Request-Headers", "content-type,authorization");
        let answer = visitor.send(request).await;
        assert!(answer.status == 200 || answer.status == 204, "{path} {}", answer.status);
        assert_eq!(answer.headers["access-control-allow-origin"], "http://localhost:3001");
        assert!(answer.headers["access-control-allow-methods"].to_str().unwrap().contains(method));
    }
}

#[tokio::test]
async fn cookies_of_others_sign_nobody_out() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let cookies = jar(&log_in(&user).await);
    let (access, refresh) = (value(&cookies, "access_token"), value(&cookies, "refresh_token"));
    let visitor = system.visitor();
    for header in [
        format!("name=J\u{f6}rg; {cookies}"),
        format!("{cookies}; x=\u{2713}"),
        format!("access_token=\"{access}\""),
        format!("access_token=somebody.elses.token; access_token={access}"),
        format!("=; ;;access_token; access_token=; a=b=c ; access_token={access}"),
        format!("access_token=old; refresh_token=older; refresh_token={refresh}"),
    ] {
        let value = HeaderValue::from_bytes(header.as_bytes()).unwrap();
        let request = visitor.request(Method::GET, "/api/v1/user/profile").header("Cookie", value);
        assert_eq!(visitor.send(request).await.status, 200, "{header}");
    }
    let raw = [b"name=J\xf6rg; access_token=".as_slice(), access.as_bytes()].concat();
    let request =
        visitor.request(Method::GET, "/api/v1/user/profile").header("Cookie", HeaderValue::from_bytes(&raw).unwrap());
    assert_eq!(visitor.send(request).await.status, 200, "Latin 1");
    let both = format!("refresh_token=older; refresh_token={refresh}");
    let request = visitor.request(Method::POST, "/api/v1/auth/refresh").header("Cookie", both).json(&json!({}));
    assert_eq!(visitor.send(request).await.status, 200);
}

fn value(jar: &str, name: &str) -> String {
    let pairs = jar.split("; ").filter_map(|pair| pair.split_once('='));
    pairs.clone().find(|(key, _)| *key == name).unwrap().1.to_owned()
}
