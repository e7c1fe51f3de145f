//! Signed tokens: JSON Web Tokens with Ed25519 signatures (RFC 8037) and nothing else.
//!
//! Who holds the [token secret](super::TokenSecret) signs; everybody else verifies with public keys, and could not
//! forge a token if it were broken into.

use std::sync::{Arc, PoisonError, RwLock};

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::jwt;
pub use super::jwt::TokenError;
use super::published_keys::{PublishedKeys, PublishedKeysError};
use super::token_secret::TokenSecret;
use foundation::public_keys::{PublicKey, PublicKeys, Purpose};

/// Makes and checks tokens. Cheap to clone; what one learns of new keys, its clones know.
#[derive(Debug, Clone)]
pub struct Tokens {
    signers: Arc<Vec<Signer>>,
    keys: Arc<RwLock<PublicKeys>>,
    published: Option<Arc<PublishedKeys>>,
}

/// A key that signs.
struct Signer {
    public: PublicKey,
    private: EncodingKey,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("public", &self.public).finish_non_exhaustive()
    }
}

impl Signer {
    fn new(purpose: Purpose, seed: &[u8; 32]) -> Option<Self> {
        let key = SigningKey::from_bytes(seed);
        let private = key.to_pkcs8_der().ok()?;
        Some(Self {
            public: PublicKey::new(purpose, &key.verifying_key()),
            private: EncodingKey::from_ed_der(private.as_bytes()),
        })
    }
}

impl Tokens {
    /// Signs with keys derived from the present secret, and accepts what was signed with those before it.
    #[must_use]
    pub fn signing(secret: &TokenSecret) -> Self {
        let signers = |purpose: Purpose| {
            secret.seeds(purpose.label()).filter_map(move |seed| Signer::new(purpose, &seed)).collect::<Vec<_>>()
        };
        let all = Purpose::ALL.map(signers);
        let keys = all.iter().flatten().map(|signer| signer.public.clone()).collect();
        let present = all.into_iter().filter_map(|of_purpose| of_purpose.into_iter().next());
        Self { signers: Arc::new(present.collect()), keys: Arc::new(RwLock::new(keys)), published: None }
    }

    /// Verifies with these keys, and makes no tokens.
    #[must_use]
    pub fn verifying(keys: PublicKeys) -> Self {
        Self { signers: Arc::default(), keys: Arc::new(RwLock::new(keys)), published: None }
    }

    /// The same, with a place where keys are published: by who signs, for who verifies.
    #[must_use]
    pub fn published_at(self, place: Option<PublishedKeys>) -> Self {
        Self { published: place.map(Arc::new), ..self }
    }

    /// The keys that tokens are verified with here.
    #[must_use]
    pub fn public_keys(&self) -> PublicKeys {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Publishes the keys, where a place for them is configured: before the first token is signed with a new one.
    ///
    /// # Errors
    /// [`PublishedKeysError`]: nobody else could verify what is signed here.
    pub async fn publish(&self) -> Result<(), PublishedKeysError> {
        match &self.published {
            Some(place) if !self.signers.is_empty() => place.publish(&self.public_keys()).await,
            _ => Ok(()),
        }
    }

    /// Reads the published keys, so that the first request need not wait for them. Where that fails, or there are
    /// none yet, a token that names its key is a reason to try again.
    pub async fn learn(&self) {
        if let Some(place) = self.published.as_ref().filter(|_| self.signers.is_empty()) {
            match place.read().await {
                Ok(keys) => self.take(keys),
                Err(error) => tracing::warn!(%error, "the keys of tokens were not read"),
            }
        }
    }

    fn take(&self, keys: PublicKeys) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    /// A token that carries `claims` for `seconds`.
    ///
    /// # Errors
    /// [`TokenError::NoSigner`] where this process only verifies, [`TokenError::Invalid`] when the claims cannot be
    /// represented.
    pub fn sign<T: Serialize>(&self, purpose: Purpose, claims: T, seconds: u64) -> Result<String, TokenError> {
        let signer = self.signers.iter().find(|signer| signer.public.purpose == purpose).ok_or(TokenError::NoSigner)?;
        let header = Header { kid: Some(signer.public.id.clone()), ..Header::new(Algorithm::EdDSA) };
        jwt::encode(&header, claims, seconds, &signer.private)
    }

    /// The claims of a token that was signed for `purpose` and has not expired.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn verify<T: DeserializeOwned>(&self, purpose: Purpose, token: &str) -> Result<T, TokenError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Invalid)?;
        let id = header.kid.ok_or(TokenError::Invalid)?;
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let key = keys.find(&id).ok_or(TokenError::UnknownKey)?;
        if key.purpose != purpose {
            return Err(TokenError::Invalid);
        }
        jwt::decode(Algorithm::EdDSA, token, &DecodingKey::from_ed_der(&key.bytes))
    }

    /// The same, where a key that is not known may have been published meanwhile.
    ///
    /// # Errors
    /// [`TokenError`].
    pub async fn verify_newest<T: DeserializeOwned>(&self, purpose: Purpose, token: &str) -> Result<T, TokenError> {
        let known = self.verify(purpose, token);
        let (Err(TokenError::UnknownKey), Some(place)) = (&known, &self.published) else { return known };
        // Who signs knows all keys.
        if !self.signers.is_empty() {
            return known;
        }
        if let Err(error) = place.read_again(|keys| self.take(keys)).await {
            tracing::warn!(%error, "the keys of tokens were not read");
        }
        self.verify(purpose, token)
    }
}

#[cfg(test)]
mod tests;
