//! Hosts and networks that may be called although they are not public.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

/// Hosts by name and networks by their prefix. The empty list allows nothing but what is public.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowList {
    hosts: Vec<String>,
    networks: Vec<IpNet>,
}

/// A word that is neither a host nor a network.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is neither the name of a host nor a network such as 10.1.0.0/16")]
pub struct NotAllowable(pub String);

impl FromStr for AllowList {
    type Err = NotAllowable;

    /// Reads names, addresses and networks, separated by commas.
    fn from_str(text: &str) -> Result<Self, NotAllowable> {
        let mut list = Self::default();
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            if let Ok(network) = word.parse::<IpNet>() {
                list.networks.push(network.trunc());
            } else if let Ok(address) = word.parse::<IpAddr>() {
                list.networks.push(address.into());
            } else if is_host_name(word) {
                list.hosts.push(normal_host(word));
            } else {
                return Err(NotAllowable(word.to_owned()));
            }
        }
        Ok(list)
    }
}

impl AllowList {
    /// Whether a host is named, so that it may have any address.
    pub(crate) fn has_host(&self, host: &str) -> bool {
        self.hosts.contains(&normal_host(host))
    }

    /// Whether an address is in one of the networks.
    pub(crate) fn has_address(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
    }
}

/// A name as it is compared: a final dot only says that the name is whole.
fn normal_host(host: &str) -> String {
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

/// Letters, digits, hyphens and underscores in parts; the last part is no number, or it would be a misspelt address.
fn is_host_name(word: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.len() <= 63 && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let name = word.strip_suffix('.').unwrap_or(word);
    let is_number = name.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    name.len() <= 253 && name.split('.').all(is_part) && !is_number
}

#[cfg(test)]
mod tests {
    use super::{AllowList, NotAllowable};

    #[test]
    fn hosts_addresses_and_networks_are_read() {
        let list: AllowList = " Erp.intern., 10.1.2.3/16,192.168.7.9 , fd00::/8,".parse().expect("a list");
        assert!(list.has_host("erp.intern") && list.has_host("ERP.INTERN.") && !list.has_host("x.erp.intern"));
        for (address, inside) in [
            ("10.1.255.1", true),
            ("10.2.0.1", false),
            ("192.168.7.9", true),
            ("192.168.7.8", false),
            ("fdff::1", true),
            ("fe80::1", false),
        ] {
            assert_eq!(list.has_address(address.parse().expect("an address")), inside, "{address}");
        }
        // An IPv4 network does not allow the same address in the clothes of IPv6.
        assert!(!list.has_address("::ffff:10.1.2.3".parse().expect("an address")));
    }

    #[test]
    fn what_is_neither_is_refused_with_the_word() {
        for word in ["10.1.0.0/33", "10.1.0", "http://erp", "erp:8080", "a..b", "erp intern", "*"] {
            assert_eq!(word.parse::<AllowList>(), Err(NotAllowable(word.to_owned())));
        }
    }
}
