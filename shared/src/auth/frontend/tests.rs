#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};

use super::*;

const SHARED: &str = "what the frontend's server has too, 32 characters";

fn key() -> FrontendKey {
    FrontendKey::new(SHARED.into())
}

fn signed(algorithm: Algorithm, secret: &str, claims: &Value) -> String {
    let key = EncodingKey::from_secret(secret.as_bytes());
    jsonwebtoken::encode(&Header::new(algorithm), claims, &key).unwrap()
}

/// The claims of a ticket that was signed so many seconds ago and lives for so many.
fn claims(ago: i64, seconds: i64) -> Value {
    let begun = time::now().as_second() - ago;
    json!({"userId": "u-1", "iat": begun, "exp": begun + seconds})
}

fn ticket(claims: &Value) -> Result<FrontendTicket, TokenError> {
    key().ticket(&signed(Algorithm::HS256, SHARED, claims))
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims.as_object_mut().unwrap().insert(name.to_owned(), value);
    claims
}

#[test]
fn a_ticket_is_for_a_minute() {
    assert_eq!(ticket(&claims(0, 60)).unwrap().user.as_str(), "u-1");
    assert!(ticket(&claims(50, 60)).is_ok());
    assert!(ticket(&claims(65, 60)).is_ok(), "their clock is behind");
    assert!(ticket(&claims(-5, 60)).is_ok(), "their clock is ahead");
    assert_eq!(ticket(&claims(80, 60)), Err(TokenError::Expired));
    assert_eq!(ticket(&claims(0, 75)), Err(TokenError::Invalid));
    assert_eq!(ticket(&claims(3580, 3600)), Err(TokenError::Invalid), "whatever is left of a longer life");
    assert_eq!(ticket(&claims(-300, 60)), Err(TokenError::Invalid), "not for later");
}

#[test]
fn what_is_no_ticket_does_not_pass_for_one() {
    let good = claims(0, 60);
    let far = i64::MAX;
    for bad in [
        json!({"iat": good["iat"], "exp": good["exp"]}),
        json!({"userId": "u-1", "iat": good["iat"]}),
        json!({"userId": "u-1", "exp": good["exp"]}),
        json!({"userId": "u-1", "iat": -far, "exp": far}),
        with(good.clone(), "userId", json!("u#1")),
        with(good.clone(), "userId", json!(1)),
        with(good.clone(), "exp", json!("soon")),
        with(good.clone(), "access", json!("x")),
    ] {
        assert!(ticket(&bad).is_err(), "{bad}");
    }
    let token = signed(Algorithm::HS256, SHARED, &good);
    assert!(key().ticket(&token).is_ok());
    for forged in [
        signed(Algorithm::HS256, "another secret that is long enough", &good),
        signed(Algorithm::HS512, SHARED, &good),
        format!("{}.", token.rsplit_once('.').unwrap().0),
        format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), token.split('.').nth(1).unwrap()),
        "nonsense".to_owned(),
    ] {
        assert_eq!(key().ticket(&forged), Err(TokenError::Invalid), "{forged}");
    }
}

#[test]
fn a_ticket_has_one_name_and_another_has_another() {
    let first = ticket(&claims(0, 60)).unwrap();
    assert_ne!(first.id, ticket(&claims(1, 60)).unwrap().id);
    assert_eq!(first.id.len(), "frontend-".len() + 64);
}

#[test]
fn an_access_token_shows_the_user_and_keeps_what_opens_something_inside() {
    let user: UserId = "u-1".parse().unwrap();
    let token = key().seal(&user, "a.b.c", 60).unwrap();
    let validation = Validation::new(Algorithm::HS256);
    let shown: Value =
        jsonwebtoken::decode(&token, &DecodingKey::from_secret(SHARED.as_bytes()), &validation).unwrap().claims;
    assert_eq!((shown["userId"].as_str(), shown["access"].as_str()), (Some("u-1"), Some("a.b.c")));
    assert!(shown["exp"].is_i64());
    assert_eq!(opened(&token), "a.b.c");
    assert_eq!(key().ticket(&token), Err(TokenError::Invalid), "however short its life");
    for other in ["", "nonsense", "a.b.c", "..", &signed(Algorithm::HS256, SHARED, &claims(0, 60))] {
        assert_eq!(opened(other), other);
    }
    assert!(!format!("{:?}", key()).contains(SHARED));
}
