//! Profile, settings, password.

use reqwest::Method;
use serde_json::json;

use crate::auth::redacted;
use crate::harness::{TestSystem, sentences};

#[tokio::test]
async fn a_profile_is_shown_and_changed() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    insta::assert_json_snapshot!(redacted(&user.get("/api/v1/user/profile").await), @r#"
    {
      "data": {
        "company": "",
        "createdAt": "[createdAt]",
        "email": "[email]",
        "emailVerified": true,
        "firstName": "Ada",
        "hasPassword": true,
        "id": "[id]",
        "lastName": "Moss",
        "pendingEmail": null,
        "profileImageUrl": null,
        "role": "civilian",
        "updatedAt": "[updatedAt]",
        "userSettings": {
          "emailNotifications": true,
          "theme": "light"
        }
      },
      "message": "Here is your profile.",
      "statusCode": 200
    }
    "#);
    let change = json!({
        "firstName": " Grace ", "lastName": "", "company": "Yards & Co", "profileImageUrl": "http://localhost:3001/me.png",
        "role": "military", "emailVerified": false, "id": "other",
    });
    let changed = user.put("/api/v1/user/profile", change).await.data(200);
    assert_eq!(changed["firstName"], "Grace");
    assert_eq!(changed["lastName"], "");
    assert_eq!(changed["company"], "Yards & Co");
    assert_eq!(changed["profileImageUrl"], "http://localhost:3001/me.png");
    assert_eq!((changed["role"].as_str(), changed["id"].as_str()), (Some("civilian"), Some(user.id.as_str())));

    let cleared = user.put("/api/v1/user/profile", json!({"profileImageUrl": "", "company": ""})).await.data(200);
    assert_eq!((&cleared["profileImageUrl"], &cleared["company"]), (&json!(null), &json!("")));
    assert_eq!(user.get("/api/v1/user/profile").await.data(200), cleared);
    assert_eq!(user.put("/api/v1/user/profile", json!({"firstName": ""})).await.code(400), "validation_failed");
}

#[tokio::test]
async fn a_picture_must_be_on_an_allowed_host() {
    let system = TestSystem::start_with(&[("FILE_URL_HOSTS", "*.files.example")]).await;
    let user = system.user().await;
    let put = |url: &str| user.put("/api/v1/user/profile", json!({"profileImageUrl": url}));
    assert_eq!(put("https://a.files.example/me.png").await.status, 200);
    for url in [
        "https://evil.example/me.png",
        "javascript:alert(1)",
        "data:image/png;base64,AA",
        "http://10.0.0.1/x",
        "me.png",
    ] {
        let refused = put(url).await;
        assert_eq!(refused.code(400), "validation_failed", "{url}");
        assert!(sentences(&refused.json())[0].starts_with("profileImageUrl must be"), "{}", refused.text);
    }
}

#[tokio::test]
async fn changes_at_once_are_all_kept() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let changes = [json!({"firstName": "A"}), json!({"lastName": "B"}), json!({"company": "C"})];
    let answers = futures::future::join_all(changes.map(|change| user.put("/api/v1/user/profile", change))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    let profile = user.get("/api/v1/user/profile").await.data(200);
    assert_eq!(
        (&profile["firstName"], &profile["lastName"], &profile["company"]),
        (&json!("A"), &json!("B"), &json!("C"))
    );
}

#[tokio::test]
async fn settings_have_defaults_and_change_one_by_one() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let settings = "/api/v1/user/settings";
    assert_eq!(user.get(settings).await.data(200), json!({"emailNotifications": true, "theme": "light"}));
    let changed = user.put(settings, json!({"theme": "dark"})).await;
    assert_eq!(changed.data(200), json!({"emailNotifications": true, "theme": "dark"}));
    let changed = user.put(settings, json!({"emailNotifications": false})).await;
    assert_eq!(changed.data(200), json!({"emailNotifications": false, "theme": "dark"}));
    assert_eq!(user.put(settings, json!({})).await.data(200), changed.data(200));
    assert_eq!(user.put(settings, json!({"theme": "pink"})).await.code(400), "validation_failed");
    let stranger = system.user().await;
    assert_eq!(stranger.get(settings).await.data(200)["theme"], "light");
}

#[tokio::test]
async fn a_new_password_needs_the_old_one_and_ends_other_sign_ins() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let mut elsewhere = user.clone();
    elsewhere.sign_in().await;
    let change = |current: &str| {
        user.put("/api/v1/user/password", json!({"currentPassword": current, "newPassword": "a new password"}))
    };
    let wrong = change("wrong password").await;
    assert_eq!(wrong.code(400), "wrong_password");
    assert_eq!(elsewhere.get("/api/v1/user/profile").await.status, 200);
    assert_eq!(change(&user.password).await.status, 200);
    assert_eq!(user.get("/api/v1/user/profile").await.status, 200);
    assert_eq!(elsewhere.get("/api/v1/user/profile").await.code(401), "sign_in_expired");
    let login = |password: &str| user.post("/api/v1/auth/login", json!({"email": user.email, "password": password}));
    assert_eq!(login(&user.password).await.code(400), "invalid_credentials");
    assert_eq!(login("a new password").await.status, 200);
}

#[tokio::test]
async fn everything_needs_a_sign_in() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    for (method, path) in [
        (Method::GET, "profile"),
        (Method::PUT, "profile"),
        (Method::POST, "profile/email-otp"),
        (Method::PUT, "password"),
        (Method::GET, "settings"),
        (Method::PUT, "settings"),
        (Method::POST, "account/delete-otp"),
        (Method::DELETE, "account"),
        (Method::GET, "export"),
    ] {
        let answer = visitor.send(visitor.request(method, &format!("/api/v1/user/{path}"))).await;
        assert_eq!(answer.code(401), "not_signed_in", "{path}");
    }
}
