//! Remembering the browser of a sign-in.

use std::time::Duration;

use foundation::time;
use http::HeaderMap;
use shared::auth::{Device, KeyUse};
use shared::http::ResponseCookies;
use shared::mail::Message;
use shared::store::{RateLimit, User};

use crate::App;
use crate::tokens::user_agent;

/// Notices of sign-ins from what calls itself the same: programs keep no cookies and sign in often.
const NOTICES: RateLimit = RateLimit { name: "new-device", times: 1, seconds: 86_400 };
/// How long after signing up a sign-in is no news.
const NEW: Duration = Duration::from_hours(1);

/// Sets the cookie by which the browser is known from now on, and tells the owner of the account of a browser that
/// was not known.
pub async fn remember_device(state: &App, headers: &HeaderMap, cookies: &ResponseCookies, user: &User) {
    let context = &state.context;
    let secret = context.sign_ins.secret();
    let is_known = Device::of(headers, secret).is_some_and(|device| device.knows(&user.id));
    if let Some(cookie) = Device::cookie(headers, secret, &context.config.auth, &user.id) {
        cookies.set(cookie);
    }
    let is_new_account = user.created_at.duration_until(time::now()).unsigned_abs() < NEW;
    if is_known || is_new_account {
        return;
    }
    let agent = user_agent(headers).unwrap_or_default();
    let subject = secret.keyed_hash(KeyUse::Device, &format!("{}\n{agent}", user.id));
    match context.store.count_against(&NOTICES, &subject).await {
        Ok(None) => state.codes.mailer().notify(&user.email, &Message::new_sign_in(time::now())).await,
        Ok(Some(_)) => {}
        Err(error) => tracing::warn!(%error, "a new sign-in was not counted"),
    }
}
