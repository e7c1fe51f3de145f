//! The cookies of a sign-in, as the frontend expects them.

use http::{HeaderMap, HeaderValue, header};

use crate::config::{AuthConfig, CookieMode};

/// Cookie of the access token; `HttpOnly`.
pub const ACCESS_COOKIE: &str = "access_token";
/// Cookie of the refresh token; `HttpOnly`.
pub const REFRESH_COOKIE: &str = "refresh_token";

/// The presence flag that the frontend's own scripts read and delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// Signed in with a password.
    Local,
    /// Signed in with Google.
    Google,
}

impl Flag {
    /// The flag of a sign-in's `method`.
    #[must_use]
    pub fn of_method(method: &str) -> Self {
        if method == "google" { Self::Google } else { Self::Local }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Local => "local_access",
            Self::Google => "google_access",
        }
    }
}

/// `Set-Cookie` values for a fresh pair of tokens and the presence flag.
#[must_use]
pub fn sign_in_cookies(config: &AuthConfig, access: &str, refresh: &str, flag: Flag) -> Vec<HeaderValue> {
    let long = config.refresh_lifetime.as_secs();
    // The access cookie outlives its token on purpose: an expired token tells a lapsed sign-in from
    // none at all.
    let values = [
        set(config, ACCESS_COOKIE, access, long, true),
        set(config, REFRESH_COOKIE, refresh, long, true),
        set(config, flag.name(), "true", long, false),
    ];
    values.into_iter().flatten().collect()
}

/// `Set-Cookie` value for a renewed access token alone.
#[must_use]
pub fn access_cookie(config: &AuthConfig, access: &str) -> Option<HeaderValue> {
    set(config, ACCESS_COOKIE, access, config.refresh_lifetime.as_secs(), true)
}

/// `Set-Cookie` values that remove every cookie of a sign-in.
#[must_use]
pub fn clear_cookies(config: &AuthConfig) -> Vec<HeaderValue> {
    let names = [(ACCESS_COOKIE, true), (REFRESH_COOKIE, true), ("local_access", false), ("google_access", false)];
    names.into_iter().filter_map(|(name, http_only)| set(config, name, "", 0, http_only)).collect()
}

fn set(config: &AuthConfig, name: &str, value: &str, max_age: u64, http_only: bool) -> Option<HeaderValue> {
    let site = match config.cookies {
        CookieMode::Lax { secure: false } => "; SameSite=Lax",
        CookieMode::Lax { secure: true } => "; SameSite=Lax; Secure",
        CookieMode::CrossSite => "; SameSite=None; Secure",
    };
    let http_only = if http_only { "; HttpOnly" } else { "" };
    HeaderValue::from_str(&format!("{name}={value}; Path=/; Max-Age={max_age}{http_only}{site}")).ok()
}

/// The value of a cookie of the request.
#[must_use]
pub fn read_cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value)
}
