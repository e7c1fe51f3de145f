//! Signing up.

use reqwest::Method;
use serde_json::{Value, json};

use super::{age, jar, mails_to, redacted, verify};
use crate::harness::{Answer, TestSystem, TestUser, sentences};

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

/// Signs up with other details for the address of `visitor`, in a browser that holds these cookies.
async fn also_sign_up(visitor: &TestUser, password: &str, first_name: &str, cookies: &str) -> Answer {
    let mut body = visitor.registration();
    body["password"] = json!(password);
    body["confirmPassword"] = json!(password);
    body["firstName"] = json!(first_name);
    let request = visitor.request(Method::POST, "/api/v1/auth/register").header("Cookie", cookies).json(&body);
    visitor.send(request).await
}

async fn prove(visitor: &TestUser, cookies: &str, body: Value) -> Answer {
    let request = visitor.request(Method::POST, "/api/v1/auth/verify-otp").header("Cookie", cookies).json(&body);
    visitor.send(request).await
}

async fn login(visitor: &TestUser, password: &str) -> Answer {
    visitor.post("/api/v1/auth/login", json!({"email": visitor.email, "password": password})).await
}

#[tokio::test]
async fn of_two_who_sign_up_with_one_address_the_browser_with_the_code_counts() {
    for is_first in [true, false] {
        let system = TestSystem::start().await;
        let visitor = system.visitor();
        let first = also_sign_up(&visitor, "the first's words", "Eve", "").await;
        assert_eq!(first.status, 201, "{}", first.text);
        let kept = &first.cookies()[0];
        assert!(kept.starts_with("sign_up=") && kept.ends_with("; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax"));
        // Within the minute there is one mail for both.
        let second = also_sign_up(&visitor, "the second's words", "Ada", "").await;
        assert_eq!(second.status, 200, "{}", second.text);
        assert_eq!(mails_to(&system, &visitor.email), 1);

        let code = json!({"email": visitor.email, "otp": system.code(&visitor.email)});
        let undecided = verify(&visitor, code["otp"].as_str().unwrap()).await;
        assert_eq!(undecided.code(400), "password_required", "nothing says who this is");
        let (owner, stranger) = if is_first { (&first, &second) } else { (&second, &first) };
        assert_ne!(jar(owner), jar(stranger));
        assert_eq!(prove(&visitor, &jar(owner), code.clone()).await.status, 200);
        let passwords = ["the first's words", "the second's words"];
        let (right, wrong) = if is_first { (0, 1) } else { (1, 0) };
        assert_eq!(login(&visitor, passwords[wrong]).await.code(400), "invalid_credentials");
        let name = if is_first { "Eve" } else { "Ada" };
        assert_eq!(login(&visitor, passwords[right]).await.data(200)["firstName"], name);
        assert_eq!(prove(&visitor, &jar(stranger), code).await.code(400), "otp_invalid");
    }
}

#[tokio::test]
async fn without_the_browser_the_password_says_whose_sign_up_it_is() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    assert_eq!(also_sign_up(&visitor, "the first's words", "Eve", "").await.status, 201);
    assert_eq!(also_sign_up(&visitor, "the second's words", "Ada", "").await.status, 200);
    let otp = system.code(&visitor.email);
    let code = |password: &str| json!({"email": visitor.email, "otp": otp, "password": password});
    assert_eq!(prove(&visitor, "", code("a third's words")).await.code(400), "wrong_password");
    assert_eq!(
        prove(&visitor, "sign_up=0123456789abcdef0123456789abcdef", code("x")).await.code(400),
        "wrong_password"
    );
    assert_eq!(prove(&visitor, "", code("the second's words")).await.status, 200);
    assert_eq!(login(&visitor, "the second's words").await.data(200)["firstName"], "Ada");
}

#[tokio::test]
async fn without_either_a_new_password_is_set_through_the_mailbox() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    assert_eq!(also_sign_up(&visitor, "the first's words", "Eve", "").await.status, 201);
    assert_eq!(also_sign_up(&visitor, "the second's words", "Ada", "").await.status, 200);
    age(&system, &visitor.email, 61).await;
    let email = json!({"email": visitor.email});
    assert_eq!(visitor.post("/api/v1/auth/forgot-password", email).await.status, 200);
    let otp = system.code(&visitor.email);
    let reset = json!({"email": visitor.email, "otp": otp, "newPassword": "the owner's words"});
    assert_eq!(visitor.post("/api/v1/auth/reset-password", reset).await.status, 200);
    for stranger in ["the first's words", "the second's words"] {
        assert_eq!(login(&visitor, stranger).await.code(400), "invalid_credentials");
    }
    assert_eq!(login(&visitor, "the owner's words").await.status, 200);
}

#[tokio::test]
async fn a_corrected_password_counts_within_the_minute() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    let first = also_sign_up(&visitor, "corect horse", "Ada", "").await;
    assert_eq!(also_sign_up(&visitor, "correct horse", "Ada", &jar(&first)).await.status, 200);
    assert_eq!(mails_to(&system, &visitor.email), 1);
    // No other sign-up is left, so that the code alone is enough.
    assert_eq!(verify(&visitor, &system.code(&visitor.email)).await.status, 200);
    assert_eq!(login(&visitor, "corect horse").await.code(400), "invalid_credentials");
    assert_eq!(login(&visitor, "correct horse").await.status, 200);
}

#[tokio::test]
async fn a_new_password_does_not_replace_the_code_of_a_sign_up() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    assert_eq!(visitor.post("/api/v1/auth/register", visitor.registration()).await.status, 201);
    let code = system.code(&visitor.email);
    age(&system, &visitor.email, 61).await;
    assert_eq!(visitor.post("/api/v1/auth/forgot-password", json!({"email": visitor.email})).await.status, 200);
    assert_eq!(mails_to(&system, &visitor.email), 2);
    assert_eq!(verify(&visitor, &code).await.data(200)["purpose"], "sign_up");
}

#[tokio::test]
async fn common_passwords_and_ones_own_name_are_refused() {
    let system = TestSystem::start().await;
    let mut visitor = system.visitor();
    visitor.email = "ada.moss@example.com".to_owned();
    for bad in ["password", "Qwertyuiop", "12345678", "Ada.Moss99", "ada.moss@example.com", "AdaMoss2026"] {
        let refused = also_sign_up(&visitor, bad, "Ada", "").await;
        assert_eq!(refused.code(400), "validation_failed", "{bad}");
        assert!(sentences(&refused.json())[0].starts_with("password must not be"), "{}", refused.text);
    }
    assert_eq!(mails_to(&system, &visitor.email), 0);
}

#[tokio::test]
async fn a_password_is_the_same_on_every_keyboard() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    assert_eq!(also_sign_up(&visitor, "Schl\u{fc}ssel 9", "Ada", "").await.status, 201);
    assert_eq!(verify(&visitor, &system.code(&visitor.email)).await.status, 200);
    assert_eq!(login(&visitor, "Schlu\u{308}ssel 9").await.status, 200);
    assert_eq!(login(&visitor, "Schlussel 9").await.code(400), "invalid_credentials");
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
