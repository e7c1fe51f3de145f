//! One-time codes: wrong, used, late, guessed, asked for again; and the new password they allow.

use futures::future::join_all;
use serde_json::json;

use super::{age, another, mails_to, redacted, verify};
use crate::harness::{TestSystem, TestUser};

async fn registered(system: &TestSystem) -> TestUser {
    let visitor = system.visitor();
    assert_eq!(visitor.post("/api/v1/auth/register", visitor.registration()).await.status, 201);
    visitor
}

async fn forgotten(system: &TestSystem) -> TestUser {
    let user = system.user().await;
    let answer = user.post("/api/v1/auth/forgot-password", json!({"email": user.email})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    user
}

#[tokio::test]
async fn a_wrong_a_used_and_a_late_code_are_refused() {
    let system = TestSystem::start().await;
    let visitor = registered(&system).await;
    let code = system.code(&visitor.email);
    let wrong = verify(&visitor, &another(&code)).await;
    assert_eq!(wrong.status, 400);
    insta::assert_json_snapshot!(redacted(&wrong), @r#"
    {
      "code": "otp_invalid",
      "data": null,
      "message": "This code is not right. Check it, or ask for a new one.",
      "requestId": "[requestId]",
      "statusCode": 400
    }
    "#);
    age(&system, &visitor.email, 301).await;
    assert_eq!(verify(&visitor, &code).await.code(400), "otp_expired");
    // Whether anything is pending shows only to somebody who has the code.
    assert_eq!(verify(&visitor, &another(&code)).await.code(400), "otp_invalid");

    assert_eq!(visitor.post("/api/v1/auth/resend-otp", json!({"email": visitor.email})).await.status, 200);
    let code = system.code(&visitor.email);
    assert_eq!(verify(&visitor, &code).await.status, 200);
    assert_eq!(verify(&visitor, &code).await.code(400), "otp_invalid");
}

#[tokio::test]
async fn a_code_used_by_many_at_once_counts_once() {
    let system = TestSystem::start().await;
    let user = forgotten(&system).await;
    let otp = system.code(&user.email);
    let reset = |password: &str| {
        let body = json!({"email": user.email, "otp": otp, "newPassword": password});
        let user = &user;
        async move { user.post("/api/v1/auth/reset-password", body).await.status }
    };
    let statuses = join_all(["password one", "password two", "password three"].map(reset)).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
}

#[tokio::test]
async fn a_code_cannot_be_guessed() {
    let system = TestSystem::start().await;
    let visitor = registered(&system).await;
    let code = system.code(&visitor.email);
    for _ in 0..5 {
        assert_eq!(verify(&visitor, &another(&code)).await.code(400), "otp_invalid");
    }
    let refused = verify(&visitor, &code).await;
    assert_eq!(refused.code(429), "too_many_attempts");
    let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=900).contains(&wait), "{wait}");

    // A new code does not help, only waiting does.
    age(&system, &visitor.email, 61).await;
    assert_eq!(visitor.post("/api/v1/auth/resend-otp", json!({"email": visitor.email})).await.status, 200);
    assert_eq!(mails_to(&system, &visitor.email), 2);
    assert_eq!(verify(&visitor, &system.code(&visitor.email)).await.code(429), "too_many_attempts");
    age(&system, &visitor.email, 900).await;
    assert_eq!(visitor.post("/api/v1/auth/resend-otp", json!({"email": visitor.email})).await.status, 200);
    assert_eq!(verify(&visitor, &system.code(&visitor.email)).await.status, 200);
}

#[tokio::test]
async fn many_guesses_at_once_are_five_guesses() {
    let system = TestSystem::start().await;
    let visitor = registered(&system).await;
    let code: u32 = system.code(&visitor.email).parse().unwrap();
    let guesses = (1..=40).map(|step| format!("{:06}", (code + step) % 1_000_000));
    let guesses: Vec<String> = guesses.collect();
    let statuses: Vec<u16> =
        join_all(guesses.iter().map(|guess| verify(&visitor, guess))).await.iter().map(|a| a.status).collect();
    assert!(statuses.iter().filter(|status| **status == 400).count() <= 5, "{statuses:?}");
    assert!(statuses.iter().all(|status| [400, 429, 503].contains(status)), "{statuses:?}");
}

#[tokio::test]
async fn guesses_at_an_unknown_address_are_answered_alike() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    for _ in 0..5 {
        assert_eq!(verify(&visitor, "123456").await.code(400), "otp_invalid");
    }
    assert_eq!(verify(&visitor, "123456").await.code(429), "too_many_attempts");
}

#[tokio::test]
async fn mails_are_one_a_minute_and_five_an_hour() {
    let system = TestSystem::start().await;
    let visitor = registered(&system).await;
    let resend = || visitor.post("/api/v1/auth/resend-otp", json!({"email": visitor.email}));
    let code = system.code(&visitor.email);
    assert_eq!(resend().await.status, 200);
    assert_eq!(mails_to(&system, &visitor.email), 1);
    for sent in 2..=5 {
        age(&system, &visitor.email, 61).await;
        assert_eq!(resend().await.status, 200);
        assert_eq!(mails_to(&system, &visitor.email), sent);
    }
    age(&system, &visitor.email, 61).await;
    let refused = resend().await;
    assert_eq!(refused.code(429), "too_many_mails");
    assert!(refused.headers.contains_key("retry-after"));
    if code != system.code(&visitor.email) {
        assert_eq!(verify(&visitor, &code).await.code(400), "otp_invalid");
    }
    age(&system, &visitor.email, 3600).await;
    assert_eq!(resend().await.status, 200);
    assert_eq!(mails_to(&system, &visitor.email), 6);
}

#[tokio::test]
async fn unknown_addresses_get_the_same_answers_and_no_mail() {
    let system = TestSystem::start().await;
    let (known, unknown) = (system.user().await, system.visitor());
    for path in ["/api/v1/auth/forgot-password", "/api/v1/auth/resend-otp"] {
        let one = unknown.post(path, json!({"email": unknown.email})).await;
        let other = unknown.post(path, json!({"email": known.email})).await;
        assert_eq!((one.status, redacted(&one)), (200, redacted(&other)), "{path}");
    }
    assert_eq!(mails_to(&system, &unknown.email), 0);
    // A sign-up does not have to wait for a mail that was never sent.
    assert_eq!(unknown.post("/api/v1/auth/register", unknown.registration()).await.status, 201);
    assert_eq!(mails_to(&system, &unknown.email), 1);
}

#[tokio::test]
async fn mail_that_cannot_be_sent_does_not_tell_that_there_is_an_account() {
    let system = TestSystem::start().await;
    let (known, unproved, unknown) = (system.user().await, registered(&system).await, system.visitor());
    let folder = system.system.folder.join("mail");
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "in the way").unwrap();
    for path in ["/api/v1/auth/forgot-password", "/api/v1/auth/resend-otp"] {
        let expected = redacted(&unknown.post(path, json!({"email": unknown.email})).await);
        for somebody in [&known, &unproved] {
            let answer = unknown.post(path, json!({"email": somebody.email})).await;
            assert_eq!((answer.status, redacted(&answer)), (200, expected.clone()), "{path}");
        }
    }
    std::fs::remove_file(&folder).unwrap();
    let again = unknown.post("/api/v1/auth/forgot-password", json!({"email": known.email})).await;
    assert_eq!(again.status, 200);
    assert_eq!(mails_to(&system, &known.email), 1);
}

#[tokio::test]
async fn a_new_password_needs_its_code_and_ends_all_sign_ins() {
    let system = TestSystem::start().await;
    let user = forgotten(&system).await;
    let otp = system.code(&user.email);
    let reset = |otp: &str| {
        user.post(
            "/api/v1/auth/reset-password",
            json!({"email": user.email, "otp": otp, "newPassword": "a new password"}),
        )
    };
    let without =
        user.post("/api/v1/auth/reset-password", json!({"email": user.email, "newPassword": "a new password"})).await;
    assert_eq!(without.code(400), "validation_failed");
    assert_eq!(reset(&another(&otp)).await.code(400), "otp_invalid");

    // Looking at the code does not use it up, and a right look is no attempt.
    for _ in 0..6 {
        assert_eq!(verify(&user, &otp).await.data(200)["purpose"], "reset_password");
    }
    let done = reset(&otp).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert!(done.cookies().is_empty());
    assert_eq!(reset(&otp).await.code(400), "otp_invalid");
    assert_eq!(user.get("/api/v1/user/profile").await.code(401), "sign_in_expired");
    let login = |password: &str| user.post("/api/v1/auth/login", json!({"email": user.email, "password": password}));
    assert_eq!(login(&user.password).await.code(400), "invalid_credentials");
    assert_eq!(login("a new password").await.status, 200);
}

#[tokio::test]
async fn a_resend_keeps_the_purpose_and_a_reset_proves_the_address() {
    let system = TestSystem::start().await;
    let visitor = registered(&system).await;
    age(&system, &visitor.email, 61).await;
    let email = json!({"email": visitor.email});
    assert_eq!(visitor.post("/api/v1/auth/forgot-password", email.clone()).await.status, 200);
    age(&system, &visitor.email, 301).await;
    assert_eq!(visitor.post("/api/v1/auth/resend-otp", email).await.status, 200);
    let otp = system.code(&visitor.email);
    assert_eq!(verify(&visitor, &otp).await.data(200)["purpose"], "reset_password");
    let login =
        |password: &str| visitor.post("/api/v1/auth/login", json!({"email": visitor.email, "password": password}));
    assert_eq!(login(&visitor.password).await.code(400), "email_not_verified");
    let reset = json!({"email": visitor.email, "otp": otp, "newPassword": "a new password"});
    assert_eq!(visitor.post("/api/v1/auth/reset-password", reset).await.status, 200);
    assert_eq!(login("a new password").await.status, 200);
}
