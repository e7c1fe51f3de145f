//! What we share with the frontend's own server: a secret (`FRONTEND_JWT_SECRET`) that it verifies our access tokens
//! with, and signs tickets for voice connections with. JSON Web Tokens with HMAC signatures (RFC 7518), and nothing
//! else.
//!
//! An access token for it is an envelope: the user's id for that server, and inside, as the claim `access`, a token
//! that is signed with [a key of ours](super::Tokens). Here only the token inside counts. So whoever has the shared
//! secret can make no access token, and a change of the secret signs nobody out.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::jwt::{self, TokenError};
use foundation::ids::UserId;
use foundation::time;

/// How long a ticket may live, in seconds.
const TICKET_SECONDS: i64 = 60;
/// How far the clock of the frontend's server may be from ours, in seconds.
const CLOCK_SKEW: u32 = 10;

/// The shared secret. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct FrontendKey(SecretString);

/// A ticket that the frontend's server has signed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FrontendTicket {
    /// Whom it is for.
    pub(super) user: UserId,
    /// Names it, so that it can be used up.
    pub(super) id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    user_id: &'a UserId,
    access: &'a str,
}

/// All claims of a ticket. An access token has one more, so it never passes for a ticket.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TicketClaims {
    user_id: UserId,
    iat: i64,
    exp: i64,
}

impl FrontendKey {
    pub(super) fn new(secret: SecretString) -> Self {
        Self(secret)
    }

    /// An access token for the frontend's server, with `access`, the token that counts here, inside.
    ///
    /// # Errors
    /// [`TokenError::Invalid`] when the claims cannot be represented.
    pub(super) fn seal(&self, user: &UserId, access: &str, seconds: u64) -> Result<String, TokenError> {
        let key = EncodingKey::from_secret(self.bytes());
        jwt::encode(&Header::new(Algorithm::HS256), Envelope { user_id: user, access }, seconds, &key)
    }

    /// A ticket of the frontend's server that has not expired and never lived for more than a minute.
    ///
    /// # Errors
    /// [`TokenError::Expired`], [`TokenError::Invalid`].
    pub(super) fn ticket(&self, token: &str) -> Result<FrontendTicket, TokenError> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = CLOCK_SKEW.into();
        let decoded = jsonwebtoken::decode(token, &DecodingKey::from_secret(self.bytes()), &validation);
        let TicketClaims { user_id, iat, exp } = decoded
            .map_err(|error| match error.kind() {
                ErrorKind::ExpiredSignature => TokenError::Expired,
                _ => TokenError::Invalid,
            })?
            .claims;
        let is_brief = exp.saturating_sub(iat) <= TICKET_SECONDS;
        let has_begun = iat <= time::now().as_second() + i64::from(CLOCK_SKEW);
        if !is_brief || !has_begun {
            return Err(TokenError::Invalid);
        }
        // Without the signature, which might be written in several ways.
        let (signed, _) = token.rsplit_once('.').ok_or(TokenError::Invalid)?;
        Ok(FrontendTicket { user: user_id, id: format!("frontend-{}", hex::encode(Sha256::digest(signed))) })
    }

    fn bytes(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

/// The token of ours in an access token for the frontend's server; any other token as it is. Nothing is verified here.
pub(super) fn opened(token: &str) -> Cow<'_, str> {
    #[derive(Deserialize)]
    struct Sealed {
        access: String,
    }
    let claims = token.split('.').nth(1).and_then(|claims| URL_SAFE_NO_PAD.decode(claims).ok());
    let sealed = claims.and_then(|claims| serde_json::from_slice::<Sealed>(&claims).ok());
    sealed.map_or(Cow::Borrowed(token), |sealed| Cow::Owned(sealed.access))
}

#[cfg(test)]
mod tests;
