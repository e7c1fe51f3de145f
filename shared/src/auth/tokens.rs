//! Signed tokens: JSON Web Tokens (RFC 7519) with HMAC-SHA256 and nothing else.

use std::ops::BitOr;

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

use crate::time;

/// What a token may be used for. Each purpose has a key of its own, so that a token made for one can
/// never pass for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Signs requests in, for an hour.
    Access,
    /// Renews a sign-in.
    Refresh,
    /// Opens one WebSocket.
    Ticket,
    /// Carries the state of a sign-in through another site.
    OauthState,
    /// Keys the hashes of one-time codes.
    OneTimeCode,
    /// Keys the hashes of what binds a sign-up to its browser.
    SignUp,
    /// Names a browser that has signed in before.
    Device,
    /// Keys the hashes of the addresses of deleted accounts.
    FormerAddress,
}

impl Purpose {
    const fn label(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
            Self::Ticket => "ticket",
            Self::OauthState => "oauth-state",
            Self::OneTimeCode => "one-time-code",
            Self::SignUp => "sign-up",
            Self::Device => "device",
            Self::FormerAddress => "former-address",
        }
    }
}

/// A token that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It was ours, but its time is over.
    #[error("the token has expired")]
    Expired,
    /// It is not ours, for this purpose.
    #[error("the token is not valid")]
    Invalid,
}

#[derive(Serialize, Deserialize)]
struct Timed<T> {
    #[serde(flatten)]
    claims: T,
    iat: i64,
    exp: i64,
}

/// Makes and checks tokens. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Tokens {
    secret: SecretString,
    /// Secrets that are not signed with, but accepted.
    accepted: Vec<SecretString>,
}

impl Tokens {
    /// Signs with keys derived from `secret`.
    #[must_use]
    pub fn new(secret: SecretString) -> Self {
        Self { secret, accepted: Vec::new() }
    }

    /// Accepts what was signed with other secrets too, so that a secret can be changed without signing
    /// anyone out.
    #[must_use]
    pub fn accepting(self, accepted: Vec<SecretString>) -> Self {
        Self { accepted, ..self }
    }

    /// A token that carries `claims` for `seconds`.
    ///
    /// # Errors
    /// [`TokenError::Invalid`] when the claims cannot be represented.
    pub fn sign<T: Serialize>(&self, purpose: Purpose, claims: T, seconds: u64) -> Result<String, TokenError> {
        let iat = time::now().as_second();
        let timed = Timed { claims, iat, exp: iat.saturating_add_unsigned(seconds) };
        let key = EncodingKey::from_secret(&key(&self.secret, purpose));
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &timed, &key).map_err(|_| TokenError::Invalid)
    }

    /// The claims of a token that was signed here for `purpose` and has not expired.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn verify<T: DeserializeOwned>(&self, purpose: Purpose, token: &str) -> Result<T, TokenError> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 0;
        validation.validate_aud = false;
        let decode = |secret| {
            let key = DecodingKey::from_secret(&key(secret, purpose));
            match jsonwebtoken::decode::<Timed<T>>(token, &key, &validation) {
                Ok(data) => Ok(data.claims.claims),
                Err(error) if matches!(error.kind(), ErrorKind::ExpiredSignature) => Err(TokenError::Expired),
                Err(_) => Err(TokenError::Invalid),
            }
        };
        let otherwise = self.accepted.iter();
        otherwise.fold(decode(&self.secret), |found, secret| match found {
            Err(TokenError::Invalid) => decode(secret),
            known => known,
        })
    }

    /// A keyed hash of `text`, in hexadecimal, for values too short to be hashed without a key.
    #[must_use]
    pub fn keyed_hash(&self, purpose: Purpose, text: &str) -> String {
        keyed_hash(&self.secret, purpose, text)
    }

    /// The keyed hashes that a text may have been given: with the present secret, and with those before it.
    #[must_use]
    pub fn keyed_hashes(&self, purpose: Purpose, text: &str) -> Vec<String> {
        std::iter::once(&self.secret).chain(&self.accepted).map(|secret| keyed_hash(secret, purpose, text)).collect()
    }

    /// Whether `hash` is the keyed hash of `text`; takes as long whether it is or not.
    #[must_use]
    pub fn is_keyed_hash(&self, purpose: Purpose, text: &str, hash: &str) -> bool {
        let secrets = std::iter::once(&self.secret).chain(&self.accepted);
        let same = |secret| keyed_hash(secret, purpose, text).as_bytes().ct_eq(hash.as_bytes());
        secrets.map(same).fold(Choice::from(0), BitOr::bitor).into()
    }
}

/// One key per purpose: HMAC of the purpose under the secret.
fn key(secret: &SecretString, purpose: Purpose) -> Vec<u8> {
    mac(secret.expose_secret().as_bytes(), purpose.label().as_bytes())
}

fn keyed_hash(secret: &SecretString, purpose: Purpose, text: &str) -> String {
    hex::encode(mac(&key(secret, purpose), text.as_bytes()))
}

fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length, so this cannot fail; an empty result would match nothing.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

    fn tokens(secret: &str) -> Tokens {
        Tokens::new(SecretString::from(secret.to_owned()))
    }

    #[test]
    fn a_token_serves_its_purpose_only() {
        let ours = tokens("a");
        let token = ours.sign(Purpose::Access, json!({"sub": "u"}), 60).unwrap();
        assert_eq!(ours.verify::<Value>(Purpose::Access, &token).unwrap()["sub"], "u");
        assert_eq!(ours.verify::<Value>(Purpose::Refresh, &token), Err(TokenError::Invalid));
        assert_eq!(tokens("b").verify::<Value>(Purpose::Access, &token), Err(TokenError::Invalid));
    }

    #[test]
    fn what_was_signed_before_the_secret_changed_stays_good() {
        let (old, new) = (tokens("a"), tokens("b").accepting(vec!["x".into(), "a".into()]));
        let before = old.sign(Purpose::Access, json!({"sub": "u"}), 60).unwrap();
        assert_eq!(new.verify::<Value>(Purpose::Access, &before).unwrap()["sub"], "u");
        assert_eq!(new.verify::<Value>(Purpose::Refresh, &before), Err(TokenError::Invalid));
        let after = new.sign(Purpose::Access, json!({}), 60).unwrap();
        assert_eq!(old.verify::<Value>(Purpose::Access, &after), Err(TokenError::Invalid), "only one is signed with");
        let hash = old.keyed_hash(Purpose::OneTimeCode, "123456");
        assert!(new.is_keyed_hash(Purpose::OneTimeCode, "123456", &hash));
        assert!(!new.is_keyed_hash(Purpose::OneTimeCode, "123457", &hash));
        assert!(!tokens("b").is_keyed_hash(Purpose::OneTimeCode, "123456", &hash));
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
        for header in [r#"{"alg":"none"}"#, r#"{"alg":"HS512"}"#, r#"{"alg":"RS256"}"#] {
            for signature in ["", "AAAA", token.rsplit('.').next().unwrap()] {
                let forged = format!("{}.{claims}.{signature}", URL_SAFE_NO_PAD.encode(header));
                assert_eq!(ours.verify::<Value>(Purpose::Access, &forged), Err(TokenError::Invalid), "{header}");
            }
        }
    }
}
