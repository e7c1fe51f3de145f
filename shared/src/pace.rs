//! How fast a user, and a network address, may ask for what costs something.
//!
//! Generous for people and for their programs, and the end for a loop that went wrong. What a plan allows in a month is
//! another matter.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::Method;
use sha2::{Digest, Sha256};

use crate::Context;
use crate::auth::{ACCESS_COOKIE, read_cookies};
use crate::http::{ClientAddress, bearer};
use crate::store::Bucket;
use foundation::ids::UserId;
use foundation::{ApiError, ApiResult};

/// In development everybody comes from one address, and tests ask fast.
const MORE_IN_DEVELOPMENT: u64 = 20;

/// Lets a request pass that only reads, or that there are tokens for.
pub async fn pace(State(context): State<Context>, request: Request, next: Next) -> Response {
    // Whoever stops an answer saves what it costs.
    let is_stop = request.uri().path().ends_with("/stop-stream");
    if is_stop || matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let address = ClientAddress::of(&parts);
    // Only for counting: whether the sign-in still lives is decided where it counts.
    let tokens = bearer(&parts.headers).map_or_else(|| read_cookies(&parts.headers, ACCESS_COOKIE), |one| vec![one]);
    let user = tokens.into_iter().find_map(|token| context.sign_ins.named_by_access(token));
    match admit(&context, user.as_ref(), Some(&address)).await {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(error) => error.into_response(),
    }
}

/// Takes a token of the user, and of the network address, where these are known.
///
/// # Errors
/// 429 `too_many_requests`, with the seconds until there is one.
pub async fn admit(context: &Context, user: Option<&UserId>, address: Option<&ClientAddress>) -> ApiResult<()> {
    let http = &context.config.http;
    let more = if http.production { 1 } else { MORE_IN_DEVELOPMENT };
    let bucket = |name, per_minute: u64| Bucket { name, burst: per_minute * more, per_minute: per_minute * more };
    // The id itself does not stand in the key of a bucket, which outlives the account.
    let hashed = |user: &UserId| hex::encode(Sha256::digest(user.as_str()));
    let of_user = user.map(|user| (bucket("user", http.requests_per_minute), hashed(user)));
    let of_address = address.map(|address| (bucket("address", http.requests_per_minute_address), address.0.clone()));
    for (bucket, subject) in of_user.into_iter().chain(of_address) {
        if let Some(seconds) = context.store.take(&bucket, &subject).await? {
            let message = format!("Too many requests. Please try again in {seconds} seconds.");
            return Err(ApiError::too_many_requests("too_many_requests", message, seconds));
        }
    }
    Ok(())
}
