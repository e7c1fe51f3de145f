//! Signing in with Google, or any other issuer.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};

use super::issuer::{Issuer, query};
use super::{another, jar};
use crate::harness::{Answer, TestSystem, TestUser, masked};

async fn start() -> (Issuer, TestSystem) {
    start_with(&[]).await
}

async fn start_with(more: &[(&str, &str)]) -> (Issuer, TestSystem) {
    let issuer = Issuer::start().await;
    let variables = issuer.variables();
    let variables = variables.iter().map(|(name, value)| (*name, value.as_str()));
    let system = TestSystem::start_with(&variables.chain(more.iter().copied()).collect::<Vec<_>>()).await;
    (issuer, system)
}

async fn leave(visitor: &TestUser, parameters: &str) -> Answer {
    visitor.get(&format!("/api/v1/auth/google{parameters}")).await
}

fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, 302, "{}", answer.text);
    answer.headers["location"].to_str().unwrap().to_owned()
}

/// The sentence that the frontend is sent, where it is sent one.
fn sentence(answer: &Answer) -> Option<String> {
    let location = location(answer);
    assert!(location.starts_with("http://localhost:3001/callback?"), "{location}");
    query(&location).remove("error")
}

async fn come_back(visitor: &TestUser, cookies: &str, code: &str, state: &str) -> Answer {
    let path = format!("/api/v1/auth/google/redirect?code={code}&state={state}");
    visitor.send(visitor.request(Method::GET, &path).header("Cookie", cookies)).await
}

/// The whole way; `claims` is what the issuer says of the person.
async fn sign_in(issuer: &Issuer, visitor: &TestUser, parameters: &str, claims: &Value) -> Answer {
    let left = leave(visitor, parameters).await;
    let url = location(&left);
    let code = issuer.agree(&url, claims);
    come_back(visitor, &jar(&left), &code, &query(&url)["state"]).await
}

async fn profile(visitor: &TestUser, signed_in: &Answer) -> Value {
    assert_eq!(sentence(signed_in), None, "{:?}", signed_in.headers);
    let request = visitor.request(Method::GET, "/api/v1/user/profile").header("Cookie", jar(signed_in));
    visitor.send(request).await.data(200)
}

#[tokio::test]
async fn a_new_person_gets_an_account_with_role_and_company() {
    let (issuer, system) = start().await;
    let visitor = system.visitor();
    let left = leave(&visitor, "?role=student&company=R%26D%20Ltd").await;
    let url = location(&left);
    let asked = query(&url);
    assert!(url.starts_with(&format!("{}/authorize?", issuer.url)));
    assert_eq!(asked["redirect_uri"], format!("{}/api/v1/auth/google/redirect", visitor.gateway));
    assert_eq!((asked["response_type"].as_str(), asked["code_challenge_method"].as_str()), ("code", "S256"));
    assert_eq!(asked["scope"], "openid email profile");
    let kept = left.cookies();
    assert_eq!(kept.len(), 1);
    assert!(kept[0].starts_with("oauth_state=") && kept[0].ends_with("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax"));

    let code = issuer.agree(&url, &json!({"sub": "g-1", "email": "Grace@CS.Yale.edu"}));
    let back = come_back(&visitor, &jar(&left), &code, &asked["state"]).await;
    assert_eq!(location(&back), "http://localhost:3001/callback?token=ok");
    let names: Vec<String> = back.cookies().iter().map(|cookie| cookie.split('=').next().unwrap().to_owned()).collect();
    assert_eq!(
        names,
        ["oauth_state", "device", "access_token", "refresh_token", "google_access", "has_local_accessToken"]
    );
    assert!(back.cookies()[0].starts_with("oauth_state=; Path=/; Max-Age=0"));
    let profile = profile(&visitor, &back).await;
    insta::assert_json_snapshot!(
        masked(&profile, &[("id", "[id]"), ("createdAt", "[time]"), ("updatedAt", "[time]")]),
        @r#"
    {
      "company": "R&D Ltd",
      "createdAt": "[time]",
      "email": "grace@cs.yale.edu",
      "emailVerified": true,
      "firstName": "Grace",
      "hasPassword": false,
      "id": "[id]",
      "lastName": "Hopper",
      "pendingEmail": null,
      "profileImageUrl": "https://pictures.example/grace.png",
      "role": "student",
      "updatedAt": "[time]",
      "userSettings": {
        "emailNotifications": true,
        "theme": "light"
      }
    }
    "#
    );
    // The same person again, even with another address, is the same user.
    let again = sign_in(&issuer, &visitor, "", &json!({"sub": "g-1", "email": "new@example.com"})).await;
    assert_eq!(self::profile(&visitor, &again).await["id"], profile["id"]);
    assert_eq!(issuer.discoveries(), 1);
}

#[tokio::test]
async fn a_frontend_on_another_host_may_be_given_a_token_that_opens_nothing() {
    let (issuer, system) = start_with(&[("GOOGLE_CALLBACK_TOKEN", "short")]).await;
    let visitor = system.visitor();
    let back = sign_in(&issuer, &visitor, "", &json!({"sub": "g-1", "email": "grace@example.com"})).await;
    let address = location(&back);
    assert!(address.starts_with("http://localhost:3001/callback?accessToken="), "{address}");
    let told = query(&address);
    assert_eq!((told.len(), told["token"].as_str()), (2, "ok"));
    let token = &told["accessToken"];
    let claims = token.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60);
    assert_eq!(claims.as_object().unwrap().len(), 2, "it says nothing of the person: {claims}");

    // Whoever reads the address has nothing in hand.
    let thief = TestUser { token: Some(token.clone()), ..visitor.clone() };
    assert_eq!(thief.get("/api/v1/user/profile").await.code(401), "sign_in_expired");
    assert_eq!(thief.handshake("", &[]).await.code(401), "sign_in_expired");
    assert_eq!(visitor.handshake(&format!("?ticket={token}"), &[]).await.code(401), "ticket_invalid");
    for body in [json!({}), json!({"refreshToken": token})] {
        assert_eq!(thief.post("/api/v1/auth/refresh", body).await.status, 401);
    }
    // The page keeps it as its access token and renews by cookie at once, at times twice.
    let cookies = jar(&back);
    assert!(cookies.contains("has_local_accessToken=1"), "{cookies}");
    let by_page = |method, path| {
        let request = thief.request(method, path).header("Cookie", &cookies);
        request.header("Origin", "http://localhost:3001")
    };
    assert_eq!(visitor.send(by_page(Method::GET, "/api/v1/user/profile")).await.code(401), "sign_in_expired");
    for _ in 0..2 {
        let renewed = by_page(Method::POST, "/api/v1/auth/refresh").json(&json!({}));
        let renewed = visitor.send(renewed).await.data(200);
        let user = TestUser { token: renewed["accessToken"].as_str().map(str::to_owned), ..visitor.clone() };
        assert_eq!(user.get("/api/v1/user/profile").await.data(200)["email"], "grace@example.com");
    }
}

#[tokio::test]
async fn a_company_may_be_badly_escaped() {
    let (issuer, system) = start().await;
    let visitor = system.visitor();
    let claims = json!({"sub": "g-1", "email": "grace@example.com"});
    let back = sign_in(&issuer, &visitor, "?role=civilian&company=A&B%20100%", &claims).await;
    assert_eq!(profile(&visitor, &back).await["company"], "A&B 100%");
}

#[tokio::test]
async fn a_person_with_an_account_gets_into_that_account() {
    let (issuer, system) = start().await;
    let user = system.user().await;
    let visitor = system.visitor();
    let back = sign_in(
        &issuer,
        &visitor,
        "?role=military",
        &json!({"sub": "g-1", "email": user.email.to_uppercase(), "hd": "example.com"}),
    )
    .await;
    let found = profile(&visitor, &back).await;
    assert_eq!((found["id"].as_str(), found["hasPassword"].as_bool()), (Some(user.id.as_str()), Some(true)));
    assert_eq!((found["firstName"].as_str(), found["role"].as_str()), (Some("Ada"), Some("civilian")));
    let other = sign_in(&issuer, &visitor, "", &json!({"sub": "g-2", "email": user.email, "hd": "example.com"})).await;
    assert!(sentence(&other).unwrap().contains("another Google account"));
}

#[tokio::test]
async fn where_google_does_not_keep_the_mailbox_a_code_links_it() {
    let (issuer, system) = start().await;
    let user = system.user().await;
    let visitor = system.visitor();
    let claims = json!({"sub": "g-1", "email": user.email});
    let back = sign_in(&issuer, &visitor, "", &claims).await;
    assert!(sentence(&back).unwrap().contains("We have mailed it a code"));
    assert!(back.cookies().iter().all(|cookie| cookie.contains("Max-Age=0")), "nobody is signed in");
    let otp = system.code(&user.email);
    let code = |otp: &str| json!({"email": user.email, "otp": otp});
    assert_eq!(visitor.post("/api/v1/auth/verify-otp", code(&another(&otp))).await.code(400), "otp_invalid");
    let linked = visitor.post("/api/v1/auth/verify-otp", code(&otp)).await;
    assert_eq!(linked.data(200)["purpose"], "link_google");
    assert_eq!(visitor.post("/api/v1/auth/verify-otp", code(&otp)).await.code(400), "otp_invalid");
    let back = sign_in(&issuer, &visitor, "", &claims).await;
    assert_eq!(profile(&visitor, &back).await["id"], user.id.as_str());
    // A mailbox at Google needs no code.
    let mut gmail = system.visitor();
    gmail.email = "ada.moss@gmail.com".to_owned();
    gmail.register(|address| system.code(address)).await;
    let back = sign_in(&issuer, &visitor, "", &json!({"sub": "g-2", "email": gmail.email})).await;
    assert_eq!(profile(&visitor, &back).await["id"], gmail.id.as_str());
}

#[tokio::test]
async fn a_state_cookie_of_an_earlier_attempt_hides_none() {
    let (issuer, system) = start().await;
    let visitor = system.visitor();
    let left = leave(&visitor, "").await;
    let url = location(&left);
    let code = issuer.agree(&url, &json!({"sub": "g-1", "email": "grace@example.com"}));
    let cookies = format!("oauth_state=of.another.attempt; {}", jar(&left));
    let back = come_back(&visitor, &cookies, &code, &query(&url)["state"]).await;
    assert_eq!(profile(&visitor, &back).await["email"], "grace@example.com");
}

#[tokio::test]
async fn who_comes_back_with_google_goes_on_where_the_deleted_account_stopped() {
    let (issuer, system) = start().await;
    for is_linked in [false, true] {
        let user = system.user().await;
        system.system.context.billing.charge_message(&user.id.parse().unwrap()).await.unwrap();
        let deletion = user.request(Method::DELETE, "/api/v1/user/account").json(&json!({"password": user.password}));
        assert_eq!(user.send(deletion).await.status, 200);
        let visitor = TestUser { token: None, ..user.clone() };
        if is_linked {
            assert_eq!(visitor.post("/api/v1/auth/register", visitor.registration()).await.status, 201);
        }
        let claims = json!({"sub": format!("g-{is_linked}"), "email": user.email, "hd": "example.com"});
        let back = sign_in(&issuer, &visitor, "", &claims).await;
        assert_eq!(sentence(&back), None);
        let request = visitor.request(Method::GET, "/api/v1/billing/subscription").header("Cookie", jar(&back));
        let found = visitor.send(request).await.data(200);
        assert_eq!(found["usage"]["messagesPerMonth"]["used"], 1, "{is_linked}");
    }
}

#[tokio::test]
async fn a_password_chosen_before_the_owner_came_opens_nothing() {
    let (issuer, system) = start().await;
    let squatter = system.visitor();
    assert_eq!(squatter.post("/api/v1/auth/register", squatter.registration()).await.status, 201);
    let back =
        sign_in(&issuer, &squatter, "", &json!({"sub": "g-1", "email": squatter.email, "hd": "example.com"})).await;
    assert_eq!(profile(&squatter, &back).await["hasPassword"], false);
    let login = json!({"email": squatter.email, "password": squatter.password});
    assert_eq!(squatter.post("/api/v1/auth/login", login).await.code(400), "invalid_credentials");
    let code = json!({"email": squatter.email, "otp": system.code(&squatter.email)});
    assert_eq!(squatter.post("/api/v1/auth/verify-otp", code).await.code(400), "otp_invalid");
}

#[tokio::test]
async fn an_address_that_does_not_fit_the_role_or_is_not_confirmed_is_explained() {
    let (issuer, system) = start().await;
    let visitor = system.visitor();
    let claims = json!({"sub": "g-1", "email": "grace@example.com"});
    let refused = sign_in(&issuer, &visitor, "?role=military", &claims).await;
    assert_eq!(sentence(&refused).unwrap(), "A military account needs an e-mail address that ends in .mil.");
    assert!(location(&refused).contains("A%20military%20account"));
    let unconfirmed = json!({"sub": "g-1", "email": "grace@example.com", "email_verified": false});
    let refused = sign_in(&issuer, &visitor, "", &unconfirmed).await;
    assert_eq!(sentence(&refused).unwrap(), "Your Google account has no confirmed e-mail address.");
    let refused = leave(&visitor, "?role=admiral").await;
    assert_eq!(sentence(&refused).unwrap(), "The role must be civilian, military or student");
}

#[tokio::test]
async fn a_token_that_does_not_hold_signs_nobody_in() {
    let (issuer, system) = start().await;
    let visitor = system.visitor();
    let past = jiff::Timestamp::now().as_second() - 3600;
    for wrong in [
        json!({"nonce": "another"}),
        json!({"nonce": null}),
        json!({"aud": "another client"}),
        json!({"iss": "https://accounts.example"}),
        json!({"exp": past}),
    ] {
        let mut claims = json!({"sub": "g-1", "email": "grace@example.com"});
        claims.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        let refused = sign_in(&issuer, &visitor, "", &claims).await;
        assert_eq!(
            sentence(&refused).as_deref(),
            Some("Signing in with Google did not work. Please try again."),
            "{wrong}"
        );
        assert_eq!(refused.cookies().len(), 1, "{wrong}");
    }
    issuer.use_keys(1, 0);
    let refused = sign_in(&issuer, &visitor, "", &json!({"sub": "g-1", "email": "grace@example.com"})).await;
    assert!(sentence(&refused).is_some());
    assert_eq!(system.system.context.store.user_by_google("g-1").await.unwrap().map(|user| user.id), None);
}

#[tokio::test]
async fn the_way_back_must_be_the_one_that_was_begun() {
    let (issuer, system) = start().await;
    let visitor = system.visitor();
    let claims = json!({"sub": "g-1", "email": "grace@example.com"});
    let (left, other) = (leave(&visitor, "").await, leave(&visitor, "").await);
    let url = location(&left);
    let state = &query(&url)["state"];
    let begun_elsewhere = Some("This sign-in took too long or was begun elsewhere. Please try again.".to_owned());
    for (cookies, state) in [
        (String::new(), state.as_str()),
        (jar(&other), state),
        (jar(&left), "another"),
        (jar(&left), ""),
        ("oauth_state=nonsense".to_owned(), state),
    ] {
        let refused = come_back(&visitor, &cookies, &issuer.agree(&url, &claims), state).await;
        assert_eq!(sentence(&refused), begun_elsewhere, "{cookies} {state}");
    }
    // A code taken from another browser's way does not fit this one's proof.
    let stolen = issuer.agree(&location(&other), &claims);
    let refused = come_back(&visitor, &jar(&left), &stolen, state).await;
    assert!(sentence(&refused).is_some());

    let code = issuer.agree(&url, &claims);
    assert_eq!(sentence(&come_back(&visitor, &jar(&left), &code, state).await), None);
    assert!(sentence(&come_back(&visitor, &jar(&left), &code, state).await).is_some(), "a code serves once");
}

#[tokio::test]
async fn a_person_who_says_no_is_sent_back() {
    let (_issuer, system) = start().await;
    let visitor = system.visitor();
    let left = leave(&visitor, "").await;
    let state = &query(&location(&left))["state"];
    let path = format!("/api/v1/auth/google/redirect?error=access_denied&state={state}");
    let refused = visitor.send(visitor.request(Method::GET, &path).header("Cookie", jar(&left))).await;
    assert_eq!(sentence(&refused).unwrap(), "You did not allow the sign-in with Google.");
    for query in ["", "?code=%ff", "?error=server_error"] {
        assert!(sentence(&visitor.get(&format!("/api/v1/auth/google/redirect{query}")).await).is_some(), "{query}");
    }
}

#[tokio::test]
async fn without_google_or_without_its_answer_there_is_a_sentence() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    for path in ["", "/redirect?code=a&state=b"] {
        assert!(sentence(&leave(&visitor, path).await).unwrap().contains("is not set up"));
    }
    let nowhere = [("GOOGLE_CLIENT_ID", "a"), ("GOOGLE_CLIENT_SECRET", "b"), ("GOOGLE_ISSUER", "http://127.0.0.1:9")];
    let system = TestSystem::start_with(&nowhere).await;
    assert!(sentence(&leave(&system.visitor(), "").await).unwrap().contains("cannot be reached"));
}
