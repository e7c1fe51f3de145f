//! Tokens: forged, expired, renewed, used again.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use foundation::ids::{SignInId, UserId};
use foundation::public_keys::Purpose;
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use shared::auth::{TokenSecret, Tokens};
use shared::store::SignIn;

use crate::harness::{Answer, TOKEN_SECRET, TestSystem, TestUser};

fn claims(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

/// The claims that say who it is, without the times that signing adds.
fn bare(token: &str) -> Value {
    let mut claims = claims(token);
    for time in ["iat", "exp"] {
        claims.as_object_mut().unwrap().remove(time);
    }
    claims
}

async fn with_token(user: &TestUser, token: &str) -> Answer {
    TestUser { token: Some(token.to_owned()), ..user.clone() }.get("/api/v1/user/profile").await
}

#[tokio::test]
async fn a_token_that_we_did_not_make_signs_nobody_in() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let token = user.token.clone().unwrap();
    let (head, signature) = token.rsplit_once('.').unwrap();
    let payload = head.split_once('.').unwrap().1;
    let ours = claims(&token);
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let mut other_claims = ours.clone();
    other_claims["sub"] = json!(UserId::new());
    let other_payload = URL_SAFE_NO_PAD.encode(other_claims.to_string());
    let header = head.split_once('.').unwrap().0;
    let sign = |secret: &str, purpose| {
        Tokens::signing(&TokenSecret::new(secret.into())).sign(purpose, bare(&token), 600).unwrap()
    };
    assert_eq!(with_token(&user, &sign(TOKEN_SECRET, Purpose::Access)).await.status, 200);
    let mut flipped = signature.to_owned();
    flipped.replace_range(0..1, if signature.starts_with('A') { "B" } else { "A" });
    let forgeries = [
        format!("{none}.{payload}."),
        format!("{none}.{payload}.{signature}"),
        format!("{header}.{other_payload}.{signature}"),
        format!("{head}.{flipped}"),
        head.to_owned(),
        sign("another secret of more than 32 characters", Purpose::Access),
        sign(TOKEN_SECRET, Purpose::Ticket),
        sign(TOKEN_SECRET, Purpose::Refresh),
        user.refresh_token.clone().unwrap(),
        "nonsense".to_owned(),
    ];
    for forgery in forgeries {
        assert_eq!(with_token(&user, &forgery).await.code(401), "sign_in_expired", "{forgery}");
    }
    assert_eq!(with_token(&user, &token).await.status, 200);
    assert_eq!(system.visitor().get("/api/v1/user/profile").await.code(401), "not_signed_in");
}

#[tokio::test]
async fn an_expired_token_signs_nobody_in() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let ours = claims(&user.token.clone().unwrap());
    let expired = Tokens::signing(&TokenSecret::new(TOKEN_SECRET.into()))
        .sign(Purpose::Access, json!({"sub": ours["sub"], "sid": ours["sid"]}), 1)
        .unwrap();
    assert_eq!(with_token(&user, &expired).await.status, 200);
    tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
    assert_eq!(with_token(&user, &expired).await.code(401), "sign_in_expired");
}

async fn refresh(user: &TestUser, token: &str) -> Answer {
    let visitor = TestUser { token: None, ..user.clone() };
    visitor.post("/api/v1/auth/refresh", json!({"refreshToken": token})).await
}

fn refresh_token(answer: &Answer) -> String {
    answer.data(200)["refreshToken"].as_str().unwrap().to_owned()
}

/// Changes the stored sign-in of `user`.
async fn rewrite_sign_in(system: &TestSystem, user: &TestUser, change: impl Fn(&mut SignIn)) {
    let ours = claims(user.token.as_ref().unwrap());
    let id: SignInId = ours["sid"].as_str().unwrap().parse().unwrap();
    let store = &system.system.context.store;
    let mut sign_in = store.sign_in(&user.id.parse().unwrap(), &id).await.unwrap().unwrap();
    let generation = sign_in.generation;
    change(&mut sign_in);
    assert!(store.rotate_sign_in(&sign_in, generation).await.unwrap());
}

/// As if all renewals so far were so many seconds ago.
async fn age(system: &TestSystem, user: &TestUser, seconds: i64) {
    rewrite_sign_in(system, user, |sign_in| {
        for (_, at) in &mut sign_in.superseded {
            *at -= jiff::SignedDuration::from_secs(seconds);
        }
    })
    .await;
}

#[tokio::test]
async fn refresh_tokens_rotate() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let first = user.refresh_token.clone().unwrap();
    let answer = refresh(&user, &first).await;
    assert_eq!(answer.cookies().len(), 4);
    assert_eq!(answer.data(200)["expiresIn"], 3600);
    assert_ne!(refresh_token(&answer), first);
    assert_eq!(with_token(&user, answer.data(200)["accessToken"].as_str().unwrap()).await.status, 200);
    // Neither an access token nor a stranger's key renews anything.
    assert_eq!(refresh(&user, user.token.as_ref().unwrap()).await.code(401), "sign_in_expired");
    let newest = refresh_token(&answer);
    let sign = |secret: &str, seconds| {
        Tokens::signing(&TokenSecret::new(secret.into())).sign(Purpose::Refresh, bare(&newest), seconds).unwrap()
    };
    let (_, payload) = newest.split_once('.').unwrap();
    let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let expired = sign(TOKEN_SECRET, 1);
    tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
    for forgery in [sign("another secret of more than 32 characters", 600), format!("{unsigned}.{payload}"), expired] {
        assert_eq!(refresh(&user, &forgery).await.code(401), "sign_in_expired", "{forgery}");
    }
    assert_eq!(refresh(&user, &sign(TOKEN_SECRET, 600)).await.status, 200);
}

#[tokio::test]
async fn two_renewals_at_once_both_succeed_and_so_does_what_follows() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let first = user.refresh_token.clone().unwrap();
    let answers = join_all((0..6).map(|_| refresh(&user, &first))).await;
    for answer in &answers {
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(refresh(&user, &refresh_token(answer)).await.status, 200);
    }
}

#[tokio::test]
async fn the_parent_of_the_active_token_still_renews_for_some_minutes() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let first = user.refresh_token.clone().unwrap();
    assert_eq!(refresh(&user, &first).await.status, 200);
    age(&system, &user, 500).await;
    // The answer was lost, so the client has only its old token.
    assert_eq!(refresh(&user, &first).await.status, 200);
    age(&system, &user, 200).await;
    assert_eq!(refresh(&user, &first).await.code(401), "sign_in_expired", "not for ever");
}

#[tokio::test]
async fn an_old_token_after_the_grace_window_ends_the_sign_in() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let first = user.refresh_token.clone().unwrap();
    let second = refresh_token(&refresh(&user, &first).await);
    let third = refresh_token(&refresh(&user, &second).await);
    // Within the window the grandparent is an honest straggler.
    assert_eq!(refresh(&user, &first).await.status, 200);
    age(&system, &user, 11).await;
    let reused = refresh(&user, &first).await;
    assert_eq!(reused.code(401), "sign_in_expired");
    assert_eq!(reused.cookies().len(), 5);
    for token in [&second, &third] {
        assert_eq!(refresh(&user, token).await.code(401), "sign_in_expired");
    }
    assert_eq!(user.get("/api/v1/user/profile").await.code(401), "sign_in_expired");
    let mut again = user.clone();
    again.sign_in().await;
    assert_eq!(again.get("/api/v1/user/profile").await.status, 200);
}

#[tokio::test]
async fn a_sign_in_that_was_not_used_for_its_lifetime_has_ended() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    rewrite_sign_in(&system, &user, |sign_in| sign_in.expires_at = 1).await;
    assert_eq!(user.get("/api/v1/user/profile").await.code(401), "sign_in_expired");
    assert_eq!(refresh(&user, &user.refresh_token.clone().unwrap()).await.code(401), "sign_in_expired");
}

#[tokio::test]
async fn requests_that_cannot_renew_are_renewed_silently() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let visitor = system.visitor();
    let cookies = format!("access_token=expired; refresh_token={}", user.refresh_token.clone().unwrap());
    let profile = || visitor.request(Method::GET, "/api/v1/user/profile").header("Cookie", &cookies);
    let silent = visitor.send(profile()).await;
    assert_eq!(silent.status, 200);
    assert_eq!(silent.cookies().len(), 1);
    assert!(silent.cookies()[0].starts_with("access_token="));
    let browser = visitor.send(profile().header("Origin", "http://localhost:3001")).await;
    assert_eq!(browser.code(401), "sign_in_expired");
    assert_eq!(browser.headers["access-control-allow-origin"], "http://localhost:3001");
}
