//! Where a request really comes from, when proxies stand before the process.
//!
//! A proxy that the operator trusts says whom it asks for, in `Forwarded` (RFC 7239) or `X-Forwarded-For`. Whoever else says so is not
//! believed: of the addresses in the header the last one that is no trusted proxy counts.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use poem::Request;
use poem::http::HeaderMap;

/// The proxies that are believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// A list that names something else than addresses and networks.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("\"{0}\" must be an address or a network, as 10.1.0.7 or 10.1.0.0/16")]
pub struct BadProxy(String);

impl FromStr for TrustedProxies {
    type Err = BadProxy;

    fn from_str(text: &str) -> Result<Self, BadProxy> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let network = |part: &str| part.parse().or_else(|_| part.parse::<IpAddr>().map(IpNet::from));
        parts.map(|part| network(part).map_err(|_| BadProxy(part.to_owned()))).collect::<Result<_, _>>().map(Self)
    }
}

impl TrustedProxies {
    /// Whether an address is that of a trusted proxy.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The address a request comes from; none when the connection has none.
    pub fn source(&self, request: &Request) -> Option<IpAddr> {
        let peer = request.remote_addr().as_socket_addr()?.ip();
        Some(self.source_of(peer, request.headers()))
    }

    fn source_of(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.trusts(peer) {
            return peer;
        }
        let given = |name: &str| -> Vec<&str> {
            let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
            values.flat_map(|value| value.split(',')).collect()
        };
        let forwarded: Vec<IpAddr> = match given("forwarded") {
            parts if parts.is_empty() => given("x-forwarded-for").into_iter().map_while(address_of).collect(),
            parts => parts.into_iter().map_while(|part| address_of(for_of(part)?)).collect(),
        };
        forwarded.into_iter().rev().find(|address| !self.trusts(*address)).unwrap_or(peer)
    }
}

/// The `for` of one element of `Forwarded`.
fn for_of(element: &str) -> Option<&str> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then_some(value)
    })
}

/// An address with or without a port, quotes and brackets.
fn address_of(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let bare = text.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(text, |(address, _)| address);
    bare.parse().ok().or_else(|| bare.rsplit_once(':').and_then(|(address, _)| address.parse().ok()))
}

#[cfg(test)]
mod tests {
    use poem::http::{HeaderName, HeaderValue};

    use super::*;

    fn source(peer: &str, headers: &[(&'static str, &'static str)]) -> String {
        let trusted: TrustedProxies = "10.0.0.0/8, 127.0.0.1".parse().expect("a list");
        let header =
            |(name, value): &(&'static str, &'static str)| (HeaderName::from_static(name), HeaderValue::from_static(value));
        let headers: HeaderMap = headers.iter().map(header).collect();
        trusted.source_of(peer.parse().expect("an address"), &headers).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(source("192.0.2.1", &[("x-forwarded-for", "203.0.113.9")]), "192.0.2.1");
        assert_eq!(source("10.0.0.1", &[("x-forwarded-for", "203.0.113.9")]), "203.0.113.9");
        assert_eq!(source("10.0.0.1", &[("x-forwarded-for", "198.51.100.7, 203.0.113.9, 10.0.0.2")]), "203.0.113.9");
        assert_eq!(
            source("10.0.0.1", &[("forwarded", "for=198.51.100.7;proto=https, for=\"[2001:db8::1]:4711\"")]),
            "2001:db8::1"
        );
        assert_eq!(source("10.0.0.1", &[("x-forwarded-for", "203.0.113.9:443")]), "203.0.113.9");
        assert_eq!(source("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(source("10.0.0.1", &[("x-forwarded-for", "unknown")]), "10.0.0.1");
    }

    #[test]
    fn a_wrong_list_is_refused_by_name() {
        assert_eq!("10.0.0.0/8, proxy".parse::<TrustedProxies>(), Err(BadProxy("proxy".to_owned())));
        assert_eq!("".parse(), Ok(TrustedProxies::default()));
    }
}
