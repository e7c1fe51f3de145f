//! Tokens, cookies, and sign-in with Google.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use strum::{EnumString, VariantNames};

use super::reader::{Reader, is_weak};
use super::variables as var;
use crate::public_keys::PublicKeys;

/// Attributes of cookies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookieMode {
    /// `SameSite=Lax`; `Secure` in production.
    Lax {
        /// Whether `Secure` is set.
        secure: bool,
    },
    /// `SameSite=None; Secure`, for a frontend on another site.
    CrossSite,
}

/// The word of `COOKIE_MODE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, EnumString, VariantNames)]
#[strum(serialize_all = "kebab-case")]
enum CookieWord {
    #[default]
    Lax,
    CrossSite,
}

/// Tokens and cookies.
#[derive(Debug, Clone)]
pub struct AuthConfig {
    /// Key material for signatures and keyed hashes (`TOKEN_SECRET`). Functions that only verify tokens have none.
    pub token_secret: Option<SecretString>,
    /// Former secrets whose tokens are still accepted (`TOKEN_SECRETS_ACCEPTED`).
    pub accepted_secrets: Vec<SecretString>,
    /// The keys that verify tokens if there is no secret (`TOKEN_PUBLIC_KEYS`).
    pub public_keys: PublicKeys,
    /// The Secrets Manager secret in which these keys are published (`TOKEN_PUBLIC_KEYS_ID`).
    pub published_keys: Option<String>,
    /// What the frontend's server verifies access tokens with and signs tickets with (`FRONTEND_JWT_SECRET`).
    pub frontend_secret: Option<SecretString>,
    /// Lifetime of an access token (`ACCESS_TOKEN_SECONDS`).
    pub access_lifetime: Duration,
    /// Lifetime of a sign-in that is not used (`REFRESH_TOKEN_DAYS`).
    pub refresh_lifetime: Duration,
    /// Maximum lifetime of a sign-in, even if it is used (`SIGN_IN_DAYS`).
    pub sign_in_lifetime: Duration,
    /// Cookie attributes (`COOKIE_MODE`).
    pub cookies: CookieMode,
}

impl AuthConfig {
    pub(super) fn read(reader: &mut Reader<'_>, production: bool) -> Self {
        let token_secret = reader.strong_secret(&var::TOKEN_SECRET);
        let public_keys = reader.text(&var::TOKEN_PUBLIC_KEYS).parse::<PublicKeys>().unwrap_or_else(|error| {
            reader.problem(&var::TOKEN_PUBLIC_KEYS, error.to_string());
            PublicKeys::default()
        });
        let published_keys = reader.optional(&var::TOKEN_PUBLIC_KEYS_ID);
        if token_secret.is_none() && published_keys.is_none() && public_keys.is_empty() {
            reader.problem(&var::TOKEN_SECRET, "must be set to at least 32 random characters");
        }
        let accepted_secrets: Vec<SecretString> =
            reader.list(&var::TOKEN_SECRETS_ACCEPTED).into_iter().map(SecretString::from).collect();
        if accepted_secrets.iter().any(is_weak) {
            reader
                .problem(&var::TOKEN_SECRETS_ACCEPTED, "must have at least 32 random characters in each of its parts");
        }
        let frontend_secret = reader.strong_secret(&var::FRONTEND_JWT_SECRET);
        // Whoever has TOKEN_SECRET can sign anybody in.
        let mut own_secrets = token_secret.iter().chain(&accepted_secrets).map(SecretString::expose_secret);
        if frontend_secret.as_ref().is_some_and(|secret| own_secrets.any(|own| own == secret.expose_secret())) {
            reader.problem(&var::FRONTEND_JWT_SECRET, "must not be a token secret: the frontend's server has it too");
        }
        let access_seconds = reader.number::<u64>(&var::ACCESS_TOKEN_SECONDS, 1, 86_400);
        let refresh_days = reader.number::<u64>(&var::REFRESH_TOKEN_DAYS, 1, 365);
        let sign_in_days = reader.number::<u64>(&var::SIGN_IN_DAYS, 1, 3650);
        Self {
            token_secret,
            accepted_secrets,
            public_keys,
            published_keys,
            frontend_secret,
            access_lifetime: Duration::from_secs(access_seconds),
            refresh_lifetime: Duration::from_secs(refresh_days * 86_400),
            sign_in_lifetime: Duration::from_secs(sign_in_days * 86_400),
            cookies: match reader.choice(&var::COOKIE_MODE) {
                CookieWord::Lax => CookieMode::Lax { secure: production },
                CookieWord::CrossSite => CookieMode::CrossSite,
            },
        }
    }
}

/// Sign-in with Google (any `OpenID` Connect issuer).
#[derive(Debug, Clone)]
pub struct GoogleConfig {
    /// `GOOGLE_CLIENT_ID`.
    pub client_id: String,
    /// `GOOGLE_CLIENT_SECRET`.
    pub client_secret: SecretString,
    /// `GOOGLE_ISSUER`.
    pub issuer: String,
    /// Whether the address of the callback has a token (`GOOGLE_CALLBACK_TOKEN`).
    pub callback_token: bool,
}

/// The word of `GOOGLE_CALLBACK_TOKEN`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
enum CallbackToken {
    #[default]
    None,
    Short,
}

impl GoogleConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let callback_token = reader.choice::<CallbackToken>(&var::GOOGLE_CALLBACK_TOKEN) == CallbackToken::Short;
        let client_id = reader.optional(&var::GOOGLE_CLIENT_ID)?;
        let client_secret = reader.secret(&var::GOOGLE_CLIENT_SECRET).unwrap_or_else(|| {
            reader.problem(&var::GOOGLE_CLIENT_SECRET, "must be set where GOOGLE_CLIENT_ID is");
            SecretString::default()
        });
        // Checked, but kept to the letter: so is it compared with the issuer's own name for itself.
        let _ = reader.url(&var::GOOGLE_ISSUER);
        Some(Self { client_id, client_secret, issuer: reader.text(&var::GOOGLE_ISSUER), callback_token })
    }
}
