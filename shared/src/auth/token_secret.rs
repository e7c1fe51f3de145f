//! The token secret, and what is derived from it: the keys that sign tokens, and keyed hashes.
//!
//! Only functions that sign tokens or check one-time codes are given it. Everything else verifies tokens with
//! [public keys](super::public_keys).

use std::ops::BitOr;

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

use super::jwt::{self, TokenError};

/// What a key derived from the secret is for. Each has one of its own, so that what was made for one can never pass
/// for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUse {
    /// Signs the state of a sign-in through another site.
    OauthState,
    /// Hashes one-time codes.
    OneTimeCode,
    /// Hashes what binds a sign-up to its browser.
    SignUp,
    /// Signs the name of a browser that has signed in before.
    Device,
    /// Hashes the addresses of deleted accounts.
    FormerAddress,
    /// Signs the token in the address of Google's callback, which opens nothing.
    Callback,
}

impl KeyUse {
    const fn label(self) -> &'static str {
        match self {
            Self::OauthState => "oauth-state",
            Self::OneTimeCode => "one-time-code",
            Self::SignUp => "sign-up",
            Self::Device => "device",
            Self::FormerAddress => "former-address",
            Self::Callback => "callback",
        }
    }
}

/// The secret, and those before it, which are accepted while it is being changed. Cheap to clone.
#[derive(Debug, Clone)]
pub struct TokenSecret {
    current: SecretString,
    accepted: Vec<SecretString>,
}

impl TokenSecret {
    /// Signs and hashes with keys derived from `current`.
    #[must_use]
    pub fn new(current: SecretString) -> Self {
        Self { current, accepted: Vec::new() }
    }

    /// Accepts what was made with other secrets too, so that a secret can be changed without signing anyone out.
    #[must_use]
    pub fn accepting(self, accepted: Vec<SecretString>) -> Self {
        Self { accepted, ..self }
    }

    /// A secret that nobody knows, for processes that are given none: what it signs and hashes is recognised nowhere.
    #[must_use]
    pub fn unknown() -> Self {
        Self::new(SecretString::from(hex::encode(rand::random::<[u8; 32]>())))
    }

    /// A token that only holders of the secret can read as theirs; it carries `claims` for `seconds`.
    ///
    /// # Errors
    /// [`TokenError::Invalid`] when the claims cannot be represented.
    pub fn sign<T: Serialize>(&self, key_use: KeyUse, claims: T, seconds: u64) -> Result<String, TokenError> {
        let key = EncodingKey::from_secret(&key(&self.current, key_use.label()));
        jwt::encode(&Header::new(Algorithm::HS256), claims, seconds, &key)
    }

    /// The claims of a token that was [signed](Self::sign) for the same use and has not expired.
    ///
    /// # Errors
    /// [`TokenError::Expired`], [`TokenError::Invalid`].
    pub fn verify<T: DeserializeOwned>(&self, key_use: KeyUse, token: &str) -> Result<T, TokenError> {
        let decode = |secret| {
            let key = DecodingKey::from_secret(&key(secret, key_use.label()));
            jwt::decode(Algorithm::HS256, token, &key)
        };
        self.accepted.iter().fold(decode(&self.current), |found, secret| match found {
            Err(TokenError::Invalid) => decode(secret),
            known => known,
        })
    }

    /// A keyed hash of `text`, in hexadecimal, for values too short to be hashed without a key.
    #[must_use]
    pub fn keyed_hash(&self, key_use: KeyUse, text: &str) -> String {
        keyed_hash(&self.current, key_use, text)
    }

    /// The keyed hashes that a text may have been given: with the present secret, and with those before it.
    #[must_use]
    pub fn keyed_hashes(&self, key_use: KeyUse, text: &str) -> Vec<String> {
        self.all().map(|secret| keyed_hash(secret, key_use, text)).collect()
    }

    /// Whether `hash` is the keyed hash of `text`; takes as long whether it is or not.
    #[must_use]
    pub fn is_keyed_hash(&self, key_use: KeyUse, text: &str, hash: &str) -> bool {
        let same = |secret| keyed_hash(secret, key_use, text).as_bytes().ct_eq(hash.as_bytes());
        self.all().map(same).fold(Choice::from(0), BitOr::bitor).into()
    }

    /// Thirty-two bytes for a key pair of the purpose that `label` names: of the present secret, then of those before.
    pub(super) fn seeds(&self, label: &str) -> impl Iterator<Item = [u8; 32]> {
        self.all().map(move |secret| mac(secret.expose_secret().as_bytes(), format!("ed25519 {label}").as_bytes()))
    }

    fn all(&self) -> impl Iterator<Item = &SecretString> {
        std::iter::once(&self.current).chain(&self.accepted)
    }
}

/// One key per use: HMAC of its label under the secret.
fn key(secret: &SecretString, label: &str) -> [u8; 32] {
    mac(secret.expose_secret().as_bytes(), label.as_bytes())
}

fn keyed_hash(secret: &SecretString, key_use: KeyUse, text: &str) -> String {
    hex::encode(mac(&key(secret, key_use.label()), text.as_bytes()))
}

fn mac(key: &[u8], message: &[u8]) -> [u8; 32] {
    #[expect(clippy::unreachable, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| unreachable!("no key is too long"));
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

    fn secret(text: &str) -> TokenSecret {
        TokenSecret::new(SecretString::from(text.to_owned()))
    }

    #[test]
    fn what_is_signed_serves_its_use_only() {
        let ours = secret("a");
        let token = ours.sign(KeyUse::Device, json!({"id": "x"}), 60).unwrap();
        assert_eq!(ours.verify::<Value>(KeyUse::Device, &token).unwrap()["id"], "x");
        assert_eq!(ours.verify::<Value>(KeyUse::OauthState, &token), Err(TokenError::Invalid));
        assert_eq!(secret("b").verify::<Value>(KeyUse::Device, &token), Err(TokenError::Invalid));
    }

    #[test]
    fn what_was_made_before_the_secret_changed_stays_good() {
        let (old, new) = (secret("a"), secret("b").accepting(vec!["x".into(), "a".into()]));
        let before = old.sign(KeyUse::Device, json!({"id": "x"}), 60).unwrap();
        assert_eq!(new.verify::<Value>(KeyUse::Device, &before).unwrap()["id"], "x");
        let after = new.sign(KeyUse::Device, json!({}), 60).unwrap();
        assert_eq!(old.verify::<Value>(KeyUse::Device, &after), Err(TokenError::Invalid), "only one is signed with");
        let hash = old.keyed_hash(KeyUse::OneTimeCode, "123456");
        assert!(new.is_keyed_hash(KeyUse::OneTimeCode, "123456", &hash));
        assert!(!new.is_keyed_hash(KeyUse::OneTimeCode, "123457", &hash));
        assert!(!secret("b").is_keyed_hash(KeyUse::OneTimeCode, "123456", &hash));
    }

    #[test]
    fn a_secret_that_nobody_knows_recognises_nothing() {
        let hash = TokenSecret::unknown().keyed_hash(KeyUse::OneTimeCode, "123456");
        assert!(!TokenSecret::unknown().is_keyed_hash(KeyUse::OneTimeCode, "123456", &hash));
    }

    #[test]
    fn no_other_algorithm_passes() {
        let ours = secret("a");
        let token = ours.sign(KeyUse::Device, json!({"id": "x"}), 60).unwrap();
        let claims = token.split('.').nth(1).unwrap();
        for header in [r#"{"alg":"none"}"#, r#"{"alg":"HS512"}"#, r#"{"alg":"RS256"}"#, r#"{"alg":"EdDSA"}"#] {
            for signature in ["", "AAAA", token.rsplit('.').next().unwrap()] {
                let forged = format!("{}.{claims}.{signature}", URL_SAFE_NO_PAD.encode(header));
                assert_eq!(ours.verify::<Value>(KeyUse::Device, &forged), Err(TokenError::Invalid), "{header}");
            }
        }
    }
}
