//! Signing up.

use serde_json::json;

use super::{age, mails_to, redacted, verify};
use crate::harness::TestSystem;

#[tokio::test]
async fn a_sign_up_mails_a_code_that_proves_the_address_and_signs_nobody_in() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    let answer = visitor.post("/api/v1/auth/register", visitor.registration()).await;
    assert_eq!(answer.status, 201);
    insta::assert_json_snapshot!(redacted(&answer), @r#"
    {
      "data": {
        "email": "[email]"
      },
      "message": "Account created. We have mailed you a code.",
      "statusCode": 201
    }
    "#);
    let login = json!({"email": visitor.email, "password": visitor.password});
    assert_eq!(visitor.post("/api/v1/auth/login", login.clone()).await.code(400), "email_not_verified");

    let verified = verify(&visitor, &system.code(&visitor.email)).await;
    assert!(verified.cookies().is_empty());
    insta::assert_json_snapshot!(redacted(&verified), @r#"
    {
      "data": {
        "email": "[email]",
        "purpose": "sign_up"
      },
      "message": "Your e-mail address is confirmed. You can sign in now.",
      "statusCode": 200
    }
    "#);
    assert_eq!(visitor.post("/api/v1/auth/login", login).await.status, 200);
    let again = visitor.post("/api/v1/auth/register", visitor.registration()).await;
    assert_eq!(again.code(409), "email_taken");
}

#[tokio::test]
async fn addresses_compare_without_case_and_with_a_lost_plus() {
    let system = TestSystem::start().await;
    let mut visitor = system.visitor();
    visitor.email = "Ada.Moss+Test@Example.COM".to_owned();
    assert_eq!(visitor.post("/api/v1/auth/register", visitor.registration()).await.status, 201);
    let otp = system.code("ada.moss+test@example.com");
    let mangled = json!({"email": "ada.moss test@example.com", "otp": otp});
    assert_eq!(visitor.post("/api/v1/auth/verify-otp", mangled).await.status, 200);
    let login = json!({"email": "ADA.MOSS+TEST@example.com", "password": visitor.password});
    assert_eq!(visitor.post("/api/v1/auth/login", login).await.status, 200);
}

#[tokio::test]
async fn a_repeat_before_the_address_is_proved_counts_only_with_its_own_code() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    assert_eq!(visitor.post("/api/v1/auth/register", visitor.registration()).await.status, 201);
    let mut other = visitor.registration();
    other["password"] = json!("another password");
    other["confirmPassword"] = json!("another password");
    other["firstName"] = json!("Eve");

    // Within the minute nothing is mailed, and what was pending stays.
    let repeat = visitor.post("/api/v1/auth/register", other.clone()).await;
    assert_eq!(repeat.status, 200, "{}", repeat.text);
    assert_eq!(mails_to(&system, &visitor.email), 1);

    // After it the new details come with a new code.
    age(&system, &visitor.email, 61).await;
    let first = system.code(&visitor.email);
    assert_eq!(visitor.post("/api/v1/auth/register", other).await.status, 200);
    assert_eq!(mails_to(&system, &visitor.email), 2);
    let second = system.code(&visitor.email);
    if first != second {
        assert_eq!(verify(&visitor, &first).await.code(400), "otp_invalid");
    }
    assert_eq!(verify(&visitor, &second).await.status, 200);
    let old = json!({"email": visitor.email, "password": visitor.password});
    assert_eq!(visitor.post("/api/v1/auth/login", old).await.code(400), "invalid_credentials");
    let new = json!({"email": visitor.email, "password": "another password"});
    assert_eq!(visitor.post("/api/v1/auth/login", new).await.data(200)["firstName"], "Eve");
}

#[tokio::test]
async fn a_password_cannot_be_slipped_under_a_code_that_is_on_its_way() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    assert_eq!(visitor.post("/api/v1/auth/register", visitor.registration()).await.status, 201);
    let mut other = visitor.registration();
    other["password"] = json!("another password");
    other["confirmPassword"] = json!("another password");
    assert_eq!(visitor.post("/api/v1/auth/register", other).await.status, 200);
    assert_eq!(verify(&visitor, &system.code(&visitor.email)).await.status, 200);
    let slipped = json!({"email": visitor.email, "password": "another password"});
    assert_eq!(visitor.post("/api/v1/auth/login", slipped).await.code(400), "invalid_credentials");
    let own = json!({"email": visitor.email, "password": visitor.password});
    assert_eq!(visitor.post("/api/v1/auth/login", own).await.status, 200);
}

#[tokio::test]
async fn of_many_sign_ups_at_once_for_one_address_one_makes_the_account() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    let attempts = (0..8).map(|_| visitor.post("/api/v1/auth/register", visitor.registration()));
    let mut statuses: Vec<u16> = futures::future::join_all(attempts).await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 200, 201]);
    assert_eq!(mails_to(&system, &visitor.email), 1);
}

#[tokio::test]
async fn one_network_address_cannot_sign_up_without_end() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    // Development allows ten times as much.
    let limit = shared::store::RateLimit { name: "sign-up", times: 1000, seconds: 3600 };
    for _ in 0..1000 {
        system.system.context.store.count_against(&limit, "127.0.0.1").await.unwrap();
    }
    let answer = visitor.post("/api/v1/auth/register", visitor.registration()).await;
    assert_eq!(answer.code(429), "too_many_requests");
    assert!(answer.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn a_mail_that_cannot_be_sent_is_said_so_and_can_be_sent_again() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    let folder = system.system.folder.join("mail");
    std::fs::remove_dir_all(&folder).ok();
    std::fs::write(&folder, "in the way").unwrap();
    let answer = visitor.post("/api/v1/auth/register", visitor.registration()).await;
    assert_eq!(answer.code(503), "mail_unavailable");

    std::fs::remove_file(&folder).unwrap();
    let again = visitor.post("/api/v1/auth/resend-otp", json!({"email": visitor.email})).await;
    assert_eq!(again.status, 200);
    assert_eq!(verify(&visitor, &system.code(&visitor.email)).await.status, 200);
    let login = json!({"email": visitor.email, "password": visitor.password});
    assert_eq!(visitor.post("/api/v1/auth/login", login).await.status, 200);
}
