#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::*;

fn secret(text: &str) -> TokenSecret {
    TokenSecret::new(SecretString::from(text.to_owned()))
}

fn tokens(text: &str) -> Tokens {
    Tokens::signing(&secret(text))
}

#[test]
fn a_token_serves_its_purpose_only() {
    let ours = tokens("a");
    let token = ours.sign(Purpose::Access, json!({"sub": "u"}), 60).unwrap();
    assert_eq!(ours.verify::<Value>(Purpose::Access, &token).unwrap()["sub"], "u");
    assert_eq!(ours.verify::<Value>(Purpose::Refresh, &token), Err(TokenError::Invalid));
    assert_eq!(tokens("b").verify::<Value>(Purpose::Access, &token), Err(TokenError::UnknownKey));
}

#[test]
fn whoever_has_the_public_keys_verifies_and_signs_nothing() {
    let auth = tokens("a");
    let written = auth.public_keys().to_string();
    let other = Tokens::verifying(written.parse().unwrap());
    let token = auth.sign(Purpose::Ticket, json!({"sub": "u"}), 60).unwrap();
    assert_eq!(other.verify::<Value>(Purpose::Ticket, &token).unwrap()["sub"], "u");
    assert_eq!(other.sign(Purpose::Ticket, json!({}), 60), Err(TokenError::NoSigner));
    // What it holds is no secret, and no key for another algorithm.
    assert!(!format!("{auth:?}").contains(&hex::encode(secret("a").seeds("ticket").next().unwrap())));
    let id = jsonwebtoken::decode_header(&token).unwrap().kid;
    let forger = EncodingKey::from_secret(&other.public_keys().find(id.as_ref().unwrap()).unwrap().bytes);
    let header = Header { kid: id, ..Header::new(Algorithm::HS256) };
    let forged = jwt::encode(&header, json!({"sub": "u"}), 60, &forger).unwrap();
    assert_eq!(auth.verify::<Value>(Purpose::Ticket, &forged), Err(TokenError::Invalid));
}

#[test]
fn what_was_signed_before_the_secret_changed_stays_good() {
    let old = tokens("a");
    let new = Tokens::signing(&secret("b").accepting(vec!["x".into(), "a".into()]));
    let before = old.sign(Purpose::Access, json!({"sub": "u"}), 60).unwrap();
    assert_eq!(new.verify::<Value>(Purpose::Access, &before).unwrap()["sub"], "u");
    assert_eq!(new.verify::<Value>(Purpose::Refresh, &before), Err(TokenError::Invalid));
    let after = new.sign(Purpose::Access, json!({}), 60).unwrap();
    assert_eq!(old.verify::<Value>(Purpose::Access, &after), Err(TokenError::UnknownKey), "only one is signed with");
    let elsewhere = Tokens::verifying(new.public_keys());
    assert!(elsewhere.verify::<Value>(Purpose::Access, &before).is_ok());
    assert!(elsewhere.verify::<Value>(Purpose::Access, &after).is_ok());
}

#[test]
fn an_expired_token_says_so() {
    let ours = tokens("a");
    let token = ours.sign(Purpose::Access, json!({}), 0).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert_eq!(ours.verify::<Value>(Purpose::Access, &token), Err(TokenError::Expired));
}

#[test]
fn no_other_algorithm_passes() {
    let ours = tokens("a");
    let token = ours.sign(Purpose::Access, json!({"sub": "u"}), 60).unwrap();
    let claims = token.split('.').nth(1).unwrap();
    let id = jsonwebtoken::decode_header(&token).unwrap().kid.unwrap();
    for algorithm in ["none", "HS256", "HS512", "RS256", "ES256"] {
        let header = json!({"alg": algorithm, "kid": id}).to_string();
        for signature in ["", "AAAA", token.rsplit('.').next().unwrap()] {
            let forged = format!("{}.{claims}.{signature}", URL_SAFE_NO_PAD.encode(&header));
            assert_eq!(ours.verify::<Value>(Purpose::Access, &forged), Err(TokenError::Invalid), "{algorithm}");
        }
    }
}

#[test]
fn what_is_no_list_of_keys_is_refused() {
    for text in ["access", "access:AAAA", "access:", "sign:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "access:*"] {
        assert!(text.parse::<PublicKeys>().is_err(), "{text}");
    }
    assert!("".parse::<PublicKeys>().unwrap().is_empty());
}

mod published {
    use super::*;
    use foundation::aws;
    use foundation::provider::test_server::{Server, aws_config, good, head, write};

    async fn place(server: &Server) -> PublishedKeys {
        let sdk = aws::at(&aws::sdk_config(&aws_config()).await, Some(&server.url));
        PublishedKeys::new(&sdk, "keys".to_owned())
    }

    fn holding(keys: &str) -> Vec<foundation::provider::test_server::Step> {
        good(&json!({"Name": "keys", "SecretString": json!({"TOKEN_PUBLIC_KEYS": keys}).to_string()}))
    }

    #[tokio::test]
    async fn who_signs_publishes_once_and_who_verifies_learns() {
        let auth = tokens("a");
        let written = auth.public_keys().to_string();
        let empty = good(&json!({"Name": "keys", "SecretString": "{}"}));
        let server = Server::start(vec![empty, good(&json!({"Name": "keys"})), holding(&written)]).await;
        let auth = auth.published_at(Some(place(&server).await));
        auth.publish().await.unwrap();
        auth.publish().await.unwrap();
        let seen = server.seen();
        let put = seen.iter().filter(|request| request.head.contains("putsecretvalue")).count();
        assert_eq!((seen.len(), put), (3, 1), "what is there already is not written again");
        let kept: Value = serde_json::from_str(seen[1].json()["SecretString"].as_str().unwrap()).unwrap();
        assert_eq!(kept, json!({"TOKEN_PUBLIC_KEYS": written}));
    }

    #[tokio::test]
    async fn a_key_that_is_new_is_looked_for_and_not_by_every_stranger() {
        let (before, after) = (tokens("a"), tokens("b"));
        let lists = [before.public_keys().to_string(), after.public_keys().to_string()];
        let server = Server::start(lists.iter().map(|list| holding(list)).collect()).await;
        let service = Tokens::verifying(PublicKeys::default()).published_at(Some(place(&server).await));
        service.learn().await;
        let old = before.sign(Purpose::Access, json!({"sub": "u"}), 60).unwrap();
        let new = after.sign(Purpose::Access, json!({"sub": "u"}), 60).unwrap();
        assert!(service.verify_newest::<Value>(Purpose::Access, &old).await.is_ok());
        assert!(service.verify_newest::<Value>(Purpose::Access, &new).await.is_ok());
        assert_eq!(service.verify_newest::<Value>(Purpose::Access, &old).await, Err(TokenError::UnknownKey));
        let stranger = tokens("c").sign(Purpose::Access, json!({"sub": "u"}), 60).unwrap();
        for _ in 0..5 {
            let refused = service.verify_newest::<Value>(Purpose::Access, &stranger).await;
            assert_eq!(refused, Err(TokenError::UnknownKey));
        }
        assert_eq!(server.seen().len(), 2);
    }

    #[tokio::test]
    async fn keys_that_cannot_be_read_sign_nobody_in_and_break_nothing() {
        let refusal = || {
            vec![
                head("400 Bad Request", "content-type: application/x-amz-json-1.1\r\n"),
                write(r#"{"__type": "ResourceNotFoundException", "Message": "there is none"}"#),
            ]
        };
        let server = Server::start(vec![refusal(), refusal()]).await;
        let service = Tokens::verifying(PublicKeys::default()).published_at(Some(place(&server).await));
        service.learn().await;
        let token = tokens("a").sign(Purpose::Access, json!({"sub": "u"}), 60).unwrap();
        assert_eq!(service.verify_newest::<Value>(Purpose::Access, &token).await, Err(TokenError::UnknownKey));
    }
}
