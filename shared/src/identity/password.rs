//! Passwords: compared in one Unicode form, argon2id at the parameters that OWASP recommends (19 MiB, 2 passes, 1 lane), computed
//! away from the async threads and only a few at a time.

use std::fmt;
use std::sync::OnceLock;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use crate::http::Field;
use foundation::ApiError;

/// Memory of one computation, in KiB.
const MEMORY_KIB: u32 = 19 * 1024;
/// Computations at a time: about 80 MiB together.
const AT_A_TIME: usize = 4;
/// Computations at work or waiting; more are refused.
const ADMITTED: usize = 64;

static WORKERS: Semaphore = Semaphore::const_new(AT_A_TIME);
static ADMISSIONS: Semaphore = Semaphore::const_new(ADMITTED);

/// Most characters of a password.
pub(super) const LONGEST: usize = 256;

/// A stored password: the PHC string of its hash. Never shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

/// Why a password could not be hashed or checked.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many are waiting already.
    #[error("too many passwords are being checked")]
    Busy,
    /// The computation failed.
    #[error("the password could not be hashed: {0}")]
    Failed(String),
}

impl From<PasswordError> for ApiError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => {
                Self::unavailable("busy", "Too many people are signing in right now. Please try again in a moment.")
            }
            failed @ PasswordError::Failed(_) => Self::internal(failed),
        }
    }
}

/// The form in which a password is hashed and compared: the profile `OpaqueString` of RFC 8265, with compatibility
/// forms folded (NFKC), so that the same keys give the same password on every system.
#[must_use]
pub fn canonical(typed: &str) -> SecretString {
    let spaces = |c: char| if c != ' ' && c.is_whitespace() { ' ' } else { c };
    SecretString::from(typed.nfkc().map(spaces).collect::<String>())
}

/// Hashes a new password.
///
/// # Errors
/// [`PasswordError`].
pub async fn hash(password: SecretString) -> Result<PasswordHash, PasswordError> {
    compute(move || hash_now(canonical(password.expose_secret()).expose_secret())).await
}

/// Whether `password` is the one that was hashed. Where there is no hash the same work is done, so
/// that the time of the answer tells nobody whether an account exists.
///
/// # Errors
/// [`PasswordError`].
pub async fn verify(password: SecretString, hash: Option<PasswordHash>) -> Result<bool, PasswordError> {
    compute(move || {
        let known = hash.is_some();
        let hash = match hash {
            Some(hash) => hash,
            None => stand_in()?,
        };
        let is = |text: &str| Ok(argon2()?.verify_password(text.as_bytes(), hash.0.as_str()).is_ok());
        let typed = password.expose_secret();
        let canonical = canonical(typed);
        // Hashes from before there was one form are of what was typed.
        let right = is(canonical.expose_secret())? || (canonical.expose_secret() != typed && is(typed)?);
        Ok(known && right)
    })
    .await
}

async fn compute<T, F>(work: F) -> Result<T, PasswordError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, PasswordError> + Send + 'static,
{
    let _admission = ADMISSIONS.try_acquire().map_err(|_| PasswordError::Busy)?;
    // A permit that the thread keeps: a caller who goes away does not stop the thread.
    let permit = WORKERS.acquire().await.map_err(|_| PasswordError::Busy)?;
    let done = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        work()
    });
    done.await.map_err(|error| PasswordError::Failed(error.to_string()))?
}

fn argon2() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(MEMORY_KIB, 2, 1, None).map_err(|error| PasswordError::Failed(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(password: &str) -> Result<PasswordHash, PasswordError> {
    let hash = argon2()?.hash_password(password.as_bytes());
    hash.map(|hash| PasswordHash(hash.to_string())).map_err(|error| PasswordError::Failed(error.to_string()))
}

/// The hash that is checked where there is none.
fn stand_in() -> Result<PasswordHash, PasswordError> {
    static STAND_IN: OnceLock<PasswordHash> = OnceLock::new();
    if let Some(hash) = STAND_IN.get() {
        return Ok(hash.clone());
    }
    let hash = hash_now(&foundation::ids::new_ulid())?;
    Ok(STAND_IN.get_or_init(|| hash).clone())
}

/// Text that a keyboard can give.
pub(super) fn typed(value: &Value) -> Result<&str, String> {
    let text = value.as_str().ok_or("must be text")?;
    if text.chars().any(char::is_control) {
        return Err("must not hold control characters".to_owned());
    }
    Ok(text)
}

/// A password that somebody gives to be checked.
#[derive(Debug, Clone)]
pub struct GivenPassword(pub SecretString);

impl Field for GivenPassword {
    fn parse(value: &Value) -> Result<Self, String> {
        let password = typed(value)?;
        if password.is_empty() {
            return Err("must not be empty".to_owned());
        }
        if password.chars().count() > LONGEST {
            return Err(format!("must have at most {LONGEST} characters"));
        }
        Ok(Self(SecretString::from(password)))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_passes() {
        let stored = hash("correct horse".into()).await.unwrap();
        assert!(stored.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", stored.0);
        assert!(verify("correct horse".into(), Some(stored.clone())).await.unwrap());
        assert!(!verify("Correct horse".into(), Some(stored.clone())).await.unwrap());
        assert!(!verify("correct horse".into(), None).await.unwrap());
        assert!(!format!("{stored:?}").contains("argon2id"));
    }

    #[tokio::test]
    async fn two_hashes_of_one_password_differ() {
        assert_ne!(hash("password".into()).await.unwrap(), hash("password".into()).await.unwrap());
    }

    #[tokio::test]
    async fn one_password_is_the_same_in_every_unicode_form() {
        // As macOS and as Windows give it, and with the wide letters and the hard space of some keyboards.
        let stored = hash("Schl\u{fc}ssel 9".into()).await.unwrap();
        for typed in ["Schlu\u{308}ssel 9", "Schl\u{fc}ssel\u{a0}9", "Schl\u{fc}ssel\u{3000}\u{ff19}"] {
            assert!(verify(typed.into(), Some(stored.clone())).await.unwrap(), "{typed}");
        }
        assert!(!verify("Schlussel 9".into(), Some(stored)).await.unwrap());
        let before = hash_now("Schlu\u{308}ssel").unwrap();
        assert!(verify("Schlu\u{308}ssel".into(), Some(before)).await.unwrap(), "hashed as it was typed");
    }
}
