//! `GET /auth/google` and `GET /auth/google/redirect`: both are navigations, so whatever happens the
//! browser is sent on, and an error is a sentence that the frontend shows.

mod account;

use std::collections::HashMap;

use axum::Extension;
use axum::extract::{Query, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use serde_json::json;
use shared::access::codes::CodeError;
use shared::auth::google::{Callback, GoogleError, SignUp, State as OauthState, clear_state_cookie, state_cookie};
use shared::auth::{KeyUse, RefreshError, read_cookies};
use shared::billing::BillingError;
use shared::http::ResponseCookies;
use shared::store::StoreError;
use url::form_urlencoded::byte_serialize;

use crate::App;
use crate::device::remember_device;
use crate::tokens::{Cookies, issue, user_agent};

/// Lifetime of the token in the callback's address, in seconds.
const CALLBACK_SECONDS: u64 = 60;

const NOT_CONFIGURED: &str = "Signing in with Google is not set up on this system. Please sign in with your password.";
const TRY_AGAIN: &str = "Signing in with Google did not work. Please try again.";

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// Something that the person can understand.
    #[error("{0}")]
    Sentence(String),
    #[error(transparent)]
    Google(#[from] GoogleError),
    #[error(transparent)]
    Code(#[from] CodeError),
    #[error(transparent)]
    Billing(#[from] BillingError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    SignIn(#[from] RefreshError),
}

impl Failure {
    /// What the person is told; a cause that they cannot do anything about goes to the log.
    fn sentence(self) -> String {
        let told = match &self {
            Self::Sentence(sentence) => return sentence.clone(),
            Self::Google(GoogleError::State) => {
                return "This sign-in took too long or was begun elsewhere. Please try again.".to_owned();
            }
            Self::Google(GoogleError::NoAddress) => {
                return "Your Google account has no confirmed e-mail address.".to_owned();
            }
            Self::Google(GoogleError::Unavailable(_)) => {
                "Google cannot be reached right now. Please try again in a moment."
            }
            Self::Code(CodeError::TooManyMails { .. }) => {
                return "We have mailed your address several times already. Please try again later.".to_owned();
            }
            Self::Google(GoogleError::Unverified(_))
            | Self::Billing(_)
            | Self::Code(_)
            | Self::Store(_)
            | Self::SignIn(_) => TRY_AGAIN,
        };
        tracing::error!(cause = foundation::telemetry::causes(&self), "signing in with Google failed");
        told.to_owned()
    }
}

/// Sends the browser to Google.
pub async fn begin(State(state): State<App>, Extension(cookies): Cookies, RawQuery(query): RawQuery) -> Response {
    match leave(&state, &cookies, &query.unwrap_or_default()).await {
        Ok(url) => found(url),
        Err(failure) => back_with(&state, &failure.sentence()),
    }
}

async fn leave(state: &App, cookies: &ResponseCookies, query: &str) -> Result<String, Failure> {
    let google = state.google.as_ref().ok_or_else(|| Failure::Sentence(NOT_CONFIGURED.to_owned()))?;
    let sign_up = SignUp::from_query(query).map_err(Failure::Sentence)?;
    let (url, cookie) = google.begin(sign_up).await?;
    if let Some(cookie) = state_cookie(&state.context.config.auth, &cookie) {
        cookies.set(cookie);
    }
    Ok(url)
}

/// Takes the browser back from Google and sends it on to the frontend, signed in.
pub async fn finish(
    State(state): State<App>,
    Extension(cookies): Cookies,
    query: Result<Query<HashMap<String, String>>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Response {
    if let Some(cookie) = clear_state_cookie(&state.context.config.auth) {
        cookies.set(cookie);
    }
    let query = query.map(|Query(query)| query).unwrap_or_default();
    match come_back(&state, &cookies, &query, &headers).await {
        Ok(()) => found(format!("{}/callback?{}", state.context.config.http.frontend_url, arrival(&state))),
        Err(failure) => back_with(&state, &failure.sentence()),
    }
}

/// What the frontend is told of a sign-in: in one word, `ok`, where it looks for a token. A frontend on another host,
/// which cannot read our cookies, may be given something to keep that looks like an access token. Since it ends soon,
/// the page renews it at once, by the refresh cookie; it is signed for no other use and opens nothing.
fn arrival(state: &App) -> String {
    let context = &state.context;
    let wanted = context.config.google.as_ref().is_some_and(|google| google.callback_token);
    let sign = || context.sign_ins.secret().sign(KeyUse::Callback, json!({}), CALLBACK_SECONDS).ok();
    let token = wanted.then(sign).flatten().map(|token| format!("accessToken={token}&"));
    format!("{}token=ok", token.unwrap_or_default())
}

async fn come_back(
    state: &App,
    cookies: &ResponseCookies,
    query: &HashMap<String, String>,
    headers: &HeaderMap,
) -> Result<(), Failure> {
    let google = state.google.as_ref().ok_or_else(|| Failure::Sentence(NOT_CONFIGURED.to_owned()))?;
    let value = |name: &str| query.get(name).map(String::as_str).filter(|value| !value.is_empty());
    match value("error") {
        None => {}
        Some("access_denied") => {
            return Err(Failure::Sentence("You did not allow the sign-in with Google.".to_owned()));
        }
        Some(_) => return Err(Failure::Sentence(TRY_AGAIN.to_owned())),
    }
    let callback = Callback {
        code: value("code").ok_or(GoogleError::State)?,
        state: value("state").ok_or(GoogleError::State)?,
        cookies: read_cookies(headers, OauthState::COOKIE),
    };
    let (identity, sign_up) = google.finish(&callback).await?;
    let user = account::of(state, identity, sign_up).await?;
    let signed_in = state.context.sign_ins.begin(&user.id, "google", user_agent(headers)).await?;
    remember_device(state, headers, cookies, &user).await;
    issue(&state.context, cookies, signed_in);
    Ok(())
}

fn back_with(state: &App, sentence: &str) -> Response {
    // A plus would be shown as it is by a frontend that does not read forms.
    let sentence = byte_serialize(sentence.as_bytes()).collect::<String>().replace('+', "%20");
    found(format!("{}/callback?error={sentence}", state.context.config.http.frontend_url))
}

fn found(url: String) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, url)]).into_response()
}
