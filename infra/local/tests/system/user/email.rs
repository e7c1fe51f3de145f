//! Another e-mail address.

use serde_json::{Value, json};

use crate::auth::{age, another, mails_to};
use crate::harness::{Answer, TestSystem, TestUser};

async fn ask(user: &TestUser, email: &str) -> Answer {
    user.put("/api/v1/user/profile", json!({"email": email})).await
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
    assert_eq!(mails_to(&system, &user.email), 2, "the old address is told");
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
    assert_eq!(prove(&user, &third.email, &otp).await.code(400), "otp_invalid");
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
