//! The public keys that verify tokens. They are not secret: they can verify tokens, but not make any.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::VerifyingKey;
use sha2::{Digest, Sha256};

/// The purpose of a token. Each purpose has its own key pair, so that a token for one can never pass for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Authenticates requests, for an hour.
    Access,
    /// Renews a sign-in.
    Refresh,
    /// Opens one WebSocket connection.
    Ticket,
}

impl Purpose {
    /// All purposes.
    pub const ALL: [Self; 3] = [Self::Access, Self::Refresh, Self::Ticket];

    /// Its name in text form.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
            Self::Ticket => "ticket",
        }
    }
}

/// An Ed25519 public key (RFC 8032) and the purpose of the tokens that it verifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// The purpose of the tokens.
    pub purpose: Purpose,
    /// The key id in a token's header (`kid`): the beginning of the key's SHA-256 in hexadecimal.
    pub id: String,
    /// The key in the encoding of RFC 8032.
    pub bytes: [u8; 32],
}

impl PublicKey {
    /// A key with its id.
    #[must_use]
    pub fn new(purpose: Purpose, key: &VerifyingKey) -> Self {
        let bytes = key.to_bytes();
        let digest = hex::encode(Sha256::digest(bytes));
        Self { purpose, id: digest.chars().take(16).collect(), bytes }
    }
}

/// A set of public keys. Its text form is `access:KEY,refresh:KEY,…`, where each key is 32 bytes in URL-safe base64
/// (RFC 4648, section 5) without padding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicKeys(Vec<PublicKey>);

impl PublicKeys {
    /// Whether there are no keys.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key with this id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&PublicKey> {
        self.0.iter().find(|key| key.id == id)
    }
}

impl FromIterator<PublicKey> for PublicKeys {
    fn from_iter<I: IntoIterator<Item = PublicKey>>(keys: I) -> Self {
        Self(keys.into_iter().collect())
    }
}

impl fmt::Display for PublicKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, key) in self.0.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(f, "{comma}{}:{}", key.purpose.label(), URL_SAFE_NO_PAD.encode(key.bytes))?;
        }
        Ok(())
    }
}

/// The text is not a list of public keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a list like access:KEY,refresh:KEY,ticket:KEY, as the auth function publishes it")]
pub struct NotPublicKeys;

impl FromStr for PublicKeys {
    type Err = NotPublicKeys;

    fn from_str(text: &str) -> Result<Self, NotPublicKeys> {
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(one).collect()
    }
}

fn one(text: &str) -> Result<PublicKey, NotPublicKeys> {
    let (label, key) = text.split_once(':').ok_or(NotPublicKeys)?;
    let purpose = Purpose::ALL.into_iter().find(|purpose| purpose.label() == label).ok_or(NotPublicKeys)?;
    let bytes = URL_SAFE_NO_PAD.decode(key).map_err(|_| NotPublicKeys)?;
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| NotPublicKeys)?;
    let key = VerifyingKey::from_bytes(&bytes).map_err(|_| NotPublicKeys)?;
    Ok(PublicKey::new(purpose, &key))
}
