//! Where a request really comes from, when proxies stand before the process.
//!
//! A proxy that the operator trusts says whom it asks for, in the header that the operator names: `X-Forwarded-For` or `Forwarded`
//! (RFC 7239). The other header is not looked at, since a proxy hands on what the client wrote there. Of the addresses in the header the last
//! one that is no trusted proxy counts; what stands before it, or before something that is no address, is the client's word alone.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use poem::Request;
use poem::http::HeaderMap;

/// The header in which proxies say whom they ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProxyHeader {
    #[default]
    XForwardedFor,
    Forwarded,
}

/// The proxies that are believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies {
    networks: Vec<IpNet>,
    header: ProxyHeader,
}

/// A list that names something else than addresses and networks.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("\"{0}\" must be an address or a network, as 10.1.0.7 or 10.1.0.0/16")]
pub struct BadProxy(String);

impl FromStr for TrustedProxies {
    type Err = BadProxy;

    fn from_str(text: &str) -> Result<Self, BadProxy> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let network = |part: &str| part.parse().or_else(|_| part.parse::<IpAddr>().map(IpNet::from));
        let networks = parts.map(|part| network(part).map_err(|_| BadProxy(part.to_owned()))).collect::<Result<_, _>>()?;
        Ok(Self { networks, header: ProxyHeader::default() })
    }
}

impl TrustedProxies {
    /// The same proxies, which use this header.
    #[must_use]
    pub fn using(self, header: ProxyHeader) -> Self {
        Self { header, ..self }
    }

    /// Whether an address is that of a trusted proxy.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.contains(&address))
    }

    /// The address a request comes from; none when the connection has none.
    pub fn source(&self, request: &Request) -> Option<IpAddr> {
        let peer = request.remote_addr().as_socket_addr()?.ip();
        Some(self.source_of(peer.to_canonical(), request.headers()))
    }

    fn source_of(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let name = match self.header {
            ProxyHeader::XForwardedFor => "x-forwarded-for",
            ProxyHeader::Forwarded => "forwarded",
        };
        let values = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default());
        let hops: Vec<&str> = values.flat_map(|value| value.split(',')).collect();
        // From hop to hop, as long as the one that tells of the next is trusted.
        let mut source = peer;
        for hop in hops.into_iter().rev() {
            if !self.trusts(source) {
                break;
            }
            let told = match self.header {
                ProxyHeader::XForwardedFor => address_of(hop),
                ProxyHeader::Forwarded => for_of(hop).and_then(address_of),
            };
            let Some(told) = told else { break };
            source = told.to_canonical();
        }
        source
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

    fn source(header: ProxyHeader, peer: &str, headers: &[(&'static str, &'static str)]) -> String {
        let trusted: TrustedProxies = "10.0.0.0/8, 127.0.0.1".parse().expect("a list");
        let header_of =
            |(name, value): &(&'static str, &'static str)| (HeaderName::from_static(name), HeaderValue::from_static(value));
        let headers: HeaderMap = headers.iter().map(header_of).collect();
        let peer: IpAddr = peer.parse().expect("an address");
        trusted.using(header).source_of(peer.to_canonical(), &headers).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let by = |peer: &str, value: &'static str| source(ProxyHeader::XForwardedFor, peer, &[("x-forwarded-for", value)]);
        assert_eq!(by("192.0.2.1", "203.0.113.9"), "192.0.2.1");
        assert_eq!(by("10.0.0.1", "203.0.113.9"), "203.0.113.9");
        assert_eq!(by("::ffff:10.0.0.1", "203.0.113.9"), "203.0.113.9", "of a listener for both families");
        assert_eq!(by("10.0.0.1", "198.51.100.7, 203.0.113.9, 10.0.0.2"), "203.0.113.9");
        assert_eq!(by("10.0.0.1", "203.0.113.9:443"), "203.0.113.9");
        assert_eq!(source(ProxyHeader::XForwardedFor, "10.0.0.1", &[]), "10.0.0.1");
        let standard = [("forwarded", "for=198.51.100.7;proto=https, for=\"[2001:db8::1]:4711\"")];
        assert_eq!(source(ProxyHeader::Forwarded, "10.0.0.1", &standard), "2001:db8::1");
    }

    #[test]
    fn what_a_client_writes_into_the_headers_is_not_believed() {
        let by = |value: &'static str| source(ProxyHeader::XForwardedFor, "10.0.0.1", &[("x-forwarded-for", value)]);
        assert_eq!(by("1.2.3.4, x, 203.0.113.9"), "203.0.113.9");
        assert_eq!(by("1.2.3.4, 203.0.113.9"), "203.0.113.9");
        assert_eq!(by("1.2.3.4, x"), "10.0.0.1", "the proxy told nothing that can be read");
        let both = [("forwarded", "for=1.2.3.4"), ("x-forwarded-for", "203.0.113.9")];
        assert_eq!(source(ProxyHeader::XForwardedFor, "10.0.0.1", &both), "203.0.113.9");
        assert_eq!(source(ProxyHeader::Forwarded, "10.0.0.1", &both), "1.2.3.4");
    }

    #[test]
    fn a_wrong_list_is_refused_by_name() {
        assert_eq!("10.0.0.0/8, proxy".parse::<TrustedProxies>(), Err(BadProxy("proxy".to_owned())));
        assert_eq!("".parse(), Ok(TrustedProxies::default()));
    }
}
