//! Signing in and out, and where somebody is signed in.

use reqwest::Method;
use serde_json::json;

use super::{age, jar, redacted};
use crate::harness::{TestSystem, masked};

#[tokio::test]
async fn a_password_signs_in() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let answer = user.post("/api/v1/auth/login", json!({"email": user.email, "password": user.password})).await;
    assert_eq!(answer.status, 200);
    insta::assert_json_snapshot!(redacted(&answer), @r#"
    {
      "data": {
        "accessToken": "[accessToken]",
        "company": "",
        "email": "[email]",
        "expiresIn": 3600,
        "firstName": "Ada",
        "id": "[id]",
        "lastName": "Moss",
        "profileImageUrl": null,
        "refreshToken": "[refreshToken]",
        "role": "civilian"
      },
      "message": "You are signed in.",
      "statusCode": 200
    }
    "#);
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_look_alike() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let unknown = user.post("/api/v1/auth/login", json!({"email": "nobody@example.com", "password": "12345678"})).await;
    let wrong = user.post("/api/v1/auth/login", json!({"email": user.email, "password": "12345678"})).await;
    assert_eq!((unknown.status, redacted(&unknown)), (wrong.status, redacted(&wrong)));
    assert!(unknown.cookies().is_empty() && wrong.cookies().is_empty());
    insta::assert_json_snapshot!(redacted(&wrong), @r#"
    {
      "code": "invalid_credentials",
      "data": null,
      "message": "The e-mail address or the password is wrong.",
      "requestId": "[requestId]",
      "statusCode": 400
    }
    "#);
}

#[tokio::test]
async fn an_unproved_address_is_told_only_after_the_right_password() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    assert_eq!(visitor.post("/api/v1/auth/register", visitor.registration()).await.status, 201);
    let login =
        |password: &str| visitor.post("/api/v1/auth/login", json!({"email": visitor.email, "password": password}));
    assert_eq!(login("wrong password").await.code(400), "invalid_credentials");
    assert_eq!(login(&visitor.password).await.code(400), "email_not_verified");
}

#[tokio::test]
async fn passwords_cannot_be_guessed_without_end() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let login = |password: &str| user.post("/api/v1/auth/login", json!({"email": user.email, "password": password}));
    for _ in 0..9 {
        assert_eq!(login("wrong password").await.code(400), "invalid_credentials");
    }
    // A right one wipes the slate.
    assert_eq!(login(&user.password).await.status, 200);
    let mut refused = 0;
    for _ in 0..11 {
        refused += u32::from(login("wrong password").await.status == 429);
    }
    assert_eq!(refused, 1);
    let locked = login(&user.password).await;
    assert_eq!(locked.code(429), "too_many_attempts");
    let wait: u64 = locked.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=900).contains(&wait));

    // Who can read the mailbox gets in.
    age(&system, &user.email, 61).await;
    assert_eq!(user.post("/api/v1/auth/forgot-password", json!({"email": user.email})).await.status, 200);
    let reset = json!({"email": user.email, "otp": system.code(&user.email), "newPassword": "a new password"});
    assert_eq!(user.post("/api/v1/auth/reset-password", reset).await.status, 200);
    assert_eq!(login("a new password").await.status, 200);
}

#[tokio::test]
async fn signing_out_always_works_and_ends_the_sign_in() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let visitor = system.visitor();
    let login = json!({"email": user.email, "password": user.password});

    // By navigation, with the cookies; the flag may be gone already.
    let cookies = jar(&visitor.post("/api/v1/auth/login", login.clone()).await);
    let navigation = visitor
        .request(Method::GET, "/api/v1/auth/logout")
        .header("Cookie", &cookies)
        .header("Accept", "text/html,*/*");
    let answer = visitor.send(navigation).await;
    assert_eq!(answer.status, 302);
    assert_eq!(answer.headers["location"], "http://localhost:3001/login");
    assert_eq!(answer.cookies().len(), 5);
    let after = visitor.send(visitor.request(Method::GET, "/api/v1/user/profile").header("Cookie", &cookies)).await;
    assert_eq!(after.code(401), "sign_in_expired");

    // With nothing at all, and with nonsense.
    for cookies in ["", "access_token=nonsense; refresh_token=nonsense; local_access=true"] {
        let answer = visitor.send(visitor.request(Method::GET, "/api/v1/auth/logout").header("Cookie", cookies)).await;
        assert_eq!((answer.status, answer.cookies().len()), (302, 5));
    }

    // For scripts.
    let json =
        visitor.send(visitor.request(Method::GET, "/api/v1/auth/logout").header("Accept", "application/json")).await;
    assert_eq!(json.status, 200);
    assert_eq!(json.json()["message"], "You are signed out.");
    let post = user.send(user.request(Method::POST, "/api/v1/auth/logout")).await;
    assert_eq!((post.status, post.cookies().len()), (200, 5));
    assert_eq!(user.get("/api/v1/user/profile").await.code(401), "sign_in_expired");
}

#[tokio::test]
async fn sign_ins_are_listed_and_ended_one_by_one() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let mut elsewhere = user.clone();
    elsewhere.sign_in().await;
    let listed = user.get("/api/v1/auth/sessions").await;
    insta::assert_json_snapshot!(masked(&redacted(&listed)["data"]["sessions"][0], &[("current", "[current]")]), @r#"
    {
      "createdAt": "[createdAt]",
      "current": "[current]",
      "expiresAt": "[expiresAt]",
      "id": "[id]",
      "lastUsedAt": "[lastUsedAt]",
      "method": "password",
      "userAgent": "IntelliMaint/0.1.0"
    }
    "#);
    let data = listed.data(200);
    assert_eq!(data["pagination"], json!({"page": 1, "limit": 10, "total": 2, "totalPages": 1}));
    let sessions = data["sessions"].as_array().unwrap();
    assert_eq!(sessions.iter().filter(|session| session["current"] == true).count(), 1);
    let other = sessions.iter().find(|session| session["current"] == false).unwrap();
    let path = format!("/api/v1/auth/sessions/{}", other["id"].as_str().unwrap());

    let stranger = system.user().await;
    assert_eq!(stranger.delete(&path).await.code(404), "not_found");
    assert_eq!(elsewhere.get("/api/v1/user/profile").await.status, 200);
    let ended = user.delete(&path).await;
    assert_eq!((ended.status, ended.cookies().len()), (200, 0));
    assert_eq!(elsewhere.get("/api/v1/user/profile").await.code(401), "sign_in_expired");
    assert_eq!(user.delete(&path).await.code(404), "not_found");
    assert_eq!(user.delete("/api/v1/auth/sessions/no%20id").await.code(404), "not_found");

    let own = sessions.iter().find(|session| session["current"] == true).unwrap();
    let ended = user.delete(&format!("/api/v1/auth/sessions/{}", own["id"].as_str().unwrap())).await;
    assert_eq!((ended.status, ended.cookies().len()), (200, 5));
    assert_eq!(user.get("/api/v1/auth/sessions").await.code(401), "sign_in_expired");
}

#[tokio::test]
async fn a_ticket_for_the_web_socket_is_no_access_token() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let data = user.get("/api/v1/auth/ws-auth").await.data(200);
    assert_eq!((data["userId"].as_str(), data["expiresIn"].as_u64()), (Some(user.id.as_str()), Some(60)));
    let mut thief = user.clone();
    thief.token = Some(data["token"].as_str().unwrap().to_owned());
    assert_eq!(thief.get("/api/v1/user/profile").await.status, 401);
    assert_eq!(system.visitor().get("/api/v1/auth/ws-auth").await.code(401), "not_signed_in");
}
