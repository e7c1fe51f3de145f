//! The cookies of a sign-in, as the frontend expects them.

use http::{HeaderMap, HeaderValue, header};

use foundation::config::{AuthConfig, CookieMode};

/// Cookie of the access token; `HttpOnly`.
pub const ACCESS_COOKIE: &str = "access_token";
/// Cookie of the refresh token; `HttpOnly`.
pub const REFRESH_COOKIE: &str = "refresh_token";
/// Cookie that says that somebody is signed in, however they did it: pages look whether `document.cookie` contains the
/// text `local_accessToken`. Not `HttpOnly`, and no secret.
const SIGNED_IN_COOKIE: &str = "has_local_accessToken";

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

/// `Set-Cookie` values for a fresh pair of tokens and the presence flags.
#[must_use]
pub fn sign_in_cookies(config: &AuthConfig, access: &str, refresh: &str, flag: Flag) -> Vec<HeaderValue> {
    let long = config.refresh_lifetime.as_secs();
    // The access cookie outlives its token on purpose: an expired token tells a lapsed sign-in from
    // none at all.
    let values = [
        set(config, ACCESS_COOKIE, access, long, true),
        set(config, REFRESH_COOKIE, refresh, long, true),
        set(config, flag.name(), "true", long, false),
        set(config, SIGNED_IN_COOKIE, "1", long, false),
    ];
    values.into_iter().flatten().collect()
}

/// `Set-Cookie` value for a renewed access token alone.
#[must_use]
pub(crate) fn access_cookie(config: &AuthConfig, access: &str) -> Option<HeaderValue> {
    set(config, ACCESS_COOKIE, access, config.refresh_lifetime.as_secs(), true)
}

/// `Set-Cookie` values that remove every cookie of a sign-in.
#[must_use]
pub fn clear_cookies(config: &AuthConfig) -> Vec<HeaderValue> {
    let names = [
        (ACCESS_COOKIE, true),
        (REFRESH_COOKIE, true),
        ("local_access", false),
        ("google_access", false),
        (SIGNED_IN_COOKIE, false),
    ];
    names.into_iter().filter_map(|(name, http_only)| set(config, name, "", 0, http_only)).collect()
}

/// A `Set-Cookie` value; an age of 0 seconds removes the cookie.
#[must_use]
pub fn set(config: &AuthConfig, name: &str, value: &str, max_age: u64, http_only: bool) -> Option<HeaderValue> {
    let site = match config.cookies {
        CookieMode::Lax { secure: false } => "; SameSite=Lax",
        CookieMode::Lax { secure: true } => "; SameSite=Lax; Secure",
        CookieMode::CrossSite => "; SameSite=None; Secure",
    };
    let http_only = if http_only { "; HttpOnly" } else { "" };
    HeaderValue::from_str(&format!("{name}={value}; Path=/; Max-Age={max_age}{http_only}{site}")).ok()
}

/// The values of a cookie of the request, in the order of the request. Pairs are read as bytes, each by itself: what
/// another part of the site has set must not hide ours, whatever is in it.
#[must_use]
pub fn read_cookies<'h>(headers: &'h HeaderMap, name: &str) -> Vec<&'h str> {
    let lines = headers.get_all(header::COOKIE).into_iter().map(HeaderValue::as_bytes);
    let pairs = lines.flat_map(|line| line.split(|byte| *byte == b';'));
    let value = |pair: &'h [u8]| {
        let at = pair.iter().position(|byte| *byte == b'=')?;
        let (key, value) = pair.split_at_checked(at)?;
        let value = value.get(1..)?.trim_ascii();
        let quoted = value.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
        let value = std::str::from_utf8(quoted.unwrap_or(value)).ok()?;
        (key.trim_ascii() == name.as_bytes() && !value.is_empty()).then_some(value)
    };
    pairs.filter_map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&[u8]]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::COOKIE, HeaderValue::from_bytes(line).unwrap_or(HeaderValue::from_static("")));
        }
        read_cookies(&headers, "ours").into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn a_cookie_is_found_among_others_whatever_they_hold() {
        assert_eq!(read(&[b"a=1; ours=x; b=2"]), ["x"]);
        assert_eq!(read(&[b"name=J\xf6rg; ours=x"]), ["x"], "a pair that is no ASCII hides no other");
        assert_eq!(read(&[b"ours=\"x\""]), ["x"], "quoted");
        assert_eq!(read(&[b"ours=x=y==;=;;ours ;b"]), ["x=y=="]);
        assert_eq!(read(&[b"ours=old; ours=new", b"ours=newest"]), ["old", "new", "newest"]);
        assert_eq!(read(&[b"ours=; ours=\"\"; ours=\xff; theirs=x; Ours=x"]), [""; 0]);
    }
}
