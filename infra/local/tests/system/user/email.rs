//! Another e-mail address.

use foundation::ids::UserId;
use reqwest::Method;
use serde_json::{Value, json};
use shared::store::PENDING_EMAIL_SECONDS;

use crate::auth::{age, another, mails_to};
use crate::harness::{Answer, TestSystem, TestUser};

async fn ask(user: &TestUser, email: &str) -> Answer {
    user.put("/api/v1/user/profile", json!({"email": email, "currentPassword": user.password})).await
}

async fn prove(user: &TestUser, email: &str, otp: &str) -> Answer {
    user.post("/api/v1/auth/verify-otp", json!({"email": email, "otp": otp})).await
}

#[tokio::test]
async fn a_new_address_counts_once_it_is_proved() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let new = format!("new-{}", user.email);
    let asked = ask(&user, &new.to_uppercase()).await;
    assert_eq!(
        asked.json()["message"],
        "Your profile is saved. To use the new e-mail address, enter the code that we have mailed to it."
    );
    let profile = asked.data(200);
    assert_eq!(
        (profile["email"].as_str(), profile["pendingEmail"].as_str()),
        (Some(user.email.as_str()), Some(new.as_str()))
    );
    assert_eq!(
        user.post("/api/v1/auth/login", json!({"email": user.email, "password": user.password})).await.status,
        200
    );

    let otp = system.code(&new);
    assert_eq!(prove(&user, &new, &another(&otp)).await.code(400), "otp_invalid");
    assert_eq!(prove(&user, &new, &otp).await.data(200)["purpose"], "change_email");
    let profile = user.get("/api/v1/user/profile").await.data(200);
    assert_eq!((profile["email"].as_str(), &profile["pendingEmail"]), (Some(new.as_str()), &Value::Null));
    assert_eq!(user.post("/api/v1/auth/login", json!({"email": new, "password": user.password})).await.status, 200);
    let old = user.post("/api/v1/auth/login", json!({"email": user.email, "password": user.password})).await;
    assert_eq!(old.code(400), "invalid_credentials");
    assert_eq!(mails_to(&system, &user.email), 3, "the old address is told, when it is asked for and when it is done");
    assert_eq!(prove(&user, &new, &otp).await.code(400), "otp_invalid");

    // The old address is free for somebody else.
    assert_eq!(user.post("/api/v1/auth/register", user.registration()).await.status, 201);
}

#[tokio::test]
async fn somebody_elses_address_cannot_be_taken() {
    let system = TestSystem::start().await;
    let (user, other) = (system.user().await, system.user().await);
    assert_eq!(ask(&user, &other.email).await.code(409), "email_taken");

    // Nor one that became somebody else's while its code was on its way.
    let third = system.visitor();
    assert_eq!(ask(&user, &third.email).await.status, 200);
    let otp = system.code(&third.email);
    assert_eq!(third.post("/api/v1/auth/register", third.registration()).await.status, 201);
    assert_eq!(prove(&third, &third.email, &system.code(&third.email)).await.data(200)["purpose"], "sign_up");
    assert_eq!(prove(&user, &third.email, &otp).await.code(409), "email_taken");
    assert_eq!(user.get("/api/v1/user/profile").await.data(200)["email"], user.email.as_str());
}

#[tokio::test]
async fn an_address_that_nobody_proved_is_no_obstacle() {
    let system = TestSystem::start().await;
    let (user, squatter) = (system.user().await, system.visitor());
    assert_eq!(squatter.post("/api/v1/auth/register", squatter.registration()).await.status, 201);
    age(&system, &squatter.email, 61).await;
    assert_eq!(ask(&user, &squatter.email).await.status, 200);
    assert_eq!(prove(&user, &squatter.email, &system.code(&squatter.email)).await.status, 200);
    let login =
        |password: &str| user.post("/api/v1/auth/login", json!({"email": squatter.email, "password": password}));
    assert_eq!(login(&user.password).await.data(200)["id"], user.id.as_str());
}

#[tokio::test]
async fn only_the_address_asked_for_last_counts() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let (first, second) = (format!("first-{}", user.email), format!("second-{}", user.email));
    assert_eq!(ask(&user, &first).await.status, 200);
    let otp = system.code(&first);
    assert_eq!(ask(&user, &second).await.status, 200);
    assert_eq!(prove(&user, &first, &otp).await.code(400), "otp_invalid");
    // Asking for the present address takes the wish back.
    assert_eq!(ask(&user, &user.email).await.data(200)["pendingEmail"], Value::Null);
    assert_eq!(prove(&user, &second, &system.code(&second)).await.code(400), "otp_invalid");
}

#[tokio::test]
async fn a_new_address_must_fit_the_role() {
    let system = TestSystem::start().await;
    let mut soldier = system.visitor();
    soldier.email = "ada@army.mil".to_owned();
    let mut body = soldier.registration();
    body["role"] = json!("military");
    assert_eq!(soldier.post("/api/v1/auth/register", body).await.status, 201);
    assert_eq!(prove(&soldier, "ada@army.mil", &system.code("ada@army.mil")).await.status, 200);
    soldier.sign_in().await;
    assert_eq!(ask(&soldier, "ada@example.com").await.code(400), "validation_failed");
    assert_eq!(ask(&soldier, "ada@navy.mil").await.status, 200);
}

#[tokio::test]
async fn asking_for_an_address_again_and_again_mails_it_five_times_at_most() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let other = format!("other-{}", user.email);
    for _ in 0..8 {
        ask(&user, &other).await;
        ask(&user, &user.email).await;
    }
    assert_eq!(mails_to(&system, &other), 5);
}

#[tokio::test]
async fn a_former_address_cannot_reset_the_password() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let forgot = json!({"email": user.email});
    assert_eq!(user.post("/api/v1/auth/forgot-password", forgot.clone()).await.status, 200);
    let otp = system.code(&user.email);
    let new = format!("new-{}", user.email);
    ask(&user, &new).await.data(200);
    assert_eq!(prove(&user, &new, &system.code(&new)).await.status, 200);

    let reset = json!({"email": user.email, "otp": otp, "newPassword": "a stranger's choice"});
    assert_eq!(user.post("/api/v1/auth/reset-password", reset).await.code(400), "otp_invalid");
    assert_eq!(user.post("/api/v1/auth/resend-otp", forgot).await.status, 200);
    assert_eq!(user.post("/api/v1/auth/login", json!({"email": new, "password": user.password})).await.status, 200);
}

#[tokio::test]
async fn a_sign_in_alone_cannot_take_the_account_to_another_address() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let new = format!("new-{}", user.email);
    let wish =
        |password: Option<&str>| user.put("/api/v1/user/profile", json!({"email": new, "currentPassword": password}));
    assert_eq!(wish(None).await.code(400), "password_required");
    assert_eq!(wish(Some("a guess")).await.code(400), "wrong_password");
    assert_eq!(user.get("/api/v1/user/profile").await.data(200)["pendingEmail"], Value::Null);
    assert_eq!((mails_to(&system, &new), mails_to(&system, &user.email)), (0, 1));
    // What is not the address can be changed without.
    let same = json!({"email": user.email, "firstName": "Grace"});
    assert_eq!(user.put("/api/v1/user/profile", same).await.data(200)["firstName"], "Grace");

    assert_eq!(wish(Some(&user.password)).await.status, 200);
    assert_eq!((mails_to(&system, &new), mails_to(&system, &user.email)), (1, 2), "the old address is told at once");
}

#[tokio::test]
async fn an_account_without_a_password_needs_a_code_from_the_old_address() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let id: UserId = user.id.parse().unwrap();
    system.system.context.store.change_user(&id, |user| user.password_hash = None).await.unwrap();
    let new = format!("new-{}", user.email);
    assert_eq!(ask(&user, &new).await.code(400), "otp_required");
    assert_eq!(user.send(user.request(Method::POST, "/api/v1/user/profile/email-otp")).await.status, 200);
    let otp = system.code(&user.email);
    let wish = |otp: &str| user.put("/api/v1/user/profile", json!({"email": new, "otp": otp}));
    assert_eq!(wish(&another(&otp)).await.code(400), "otp_invalid");
    assert_eq!(wish(&otp).await.data(200)["pendingEmail"], new.as_str());
    assert_eq!(wish(&otp).await.code(400), "otp_invalid", "it is used up");
    assert_eq!(prove(&user, &new, &system.code(&new)).await.status, 200);
}

/// Asks for a new address, does `secure`, and makes sure that the new address is given up for good.
async fn is_given_up_after(system: &TestSystem, user: &TestUser, secure: impl AsyncFnOnce()) {
    let new = format!("new-{}", user.email);
    assert_eq!(ask(user, &new).await.status, 200);
    let otp = system.code(&new);
    secure().await;
    assert_eq!(prove(user, &new, &otp).await.code(400), "otp_invalid");
    age(system, &new, 61).await;
    let stranger = system.visitor();
    assert_eq!(stranger.post("/api/v1/auth/resend-otp", json!({"email": new})).await.status, 200);
    assert_eq!(mails_to(system, &new), 1, "its code is not mailed again");
    let id: UserId = user.id.parse().unwrap();
    let account = system.system.context.store.user(&id).await.unwrap().unwrap();
    assert_eq!((account.email.as_str(), account.awaited_email()), (user.email.as_str(), None));
}

#[tokio::test]
async fn a_reset_password_gives_up_the_new_address() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    is_given_up_after(&system, &user, async || {
        let email = json!({"email": user.email});
        assert_eq!(user.post("/api/v1/auth/forgot-password", email).await.status, 200);
        let otp = system.code(&user.email);
        let reset = json!({"email": user.email, "otp": otp, "newPassword": "a new password"});
        assert_eq!(user.post("/api/v1/auth/reset-password", reset).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_changed_password_gives_up_the_new_address() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    is_given_up_after(&system, &user, async || {
        let change = json!({"currentPassword": user.password, "newPassword": "a new password"});
        assert_eq!(user.put("/api/v1/user/password", change).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn an_ended_sign_in_gives_up_the_new_address() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let mut elsewhere = user.clone();
    elsewhere.sign_in().await;
    is_given_up_after(&system, &user, async || {
        let sign_ins = elsewhere.get("/api/v1/auth/sessions").await.data(200);
        let all = sign_ins["sessions"].as_array().unwrap();
        let other = all.iter().find(|sign_in| sign_in["current"] == false).unwrap();
        let path = format!("/api/v1/auth/sessions/{}", other["id"].as_str().unwrap());
        assert_eq!(elsewhere.delete(&path).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_new_address_waits_an_hour_however_often_its_code_is_mailed() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let new = format!("new-{}", user.email);
    assert_eq!(ask(&user, &new).await.status, 200);
    age(&system, &new, 61).await;
    let resend = || user.post("/api/v1/auth/resend-otp", json!({"email": new}));
    assert_eq!(resend().await.status, 200);
    assert_eq!(mails_to(&system, &new), 2);
    let otp = system.code(&new);
    let id: UserId = user.id.parse().unwrap();
    let store = &system.system.context.store;
    store.change_user(&id, |user| user.pending_email_ends_at -= PENDING_EMAIL_SECONDS).await.unwrap();
    assert_eq!(prove(&user, &new, &otp).await.code(400), "otp_invalid");
    age(&system, &new, 61).await;
    assert_eq!(resend().await.status, 200);
    assert_eq!(mails_to(&system, &new), 2);
    assert_eq!(user.get("/api/v1/user/profile").await.data(200)["pendingEmail"], Value::Null);
}
