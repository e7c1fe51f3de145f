//! Sign-in with Google, or with any other `OpenID` Connect issuer: authorization code flow with PKCE
//! (RFC 7636), state and nonce.
//!
//! What must be known when the browser comes back is kept in the browser, in a signed cookie that
//! lives for ten minutes, so that no session has to be kept here for somebody who is nobody yet.

mod call;
mod state;

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreIdTokenClaims, CoreProviderMetadata};
use openidconnect::{
    AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, HttpRequest, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
};
use secrecy::ExposeSecret;
use serde::Deserialize;
use subtle::ConstantTimeEq;
use tokio::sync::Mutex;

use call::Caller;
pub use state::{SignUp, State, clear_state_cookie, state_cookie};

use super::token_secret::TokenSecret;
use crate::identity::Email;
use foundation::config::GoogleConfig;

/// How long the issuer's description and keys are kept.
const METADATA_LIFETIME: Duration = Duration::from_hours(1);
/// How old the keys must be before an unknown key is a reason to fetch them again.
const KEYS_SETTLED: Duration = Duration::from_secs(10);

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// Why a sign-in with Google did not work out.
#[derive(Debug, thiserror::Error)]
pub enum GoogleError {
    /// The issuer cannot be reached, or does not describe itself properly.
    #[error("the issuer cannot be used")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The browser came back without the cookie, too late, or with another state.
    #[error("the state does not match")]
    State,
    /// The issuer did not take the code, or its token does not hold.
    #[error("the sign-in could not be verified")]
    Unverified(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The identity has no address, or none that the issuer has verified.
    #[error("the identity has no verified address")]
    NoAddress,
}

/// Who the issuer says somebody is.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The issuer's own name for them, which never changes.
    pub subject: String,
    /// Their address, verified by the issuer.
    pub email: Email,
    /// Whether the issuer itself keeps the mailbox, so that it knows whose the address is today.
    pub authoritative: bool,
    /// May be empty.
    pub first_name: String,
    /// May be empty.
    pub last_name: String,
    /// An https address.
    pub picture: Option<String>,
}

/// What the browser brings back.
#[derive(Debug, Clone)]
pub struct Callback<'a> {
    /// The authorization code.
    pub code: &'a str,
    /// The state that was sent along.
    pub state: &'a str,
    /// The state cookies: the first one that verifies counts.
    pub cookies: Vec<&'a str>,
}

/// Signs people in with Google. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Google {
    config: Arc<GoogleConfig>,
    redirect: String,
    secret: TokenSecret,
    caller: Caller,
    metadata: Arc<Mutex<Option<(Instant, CoreProviderMetadata)>>>,
}

impl Google {
    /// Comes back to `redirect`, an address of ours.
    ///
    /// # Errors
    /// [`GoogleError::Unavailable`] when no HTTP client can be made.
    pub fn new(config: GoogleConfig, redirect: String, secret: TokenSecret) -> Result<Self, GoogleError> {
        let caller = Caller::new().map_err(|error| GoogleError::Unavailable(Box::new(error)))?;
        Ok(Self { config: Arc::new(config), redirect, secret, caller, metadata: Arc::default() })
    }

    /// Where to send the browser, and the value of the state cookie.
    ///
    /// # Errors
    /// [`GoogleError::Unavailable`].
    pub async fn begin(&self, sign_up: SignUp) -> Result<(String, String), GoogleError> {
        let client = self.client(METADATA_LIFETIME).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(challenge)
            .add_extra_param("prompt", "select_account")
            .url();
        let state = State {
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
            sign_up,
        };
        let cookie = state.seal(&self.secret).map_err(|error| GoogleError::Unavailable(Box::new(error)))?;
        Ok((url.into(), cookie))
    }

    /// Who came back, and what they asked for when they left.
    ///
    /// # Errors
    /// [`GoogleError`].
    pub async fn finish(&self, callback: &Callback<'_>) -> Result<(Identity, SignUp), GoogleError> {
        let mut states = callback.cookies.iter().filter_map(|cookie| State::open(&self.secret, cookie).ok());
        let state = states.next().ok_or(GoogleError::State)?;
        if !bool::from(state.state.as_bytes().ct_eq(callback.state.as_bytes())) {
            return Err(GoogleError::State);
        }
        let client = self.client(METADATA_LIFETIME).await?;
        let unverified = |error: Box<dyn std::error::Error + Send + Sync>| GoogleError::Unverified(error);
        let http = |request: HttpRequest| self.caller.call(request);
        let response = client
            .exchange_code(AuthorizationCode::new(callback.code.to_owned()))
            .map_err(|error| unverified(Box::new(error)))?
            .set_pkce_verifier(PkceCodeVerifier::new(state.verifier))
            .request_async(&http)
            .await
            .map_err(|error| unverified(Box::new(error)))?;
        let token = response.id_token().ok_or_else(|| unverified("the answer holds no id token".into()))?;
        let claims = self.claims(&client, token, &Nonce::new(state.nonce)).await?;
        Ok((identity(&claims, hosted_domain(token).is_some())?, state.sign_up))
    }

    /// Verifies a token; for a key that is not known yet the keys are fetched once more.
    async fn claims(
        &self,
        client: &Client,
        token: &CoreIdToken,
        nonce: &Nonce,
    ) -> Result<CoreIdTokenClaims, GoogleError> {
        let error = match token.claims(&client.id_token_verifier(), nonce) {
            Ok(claims) => return Ok(claims.clone()),
            Err(error) => error,
        };
        if !matches!(error, ClaimsVerificationError::SignatureVerification(_)) {
            return Err(GoogleError::Unverified(Box::new(error)));
        }
        let client = self.client(KEYS_SETTLED).await?;
        let claims = token.claims(&client.id_token_verifier(), nonce);
        claims.cloned().map_err(|error| GoogleError::Unverified(Box::new(error)))
    }

    /// A client by a description of the issuer that is no older than `age`.
    async fn client(&self, age: Duration) -> Result<Client, GoogleError> {
        let metadata = self.metadata(age).await?;
        let redirect =
            RedirectUrl::new(self.redirect.clone()).map_err(|error| GoogleError::Unavailable(Box::new(error)))?;
        let secret = ClientSecret::new(self.config.client_secret.expose_secret().to_owned());
        let id = ClientId::new(self.config.client_id.clone());
        Ok(CoreClient::from_provider_metadata(metadata, id, Some(secret)).set_redirect_uri(redirect))
    }

    async fn metadata(&self, age: Duration) -> Result<CoreProviderMetadata, GoogleError> {
        // Held while fetching, so that many sign-ins at once fetch once.
        let mut kept = self.metadata.lock().await;
        if let Some((at, metadata)) = kept.as_ref()
            && at.elapsed() < age
        {
            return Ok(metadata.clone());
        }
        let issuer =
            IssuerUrl::new(self.config.issuer.clone()).map_err(|error| GoogleError::Unavailable(Box::new(error)))?;
        let http = |request: HttpRequest| self.caller.call(request);
        let fetched = CoreProviderMetadata::discover_async(issuer, &http).await;
        let metadata = fetched.map_err(|error| GoogleError::Unavailable(Box::new(error)))?;
        *kept = Some((Instant::now(), metadata.clone()));
        Ok(metadata)
    }
}

/// The organisation whose mail Google keeps, by a token that was verified.
fn hosted_domain(token: &CoreIdToken) -> Option<String> {
    #[derive(Deserialize)]
    struct Hosted {
        hd: Option<String>,
    }
    let token = token.to_string();
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice::<Hosted>(&claims).ok()?.hd.filter(|domain| !domain.is_empty())
}

fn identity(claims: &CoreIdTokenClaims, is_hosted: bool) -> Result<Identity, GoogleError> {
    let email = claims.email().filter(|_| claims.email_verified() == Some(true)).ok_or(GoogleError::NoAddress)?;
    let email = Email::parse(email).map_err(|_| GoogleError::NoAddress)?;
    let given = claims.given_name().and_then(|name| name.get(None)).map(|name| short(name));
    let family = claims.family_name().and_then(|name| name.get(None)).map(|name| short(name));
    let whole = claims.name().and_then(|name| name.get(None)).map(|name| short(name)).unwrap_or_default();
    let (first, last) = whole.split_once(' ').unwrap_or((&whole, ""));
    let picture = claims.picture().and_then(|picture| picture.get(None)).map(|picture| picture.to_string());
    Ok(Identity {
        subject: claims.subject().to_string(),
        authoritative: is_hosted || matches!(email.domain(), "gmail.com" | "googlemail.com"),
        email,
        first_name: given.unwrap_or_else(|| first.to_owned()),
        last_name: family.unwrap_or_else(|| last.to_owned()),
        picture: picture.filter(|picture| picture.starts_with("https://") && picture.len() <= 2048),
    })
}

fn short(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(100).collect::<String>().trim().to_owned()
}
