//! What is kept in the browser while it is at the issuer.

use http::HeaderValue;
use serde::{Deserialize, Serialize};

use crate::auth::token_secret::{KeyUse, TokenSecret};
use crate::auth::tokens::TokenError;
use crate::identity::Role;
use foundation::config::{AuthConfig, CookieMode};

/// The cookie that carries the state.
pub(super) const COOKIE: &str = "oauth_state";
/// Seconds within which the browser must be back.
const LIFETIME: u64 = 600;

/// What somebody asked for when leaving for the issuer; it counts when an account is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignUp {
    /// What they sign up as.
    pub role: Role,
    /// May be empty.
    pub company: String,
}

/// The secrets of one way to the issuer and back.
#[derive(Clone, Serialize, Deserialize)]
pub struct State {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
    #[serde(rename = "signUp")]
    pub(super) sign_up: SignUp,
}

impl State {
    /// The name of its cookie.
    pub const COOKIE: &'static str = COOKIE;

    pub(super) fn seal(&self, secret: &TokenSecret) -> Result<String, TokenError> {
        secret.sign(KeyUse::OauthState, self, LIFETIME)
    }

    pub(super) fn open(secret: &TokenSecret, cookie: &str) -> Result<Self, TokenError> {
        secret.verify(KeyUse::OauthState, cookie)
    }
}

/// `Set-Cookie` value that keeps the state. `Lax` is right also for a frontend on another site: the
/// way back is a navigation to us.
#[must_use]
pub fn state_cookie(config: &AuthConfig, value: &str) -> Option<HeaderValue> {
    set(config, value, LIFETIME)
}

/// `Set-Cookie` value that removes the state: it serves once.
#[must_use]
pub fn clear_state_cookie(config: &AuthConfig) -> Option<HeaderValue> {
    set(config, "", 0)
}

fn set(config: &AuthConfig, value: &str, max_age: u64) -> Option<HeaderValue> {
    let secure = if config.cookies == (CookieMode::Lax { secure: false }) { "" } else { "; Secure" };
    HeaderValue::from_str(&format!("{COOKIE}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}")).ok()
}

impl SignUp {
    /// Reads `role` and `company` from a query that may be badly escaped: a company may hold a bare
    /// `&` or `%`. Everything up to the next name that we know belongs to a value. No role means
    /// [`Role::Civilian`].
    ///
    /// # Errors
    /// A sentence, for a role that there is not.
    pub fn from_query(query: &str) -> Result<Self, String> {
        let (mut role, mut company): (String, String) = (String::new(), String::new());
        let mut current: Option<&mut String> = None;
        for piece in query.split('&') {
            if let Some(value) = piece.strip_prefix("role=") {
                role = value.to_owned();
                current = Some(&mut role);
            } else if let Some(value) = piece.strip_prefix("company=") {
                company = value.to_owned();
                current = Some(&mut company);
            } else if let Some(value) = current.as_mut() {
                value.push('&');
                value.push_str(piece);
            }
        }
        let role = match unescape(&role).trim() {
            "" => Role::Civilian,
            name => Role::parse(&name.to_ascii_lowercase()).ok_or("The role must be civilian, military or student")?,
        };
        let company: String = unescape(&company).chars().filter(|c| !c.is_control()).take(200).collect();
        Ok(Self { role, company: company.trim().to_owned() })
    }
}

/// Percent-decoding that leaves alone what is no escape.
fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = (byte == b'%')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(match byte {
            b'+' => b' ',
            byte => escaped.unwrap_or(byte),
        });
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_as_it_was_meant() {
        for (query, role, company) in [
            ("role=civilian&company=Acme", Role::Civilian, "Acme"),
            ("role=student&company=R%26D%20Ltd", Role::Student, "R&D Ltd"),
            ("role=military&company=R&D Ltd", Role::Military, "R&D Ltd"),
            ("company=A&B+C&role=student", Role::Student, "A&B C"),
            ("role=&company=100%", Role::Civilian, "100%"),
            ("company=50%zz%C3%A9", Role::Civilian, "50%zzé"),
            ("company=a=b", Role::Civilian, "a=b"),
            ("", Role::Civilian, ""),
            ("x=1&y", Role::Civilian, ""),
        ] {
            assert_eq!(SignUp::from_query(query).unwrap(), SignUp { role, company: company.to_owned() }, "{query}");
        }
        assert!(SignUp::from_query("role=admin").is_err());
    }

    #[test]
    fn the_state_reads_back_and_cannot_be_forged() {
        let secret = TokenSecret::new("secret".into());
        let sign_up = SignUp { role: Role::Student, company: "X".to_owned() };
        let state = State { state: "s".into(), nonce: "n".into(), verifier: "v".into(), sign_up: sign_up.clone() };
        let sealed = state.seal(&secret).unwrap();
        let opened = State::open(&secret, &sealed).unwrap();
        assert_eq!((opened.state.as_str(), opened.nonce.as_str(), opened.sign_up), ("s", "n", sign_up));
        assert!(State::open(&TokenSecret::new("other".into()), &sealed).is_err());
    }
}
