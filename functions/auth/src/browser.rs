//! Which browser signed up, and so whose sign-up a code proves.

use foundation::{ApiError, ApiResult};
use http::{HeaderMap, HeaderValue};
use shared::Context;
use shared::auth::{KeyUse, read_cookies, set_cookie};
use shared::identity::password::{self, GivenPassword};
use shared::store::{Registration, User};

/// Cookie of a browser that has signed up; `HttpOnly`.
const COOKIE: &str = "sign_up";
/// How long a browser is remembered after signing up: an hour.
const SECONDS: u64 = 3600;

/// The secret that a browser keeps from its sign-up to the code.
pub struct Browser(String);

impl Browser {
    /// The browser of a request, by the cookie of an earlier sign-up or with a new secret.
    pub fn of(headers: &HeaderMap) -> Self {
        let kept = read_cookies(headers, COOKIE).into_iter().find(|kept| (20..=64).contains(&kept.len()));
        Self(kept.map_or_else(|| format!("{:032x}", rand::random::<u128>()), str::to_owned))
    }

    /// The `Set-Cookie` value that keeps the secret.
    pub fn cookie(&self, context: &Context) -> Option<HeaderValue> {
        set_cookie(&context.config.auth, COOKIE, &self.0, SECONDS, true)
    }

    /// What is kept of the secret in the table.
    pub fn hash(&self, context: &Context) -> String {
        context.sign_ins.secret().keyed_hash(KeyUse::SignUp, &self.0)
    }
}

/// What was registered by whoever gives the right code: in this browser, or with this password, or by the only one
/// who signed up with the address. `None` leaves the account as it is.
///
/// # Errors
/// 400 `wrong_password`; 400 `password_required` where several people signed up and nothing says who this is.
pub async fn proved(
    context: &Context,
    headers: &HeaderMap,
    user: &User,
    given: Option<GivenPassword>,
) -> ApiResult<Option<Registration>> {
    let ours = context.sign_ins.secret();
    let is_of = |hash: &str| {
        read_cookies(headers, COOKIE).iter().any(|secret| ours.is_keyed_hash(KeyUse::SignUp, secret, hash))
    };
    if let Some(own) = user.sign_ups.iter().find(|sign_up| is_of(&sign_up.browser)) {
        return Ok(Some(own.registration.clone()));
    }
    if let Some(given) = given {
        for sign_up in user.sign_ups.iter().rev() {
            if password::verify(given.0.clone(), sign_up.registration.password_hash.clone()).await? {
                return Ok(Some(sign_up.registration.clone()));
            }
        }
        let is_known = user.sign_ups.is_empty() && password::verify(given.0, user.password_hash.clone()).await?;
        return if is_known { Ok(None) } else { Err(ApiError::bad_request("wrong_password", WRONG)) };
    }
    match user.sign_ups.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(only.registration.clone())),
        _ => Err(ApiError::bad_request("password_required", SEVERAL)),
    }
}

const WRONG: &str = "This is not the password that you signed up with.";
const SEVERAL: &str = "Somebody else has signed up with this address too. Enter the code in the browser in which you \
                       signed up, or choose \"Forgot password\" to set your password.";
