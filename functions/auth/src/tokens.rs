//! Handing the tokens of a sign-in to the client.

use axum::Extension;
use http::{HeaderMap, header};
use serde::Serialize;
use shared::Context;
use shared::auth::{SignedIn, clear_cookies, sign_in_cookies};
use shared::http::ResponseCookies;

/// Cookies of the answer, whatever it becomes.
pub type Cookies = Extension<ResponseCookies>;

/// The tokens as they stand in an answer, for clients without cookies.
#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Issued {
    access_token: String,
    refresh_token: String,
    expires_in: u64,
}

/// Sets the cookies of a sign-in and gives its tokens.
pub fn issue(context: &Context, cookies: &ResponseCookies, signed_in: SignedIn) -> Issued {
    let SignedIn { access_token, refresh_token, expires_in, flag, .. } = signed_in;
    for cookie in sign_in_cookies(&context.config.auth, &access_token, &refresh_token, flag) {
        cookies.set(cookie);
    }
    Issued { access_token, refresh_token, expires_in }
}

/// Removes the cookies of a sign-in.
pub fn clear(context: &Context, cookies: &ResponseCookies) {
    for cookie in clear_cookies(&context.config.auth) {
        cookies.set(cookie);
    }
}

/// What the client calls itself.
pub fn user_agent(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok())
}
