//! What strangers can do to somebody whose address they know: nothing.

use foundation::ids::UserId;
use reqwest::Method;
use serde_json::{Value, json};

use super::{age, another, jar, mails_to};
use crate::harness::{Answer, TestSystem, TestUser};

/// A request of a browser that holds these cookies.
async fn post(visitor: &TestUser, cookies: &str, path: &str, body: Value) -> Answer {
    let request = visitor.request(Method::POST, &format!("/api/v1/auth/{path}")).header("Cookie", cookies);
    visitor.send(request.json(&body)).await
}

async fn log_in(user: &TestUser, cookies: &str, password: &str) -> Answer {
    let visitor = TestUser { token: None, ..user.clone() };
    post(&visitor, cookies, "login", json!({"email": user.email, "password": password})).await
}

/// The device cookie of a browser in which the user has signed in and out again.
async fn known_browser(user: &TestUser) -> String {
    let signed_in = log_in(user, "", &user.password).await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.text);
    let cookies = jar(&signed_in);
    let visitor = TestUser { token: None, ..user.clone() };
    let left = post(&visitor, &cookies, "logout", json!({})).await;
    assert!(left.cookies().iter().all(|cookie| !cookie.starts_with("device=")), "it outlives the sign-in");
    cookies.split("; ").find(|pair| pair.starts_with("device=")).unwrap().to_owned()
}

/// Guesses until guesses are refused. Their number is not exact: the limit fills again while they are checked.
async fn until_refused(code: &str, guess: impl AsyncFn() -> Answer) {
    for _ in 0..30 {
        let answer = guess().await;
        if answer.status == 429 {
            return;
        }
        assert_eq!(answer.code(400), code);
    }
    panic!("thirty guesses were allowed");
}

#[tokio::test]
async fn guessing_passwords_locks_nobody_out_who_was_there_before() {
    let system = TestSystem::start().await;
    let (user, other) = (system.user().await, system.user().await);
    let (browser, of_other) = (known_browser(&user).await, known_browser(&other).await);
    until_refused("invalid_credentials", async || log_in(&user, "", "a guess").await).await;
    assert_eq!(log_in(&user, "", &user.password).await.code(429), "too_many_attempts");
    assert_eq!(log_in(&user, &of_other, &user.password).await.code(429), "too_many_attempts", "of another account");
    assert_eq!(log_in(&user, "device=forged", &user.password).await.code(429), "too_many_attempts");
    assert_eq!(log_in(&user, &browser, &user.password).await.status, 200);

    // Who is signed in is not stopped either, and has a limit of their own.
    let change = |current: &str| {
        user.put("/api/v1/user/password", json!({"currentPassword": current, "newPassword": "a new password"}))
    };
    assert_eq!(change(&user.password).await.status, 200);
    until_refused("wrong_password", async || change("a guess").await).await;
    assert_eq!(change("a new password").await.code(429), "too_many_attempts");
    assert_eq!(log_in(&user, &browser, "a new password").await.status, 200);
    // A known browser cannot guess without end.
    until_refused("invalid_credentials", async || log_in(&user, &browser, "a guess").await).await;
    assert_eq!(log_in(&user, &browser, "a new password").await.code(429), "too_many_attempts");
    let deletion = other.request(Method::DELETE, "/api/v1/user/account").json(&json!({"password": other.password}));
    assert_eq!(other.send(deletion).await.status, 200);
}

#[tokio::test]
async fn wrong_codes_and_wasted_mails_keep_nobody_from_the_mailbox() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let browser = known_browser(&user).await;
    let visitor = system.visitor();
    let email = json!({"email": user.email});
    // With the mail of the sign-up, these are the five of the hour.
    for _ in 0..4 {
        age(&system, &user.email, 61).await;
        assert_eq!(post(&visitor, "", "forgot-password", email.clone()).await.status, 200);
    }
    let wrong = json!({"email": user.email, "otp": another(&system.code(&user.email))});
    for _ in 0..5 {
        assert_eq!(post(&visitor, "", "verify-otp", wrong.clone()).await.code(400), "otp_invalid");
    }
    age(&system, &user.email, 61).await;
    assert_eq!(post(&visitor, "", "forgot-password", email.clone()).await.code(429), "too_many_mails");
    assert_eq!(post(&visitor, "", "verify-otp", wrong).await.code(429), "too_many_attempts");

    let before = mails_to(&system, &user.email);
    assert_eq!(post(&visitor, &browser, "forgot-password", email).await.status, 200);
    assert_eq!(mails_to(&system, &user.email), before + 1);
    let otp = system.code(&user.email);
    let reset = json!({"email": user.email, "otp": otp, "newPassword": "a new password"});
    assert_eq!(post(&visitor, &browser, "reset-password", reset).await.status, 200);
    assert_eq!(log_in(&user, &browser, "a new password").await.status, 200);
}

#[tokio::test]
async fn a_sign_in_from_a_browser_that_is_not_known_is_told() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let first = mails_to(&system, &user.email);
    let browser = known_browser(&user).await;
    assert_eq!(mails_to(&system, &user.email), first, "nothing new in the first hour");
    let id: UserId = user.id.parse().unwrap();
    let store = &system.system.context.store;
    store.change_user(&id, |user| user.created_at = foundation::time::in_seconds(-4000)).await.unwrap();
    assert_eq!(log_in(&user, &browser, &user.password).await.status, 200);
    assert_eq!(mails_to(&system, &user.email), first);
    for _ in 0..2 {
        assert_eq!(log_in(&user, "", &user.password).await.status, 200);
    }
    assert_eq!(mails_to(&system, &user.email), first + 1, "once a day for what calls itself the same");
}

#[tokio::test]
async fn a_new_password_is_told() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let before = mails_to(&system, &user.email);
    let change = json!({"currentPassword": user.password, "newPassword": "a new password"});
    assert_eq!(user.put("/api/v1/user/password", change).await.status, 200);
    assert_eq!(mails_to(&system, &user.email), before + 1);
}
