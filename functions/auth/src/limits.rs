//! How often one network address may use the routes that need no sign-in. Generous, since a whole
//! company may share an address; the strict limits are per e-mail address.

use foundation::{ApiError, ApiResult};
use shared::Context;
use shared::http::ClientAddress;
use shared::store::RateLimit;

/// New accounts.
pub const SIGN_UPS: RateLimit = RateLimit { name: "sign-up", times: 100, seconds: 3600 };
/// Requests that may cause a mail, but for sign-ups.
pub const MAILS: RateLimit = RateLimit { name: "mail", times: 100, seconds: 3600 };
/// One-time codes given.
pub const CODES: RateLimit = RateLimit { name: "code", times: 300, seconds: 3600 };

/// Passwords given.
pub const SIGN_INS: RateLimit = RateLimit { name: "sign-in", times: 600, seconds: 900 };

/// In development everybody comes from one address.
const MORE_IN_DEVELOPMENT: u64 = 10;

/// Counts one more request from `client`.
///
/// # Errors
/// 429.
pub async fn limit(context: &Context, limit: &RateLimit, client: &ClientAddress) -> ApiResult<()> {
    let more = if context.config.http.production { 1 } else { MORE_IN_DEVELOPMENT };
    let limit = RateLimit { times: limit.times * more, ..*limit };
    match context.store.count_against(&limit, &client.0).await? {
        None => Ok(()),
        Some(seconds) => {
            let message = "Too many requests from your network. Please try again later.";
            Err(ApiError::too_many_requests("too_many_requests", message, seconds))
        }
    }
}
