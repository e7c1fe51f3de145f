//! Browsers that have signed in before.
//!
//! A signed cookie that outlives the sign-in (the "device cookie" of OWASP's guidance against guessing). It opens
//! nothing: it only keeps the attempts of its browser apart from those of strangers.

use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};

use super::cookies::{read_cookies, set};
use super::token_secret::{KeyUse, TokenSecret};
use foundation::config::AuthConfig;
use foundation::ids::UserId;

/// Cookie of a browser that has signed in; `HttpOnly`.
pub const DEVICE_COOKIE: &str = "device";
/// How long a browser is known after its last sign-in: 180 days.
const SECONDS: u64 = 180 * 86_400;
/// Accounts that a browser is remembered for, the last ones.
const ACCOUNTS: usize = 5;

/// A browser, and the accounts that it has signed in to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Device {
    /// Names the browser.
    pub id: String,
    users: Vec<UserId>,
}

impl Device {
    /// The browser of a request, if it is known.
    #[must_use]
    pub fn of(headers: &HeaderMap, secret: &TokenSecret) -> Option<Self> {
        read_cookies(headers, DEVICE_COOKIE).into_iter().find_map(|cookie| secret.verify(KeyUse::Device, cookie).ok())
    }

    /// Whether it has signed in to this account.
    #[must_use]
    pub fn knows(&self, user: &UserId) -> bool {
        self.users.contains(user)
    }

    /// The `Set-Cookie` value for the browser of a request that has signed in to an account now.
    #[must_use]
    pub fn cookie(
        headers: &HeaderMap,
        secret: &TokenSecret,
        config: &AuthConfig,
        user: &UserId,
    ) -> Option<HeaderValue> {
        let mut device =
            Self::of(headers, secret).unwrap_or_else(|| Self { id: foundation::ids::new_ulid(), users: Vec::new() });
        device.users.retain(|known| known != user);
        device.users.push(user.clone());
        let surplus = device.users.len().saturating_sub(ACCOUNTS);
        device.users.drain(..surplus);
        let value = secret.sign(KeyUse::Device, device, SECONDS).ok()?;
        set(config, DEVICE_COOKIE, &value, SECONDS, true)
    }
}
