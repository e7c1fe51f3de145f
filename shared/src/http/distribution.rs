//! The distribution (CDN) in front of functions and container, where there is one: whose request it passes on.
//!
//! Behind a distribution, all requests come from its own addresses. It names the client in one header and proves with
//! another that it was there, since functions can be reached past it, by somebody who claims any address.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

/// What the distribution proves itself with: `DISTRIBUTION_KEY`.
const KEY: &str = "x-distribution-key";
/// The network address of the client.
const VIEWER: &str = "x-viewer-address";

/// The network address of the distribution's client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Viewer(pub(super) IpAddr);

/// Adds the [`Viewer`] to requests that came through the distribution. Nothing further in sees the two headers.
pub(super) async fn find_viewer(State(key): State<Option<SecretString>>, mut request: Request, next: Next) -> Response {
    if let Some(viewer) = take_viewer(request.headers_mut(), key.as_ref()) {
        request.extensions_mut().insert(viewer);
    }
    next.run(request).await
}

fn take_viewer(headers: &mut HeaderMap, key: Option<&SecretString>) -> Option<Viewer> {
    let (shown, named) = (headers.remove(KEY), headers.remove(VIEWER));
    let is_distribution: bool = shown?.as_bytes().ct_eq(key?.expose_secret().as_bytes()).into();
    let address = named?.to_str().ok()?.parse().ok()?;
    is_distribution.then_some(Viewer(address))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_believed_with_the_key_alone() {
        let key = SecretString::from("0123456789abcdef0123456789abcdef");
        let found = |headers: &[(&'static str, &str)], key: Option<&SecretString>| {
            let mut sent = HeaderMap::new();
            for (name, value) in headers {
                sent.append(*name, value.parse().unwrap());
            }
            let viewer = take_viewer(&mut sent, key);
            assert!(sent.is_empty(), "{sent:?}");
            viewer.map(|Viewer(address)| address.to_string())
        };
        let named = (VIEWER, "203.0.113.9");
        let proof = (KEY, "0123456789abcdef0123456789abcdef");
        assert_eq!(found(&[proof, named], Some(&key)).as_deref(), Some("203.0.113.9"));
        assert_eq!(found(&[proof, (VIEWER, "2001:db8::1")], Some(&key)).as_deref(), Some("2001:db8::1"));
        assert_eq!(found(&[named], Some(&key)), None);
        assert_eq!(found(&[(KEY, "0123456789abcdef"), named], Some(&key)), None);
        assert_eq!(found(&[proof, named], None), None, "there is no distribution");
        assert_eq!(found(&[proof, (VIEWER, "203.0.113.9, 198.51.100.7")], Some(&key)), None);
        assert_eq!(found(&[proof], Some(&key)), None);
    }
}
