//! JSON Web Tokens (RFC 7519) with a lifetime. Each kind is signed with one algorithm, and no other passes.

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use foundation::time;

/// A token that cannot be made or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It was ours, but its time is over.
    #[error("the token has expired")]
    Expired,
    /// It is not ours, for this purpose.
    #[error("the token is not valid")]
    Invalid,
    /// It names a key that is not known here. It may be a new one.
    #[error("the token's key is not known")]
    UnknownKey,
    /// This process verifies tokens and makes none.
    #[error("this process signs no tokens")]
    NoSigner,
}

#[derive(Serialize, Deserialize)]
struct Timed<T> {
    #[serde(flatten)]
    claims: T,
    iat: i64,
    exp: i64,
}

/// A token that carries `claims` for `seconds` from now.
///
/// # Errors
/// [`TokenError::Invalid`] when the claims cannot be represented.
pub(super) fn encode<T: Serialize>(
    header: &Header,
    claims: T,
    seconds: u64,
    key: &EncodingKey,
) -> Result<String, TokenError> {
    let iat = time::now().as_second();
    let timed = Timed { claims, iat, exp: iat.saturating_add_unsigned(seconds) };
    jsonwebtoken::encode(header, &timed, key).map_err(|_| TokenError::Invalid)
}

/// The claims of a token that was signed with `algorithm` and `key` and has not expired.
///
/// # Errors
/// [`TokenError::Expired`], [`TokenError::Invalid`].
pub(super) fn decode<T: DeserializeOwned>(
    algorithm: Algorithm,
    token: &str,
    key: &DecodingKey,
) -> Result<T, TokenError> {
    let mut validation = Validation::new(algorithm);
    validation.leeway = 0;
    validation.validate_aud = false;
    match jsonwebtoken::decode::<Timed<T>>(token, key, &validation) {
        Ok(data) => Ok(data.claims.claims),
        Err(error) if matches!(error.kind(), ErrorKind::ExpiredSignature) => Err(TokenError::Expired),
        Err(_) => Err(TokenError::Invalid),
    }
}
