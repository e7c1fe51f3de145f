//! Whose request it is, where nobody is signed in: for rate limits only.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use http::request::Parts;
use lambda_http::request::RequestContext;

use super::distribution::Viewer;

/// The client's network address: what the distribution in front says it is, without one on Lambda what API Gateway says,
/// else the peer of the connection. Of an IPv6 address the network counts, since its owner has all addresses in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientAddress(pub String);

impl ClientAddress {
    /// The address that a request came from.
    #[must_use]
    pub fn of(parts: &Parts) -> Self {
        let viewer = parts.extensions.get::<Viewer>().map(|Viewer(address)| *address);
        let gateway = || {
            let address = match parts.extensions.get::<RequestContext>()? {
                RequestContext::ApiGatewayV1(context) => context.identity.source_ip.as_ref(),
                RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_ref(),
                _ => None,
            };
            address?.parse().ok()
        };
        let peer = || parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        let address = viewer.or_else(gateway).or_else(peer);
        Self(address.map_or_else(|| "unknown".to_owned(), network))
    }
}

/// What is counted of an address: all of IPv4, the first 64 bits of IPv6.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_network_is_one_address() {
        let network = |text: &str| network(text.parse().unwrap());
        assert_eq!(network("203.0.113.9"), "203.0.113.9");
        assert_eq!(network("::ffff:203.0.113.9"), "203.0.113.9");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::"));
        assert_ne!(network("2001:db8:1:3::1"), network("2001:db8:1:2::1"));
    }

    #[test]
    fn what_a_client_says_of_itself_does_not_count() {
        let request = http::Request::builder().header("x-forwarded-for", "198.51.100.7, 203.0.113.9").body(()).unwrap();
        assert_eq!(ClientAddress::of(&request.into_parts().0).0, "unknown");
    }

    #[test]
    fn the_client_of_a_distribution_counts_not_the_distribution() {
        let mut parts = http::Request::new(()).into_parts().0;
        parts.extensions.insert(ConnectInfo(SocketAddr::from(([198, 51, 100, 7], 443))));
        assert_eq!(ClientAddress::of(&parts).0, "198.51.100.7");
        parts.extensions.insert(Viewer("2001:db8:1:2::9".parse().unwrap()));
        assert_eq!(ClientAddress::of(&parts).0, "2001:db8:1:2::/64");
    }
}
