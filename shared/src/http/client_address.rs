//! Whose request it is, where nobody is signed in: for rate limits only.

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use http::request::Parts;

/// The client's network address: the peer of the connection; where there is none, on Lambda, the last
/// hop of `X-Forwarded-For`, which API Gateway writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientAddress(pub String);

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        if let Some(ConnectInfo(peer)) = parts.extensions.get::<ConnectInfo<SocketAddr>>() {
            return Ok(Self(peer.ip().to_string()));
        }
        let forwarded = parts.headers.get("x-forwarded-for").and_then(|v| v.to_str().ok());
        let last = forwarded.and_then(|list| list.rsplit(',').next()).map(str::trim).filter(|hop| !hop.is_empty());
        Ok(Self(last.unwrap_or("unknown").chars().take(64).collect()))
    }
}
