//! Sign-ins and the rotation of their refresh tokens.
//!
//! Every refresh token of a sign-in carries a number, and only the number of the active one is kept.
//! Renewing makes the next number active. The frontend renews twice within milliseconds, and a
//! client may lose the answer, so the parent of the active token, for [`PARENT_SECONDS`], and any token superseded
//! less than [`GRACE_SECONDS`] ago, still gets the active one; anything older was stolen or replayed, and the whole
//! sign-in is revoked (RFC 9700, section 4.14.2). However often it is renewed, a sign-in ends some day.

use aws_config::SdkConfig;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::cookies::Flag;
use super::frontend::{self, FrontendKey};
use super::published_keys::PublishedKeys;
use super::token_secret::TokenSecret;
use super::tokens::{TokenError, Tokens};
use crate::store::{SignIn, Store, StoreError};
use foundation::config::AuthConfig;
use foundation::ids::{SignInId, UserId};
use foundation::public_keys::Purpose;
use foundation::{telemetry, time};

/// How long a superseded refresh token is still honoured.
const GRACE_SECONDS: i64 = 10;
/// How long the parent of the active token is honoured: the answer that held the active one may be lost.
const PARENT_SECONDS: i64 = 600;
/// Superseded tokens remembered for the grace window.
const REMEMBERED: usize = 8;

/// Keeps sign-ins. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SignIns {
    config: AuthConfig,
    secret: TokenSecret,
    pub(super) tokens: Tokens,
    pub(super) frontend: Option<FrontendKey>,
    pub(super) store: Store,
}

/// A fresh pair of tokens.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Whose they are.
    pub user_id: UserId,
    /// The sign-in.
    pub id: SignInId,
    /// For requests.
    pub access_token: String,
    /// For renewal.
    pub refresh_token: String,
    /// Seconds until the access token expires.
    pub expires_in: u64,
    /// The presence flag that goes with it.
    pub flag: Flag,
}

/// Why a sign-in cannot be renewed.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The token is not ours, expired, or of a sign-in that has ended.
    #[error("the sign-in has ended")]
    Ended,
    /// An old token was used again: the sign-in has been revoked.
    #[error("an old refresh token was used again")]
    Reused,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<TokenError> for RefreshError {
    fn from(_: TokenError) -> Self {
        Self::Ended
    }
}

/// What an access token carries.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct AccessClaims {
    pub(super) sub: UserId,
    pub(super) sid: SignInId,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct RefreshClaims {
    sub: UserId,
    sid: SignInId,
    #[serde(rename = "gen")]
    generation: u64,
}

impl SignIns {
    /// Keeps sign-ins in `store`. Signs tokens where the configuration has the token secret, else only verifies them,
    /// with the keys of the configuration and those that are published.
    #[must_use]
    pub fn new(config: &AuthConfig, sdk: &SdkConfig, store: Store) -> Self {
        let published = config.published_keys.clone().map(|id| PublishedKeys::new(sdk, id));
        let (secret, tokens) = match &config.token_secret {
            Some(secret) => {
                let secret = TokenSecret::new(secret.clone()).accepting(config.accepted_secrets.clone());
                let tokens = Tokens::signing(&secret);
                (secret, tokens)
            }
            None => (TokenSecret::unknown(), Tokens::verifying(config.public_keys.clone())),
        };
        let frontend = config.frontend_secret.clone().map(FrontendKey::new);
        Self { config: config.clone(), secret, tokens: tokens.published_at(published), frontend, store }
    }

    /// The same, in another view of the table.
    #[must_use]
    pub fn in_store(&self, store: Store) -> Self {
        Self { store, ..self.clone() }
    }

    /// Makes and checks tokens.
    #[must_use]
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// What one-time codes and the like are hashed with; one that nobody knows where the configuration has none.
    #[must_use]
    pub fn secret(&self) -> &TokenSecret {
        &self.secret
    }

    /// Lifetimes and cookie attributes.
    #[must_use]
    pub fn config(&self) -> &AuthConfig {
        &self.config
    }

    /// Begins a sign-in by `method` (`password` or `google`).
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn begin(&self, user: &UserId, method: &str, user_agent: Option<&str>) -> Result<SignedIn, RefreshError> {
        let now = time::now();
        let sign_in = SignIn {
            id: SignInId::new(),
            user_id: user.clone(),
            method: method.to_owned(),
            user_agent: user_agent.map(|agent| agent.chars().take(200).collect()),
            created_at: now,
            last_used_at: now,
            generation: 1,
            superseded: Vec::new(),
            expires_at: self.expiry(now),
        };
        self.store.create_sign_in(&sign_in).await?;
        self.issue(&sign_in)
    }

    /// Renews a sign-in with a refresh token.
    ///
    /// # Errors
    /// [`RefreshError::Ended`], [`RefreshError::Reused`].
    pub async fn refresh(&self, token: &str) -> Result<SignedIn, RefreshError> {
        let claims: RefreshClaims = self.tokens.verify(Purpose::Refresh, token)?;
        // A second round is needed only when another request renewed between reading and writing;
        // then the token is the parent of the active one.
        for _ in 0..4 {
            let sign_in = self.store.sign_in(&claims.sub, &claims.sid).await?.ok_or(RefreshError::Ended)?;
            if claims.generation == sign_in.generation {
                let renewed = self.renewed(&sign_in);
                if self.store.rotate_sign_in(&renewed, sign_in.generation).await? {
                    return self.issue(&renewed);
                }
                continue;
            }
            if honoured(&sign_in, claims.generation) {
                return self.issue(&sign_in);
            }
            telemetry::count_reused_token();
            tracing::warn!(user = %claims.sub, sign_in = %claims.sid, "an old refresh token was used again; sign-in revoked");
            self.store.revoke_sign_in(&claims.sub, &claims.sid).await?;
            self.store.withdraw_pending_email(&claims.sub).await?;
            return Err(RefreshError::Reused);
        }
        Err(RefreshError::Ended)
    }

    /// A living sign-in by its refresh token, without rotation: for requests that cannot keep a rotated one.
    ///
    /// # Errors
    /// [`RefreshError`].
    pub async fn by_refresh_token(&self, token: &str) -> Result<SignIn, RefreshError> {
        let claims: RefreshClaims = self.tokens.verify_newest(Purpose::Refresh, token).await?;
        let sign_in = self.store.sign_in(&claims.sub, &claims.sid).await?.ok_or(RefreshError::Ended)?;
        let is_good = claims.generation == sign_in.generation || honoured(&sign_in, claims.generation);
        if is_good { Ok(sign_in) } else { Err(RefreshError::Ended) }
    }

    /// A new access token of a living sign-in, where this process signs tokens.
    #[must_use]
    pub fn access_token(&self, sign_in: &SignIn) -> Option<String> {
        self.sign_access(sign_in).ok()
    }

    fn sign_access(&self, sign_in: &SignIn) -> Result<String, TokenError> {
        let claims = AccessClaims { sub: sign_in.user_id.clone(), sid: sign_in.id.clone() };
        let seconds = self.config.access_lifetime.as_secs();
        let token = self.tokens.sign(Purpose::Access, claims, seconds)?;
        match &self.frontend {
            Some(key) => key.seal(&sign_in.user_id, &token, seconds),
            None => Ok(token),
        }
    }

    /// The sign-in that an access token names, if it still lives.
    ///
    /// # Errors
    /// [`RefreshError::Ended`], [`RefreshError::Store`].
    pub async fn authenticate(&self, access_token: &str) -> Result<SignIn, RefreshError> {
        let claims: AccessClaims = self.tokens.verify_newest(Purpose::Access, &frontend::opened(access_token)).await?;
        self.store.sign_in(&claims.sub, &claims.sid).await?.ok_or(RefreshError::Ended)
    }

    /// Whose an access token is, whether the sign-in still lives or not: for counting.
    #[must_use]
    pub fn named_by_access(&self, access_token: &str) -> Option<UserId> {
        let claims: AccessClaims = self.tokens.verify(Purpose::Access, &frontend::opened(access_token)).ok()?;
        Some(claims.sub)
    }

    /// The sign-in that a refresh token names, whether it still lives or not: for signing out.
    #[must_use]
    pub fn named_by(&self, refresh_token: &str) -> Option<(UserId, SignInId)> {
        let claims: RefreshClaims = self.tokens.verify(Purpose::Refresh, refresh_token).ok()?;
        Some((claims.sub, claims.sid))
    }

    /// When a sign-in that began then ends, if it is not renewed; epoch seconds.
    fn expiry(&self, begun: Timestamp) -> i64 {
        let idle = time::now().as_second().saturating_add_unsigned(self.config.refresh_lifetime.as_secs());
        idle.min(begun.as_second().saturating_add_unsigned(self.config.sign_in_lifetime.as_secs()))
    }

    fn renewed(&self, sign_in: &SignIn) -> SignIn {
        let now = time::now();
        let mut renewed = sign_in.clone();
        renewed.superseded.insert(0, (sign_in.generation, now));
        renewed.superseded.truncate(REMEMBERED);
        renewed.generation += 1;
        renewed.last_used_at = now;
        renewed.expires_at = self.expiry(sign_in.created_at);
        renewed
    }

    fn issue(&self, sign_in: &SignIn) -> Result<SignedIn, RefreshError> {
        let (sub, sid) = (sign_in.user_id.clone(), sign_in.id.clone());
        let refresh = RefreshClaims { sub, sid, generation: sign_in.generation };
        let refresh_seconds = self.config.refresh_lifetime.as_secs();
        Ok(SignedIn {
            user_id: sign_in.user_id.clone(),
            id: sign_in.id.clone(),
            access_token: self.sign_access(sign_in)?,
            refresh_token: self.tokens.sign(Purpose::Refresh, refresh, refresh_seconds)?,
            expires_in: self.config.access_lifetime.as_secs(),
            flag: Flag::of_method(&sign_in.method),
        })
    }
}

/// Whether a superseded token still gets the active one.
fn honoured(sign_in: &SignIn, generation: u64) -> bool {
    let seconds = if generation + 1 == sign_in.generation { PARENT_SECONDS } else { GRACE_SECONDS };
    let since = time::now().as_second() - seconds;
    sign_in.superseded.iter().any(|(number, at)| *number == generation && at.as_second() >= since)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn sign_in(generation: u64, superseded: &[(u64, i64)]) -> SignIn {
        SignIn {
            id: SignInId::new(),
            user_id: UserId::new(),
            method: "password".to_owned(),
            user_agent: None,
            created_at: time::now(),
            last_used_at: time::now(),
            generation,
            superseded: superseded.iter().map(|(n, ago)| (*n, time::in_seconds(-ago))).collect(),
            expires_at: i64::MAX,
        }
    }

    #[test]
    fn the_parent_of_the_active_token_is_honoured_for_ten_minutes() {
        assert!(honoured(&sign_in(5, &[(4, 500)]), 4));
        assert!(!honoured(&sign_in(5, &[(4, 700)]), 4));
    }

    #[test]
    fn an_older_token_is_honoured_in_the_grace_window_only() {
        assert!(honoured(&sign_in(5, &[(4, 1), (3, 5)]), 3));
        assert!(!honoured(&sign_in(5, &[(4, 1), (3, 60)]), 3));
        assert!(!honoured(&sign_in(5, &[(4, 1)]), 2));
    }

    #[test]
    fn a_number_that_was_never_issued_is_not_honoured() {
        assert!(!honoured(&sign_in(5, &[]), 6));
        let ours: UserId = "u".parse().unwrap();
        assert_eq!(ours.as_str(), "u");
    }
}
