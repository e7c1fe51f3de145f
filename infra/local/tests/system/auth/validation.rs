//! What is refused before anything is done.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{TestSystem, TestUser, sentences};

struct Route {
    method: Method,
    path: &'static str,
    body: Value,
    required: &'static [&'static str],
    optional: &'static [&'static str],
}

fn routes() -> Vec<Route> {
    let post = |path, body, required, optional| Route { method: Method::POST, path, body, required, optional };
    let put = |path, body, required, optional| Route { method: Method::PUT, path, body, required, optional };
    vec![
        post(
            "/api/v1/auth/register",
            json!({
                "email": "a@example.com", "password": "12345678", "confirmPassword": "12345678", "role": "civilian",
                "firstName": "A", "lastName": "B", "company": "C",
            }),
            &["email", "password", "confirmPassword", "role", "firstName"],
            &["lastName", "company"],
        ),
        post("/api/v1/auth/verify-otp", json!({"email": "a@example.com", "otp": "123456"}), &["email", "otp"], &[]),
        post("/api/v1/auth/resend-otp", json!({"email": "a@example.com"}), &["email"], &[]),
        post(
            "/api/v1/auth/login",
            json!({"email": "a@example.com", "password": "12345678"}),
            &["email", "password"],
            &[],
        ),
        post("/api/v1/auth/forgot-password", json!({"email": "a@example.com"}), &["email"], &[]),
        post(
            "/api/v1/auth/reset-password",
            json!({"email": "a@example.com", "otp": "123456", "newPassword": "12345678"}),
            &["email", "otp", "newPassword"],
            &[],
        ),
        post("/api/v1/auth/refresh", json!({}), &[], &["refreshToken"]),
        put("/api/v1/user/profile", json!({}), &[], &["firstName", "lastName", "company", "email", "profileImageUrl"]),
        put(
            "/api/v1/user/password",
            json!({"currentPassword": "12345678", "newPassword": "87654321"}),
            &["currentPassword", "newPassword"],
            &[],
        ),
        put("/api/v1/user/settings", json!({}), &[], &["emailNotifications", "theme"]),
        Route {
            method: Method::DELETE,
            path: "/api/v1/user/account",
            body: json!({}),
            required: &[],
            optional: &["password", "otp"],
        },
    ]
}

async fn refused(user: &TestUser, route: &Route, field: &str, value: Option<Value>) {
    let mut body = route.body.clone();
    let shown = value.clone().map(|value| value.to_string().chars().take(40).collect::<String>());
    match value {
        Some(value) => body[field] = value,
        None => drop(body.as_object_mut().unwrap().remove(field)),
    }
    let answer = user.send(user.request(route.method.clone(), route.path).json(&body)).await;
    let place = format!("{} {field} = {shown:?}: {}", route.path, answer.text);
    assert_eq!(answer.status, 400, "{place}");
    assert_eq!(answer.code(400), "validation_failed", "{place}");
    assert_eq!(answer.json()["message"], answer.json()["data"][0], "{place}");
    assert!(sentences(&answer.json()).iter().any(|sentence| sentence.starts_with(field)), "{place}");
}

#[tokio::test]
async fn every_field_is_checked() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    for route in routes() {
        for field in route.required {
            refused(&user, &route, field, None).await;
            refused(&user, &route, field, Some(Value::Null)).await;
            refused(&user, &route, field, Some(json!(""))).await;
        }
        for field in route.required.iter().chain(route.optional) {
            for value in [json!(7), json!(["x"]), json!({"x": 1}), json!("x".repeat(5000)), json!("a\u{0}b")] {
                refused(&user, &route, field, Some(value)).await;
            }
        }
    }
}

#[tokio::test]
async fn every_body_must_be_json_of_a_bearable_size() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    for route in routes() {
        let request = || user.request(route.method.clone(), route.path);
        let malformed = user.send(request().header("Content-Type", "application/json").body("{\"email\": ")).await;
        assert_eq!(malformed.code(400), "malformed_json", "{}", route.path);
        let list = user.send(request().json(&json!([1]))).await;
        assert_eq!(list.code(400), "validation_failed", "{}", route.path);
        let form =
            user.send(request().header("Content-Type", "application/x-www-form-urlencoded").body("email=a")).await;
        assert_eq!(form.code(415), "unsupported_media_type", "{}", route.path);
        let untyped = user.send(request().body("{}")).await;
        assert_eq!(untyped.code(415), "unsupported_media_type", "{}", route.path);
        let garbled = user.send(request().header("Content-Type", "application/json").body(vec![b'"', 0xff])).await;
        assert_eq!(garbled.code(400), "malformed_json", "{}", route.path);
        let large = user.send(request().json(&json!({"email": "x".repeat(2_000_000)}))).await;
        assert_eq!(large.code(413), "payload_too_large", "{}", route.path);
        let other = user.send(user.request(Method::PATCH, route.path).json(&json!({}))).await;
        assert_eq!(other.code(405), "method_not_allowed", "{}", route.path);
    }
}

#[tokio::test]
async fn all_faults_of_a_sign_up_are_told_at_once() {
    let system = TestSystem::start().await;
    let body = json!({
        "email": "no address", "password": "short", "confirmPassword": "", "role": "admin", "firstName": "A\nB",
        "lastName": 1, "company": "x".repeat(201),
    });
    let answer = system.visitor().post("/api/v1/auth/register", body).await;
    assert_eq!(answer.status, 400);
    insta::assert_json_snapshot!(answer.json()["data"], @r#"
    [
      "email must be an e-mail address",
      "password must have at least 8 characters",
      "confirmPassword must not be empty",
      "role must be civilian, military or student",
      "firstName must be one line",
      "lastName must be text",
      "company must have at most 200 characters"
    ]
    "#);
}

#[tokio::test]
async fn a_role_asks_for_its_kind_of_address() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    for (role, email, fits) in [
        ("military", "a@example.com", false),
        ("military", "a@army.mil", true),
        ("student", "a@mil.example", false),
        ("student", "a@cs.ox.ac.uk", true),
        ("student", "a@mit.edu", true),
    ] {
        let mut body = visitor.registration();
        body["role"] = json!(role);
        body["email"] = json!(email);
        let answer = visitor.post("/api/v1/auth/register", body).await;
        assert_eq!(answer.status, if fits { 201 } else { 400 }, "{}", answer.text);
        if !fits {
            assert!(sentences(&answer.json())[0].contains("account needs an e-mail address"), "{}", answer.text);
        }
    }
}

#[tokio::test]
async fn routes_without_a_body_know_their_method_too() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    for (method, path) in [
        (Method::PUT, "/api/v1/auth/ws-auth"),
        (Method::POST, "/api/v1/auth/sessions"),
        (Method::PATCH, "/api/v1/auth/logout"),
        (Method::DELETE, "/api/v1/auth/google"),
        (Method::POST, "/api/v1/user/export"),
        (Method::GET, "/api/v1/user/account/delete-otp"),
    ] {
        assert_eq!(
            user.send(user.request(method.clone(), path)).await.code(405),
            "method_not_allowed",
            "{method} {path}"
        );
    }
}
