//! Which network addresses a download may connect to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::error::PrivateAddress;

/// Whether an address belongs to the public internet, by the registries of special-purpose addresses (RFC 6890 and its
/// updates). It does not if it is private, loopback, link-local (where clouds serve instance metadata), shared,
/// unique-local, multicast, documentation or reserved, or an IPv6 form of such an IPv4 address.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = match (a, b, c) {
        // This network, loopback, private.
        (0 | 10 | 127, ..) => true,
        // Shared address space of carriers (RFC 6598).
        (100, 64..=127, _) => true,
        // Link-local, with the metadata services of clouds.
        (169, 254, _) => true,
        (172, 16..=31, _) | (192, 168, _) => true,
        // Protocol assignments, documentation, 6to4 relays, benchmarks.
        (192, 0, 0 | 2) | (192, 88, 99) | (198, 51, 100) | (203, 0, 113) => true,
        (198, 18..=19, _) => true,
        // Multicast, reserved, broadcast.
        (224.., ..) => true,
        _ => false,
    };
    !special
}

#[expect(clippy::many_single_char_names, reason = "the eight groups have no better names")]
fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(v4) = address.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    let [a, b, c, d, e, f, g, h] = address.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match (a, b) {
        // NAT64 and 6to4 carry an IPv4 address.
        (0x64, 0xff9b) if (c, d, e, f) == (0, 0, 0, 0) => is_public_v4(v4(g, h)),
        (0x2002, _) => is_public_v4(v4(b, c)),
        // Protocol assignments (Teredo among them), documentation.
        (0x2001, 0..=0x1ff | 0xdb8) | (0x3fff, _) => false,
        // Only 2000::/3 is global unicast: this leaves out loopback, unique-local (fc00::/7),
        // link-local (fe80::/10), site-local and multicast.
        _ => a & 0xe000 == 0x2000,
    }
}

/// Resolves names to public addresses only. The connection uses exactly the addresses that were checked, so changing a
/// DNS record afterwards (DNS rebinding) has no effect.
#[derive(Debug, Clone, Copy)]
pub(super) struct PublicAddresses {
    /// Whether the name `localhost`, and no other, may resolve to this machine.
    pub(super) allow_localhost: bool,
}

impl Resolve for PublicAddresses {
    fn resolve(&self, name: Name) -> Resolving {
        let local = self.allow_localhost && name.as_str() == "localhost";
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let allowed =
                |address: &SocketAddr| if local { address.ip().is_loopback() } else { is_public(address.ip()) };
            let addresses: Vec<SocketAddr> = found.into_iter().filter(allowed).collect();
            if addresses.is_empty() {
                return Err(PrivateAddress.into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
