//! Names become addresses, and addresses that must not be called do not become connections.

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address::{AddressClass, not_public};
use crate::allow::AllowList;

/// Looks a name up with the means of the system and gives only the addresses that may be called.
#[derive(Clone, Debug)]
pub(crate) struct CheckedNames {
    pub(crate) allow: Arc<AllowList>,
}

/// Why a name gave no address; found again in the chain of causes of the client's error.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(crate) enum NameRefused {
    #[error("the name has no address")]
    Unknown,
    #[error("the address {address} is {class}")]
    Address { address: IpAddr, class: AddressClass },
}

impl Resolve for CheckedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let allow = self.allow.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|_| NameRefused::Unknown)?;
            let checked = check(name.as_str(), found.map(|address| address.ip()), &allow)?;
            let addresses: Addrs = Box::new(checked.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

/// Those of a name's addresses that may be called. A name may have refused ones beside them, as behind a NAT64; they are left out.
fn check(host: &str, found: impl Iterator<Item = IpAddr>, allow: &AllowList) -> Result<Vec<IpAddr>, NameRefused> {
    let is_named = allow.has_host(host);
    let (mut checked, mut refused) = (Vec::new(), NameRefused::Unknown);
    for address in found {
        match not_public(address).filter(|_| !is_named && !allow.has_address(address)) {
            None => checked.push(address),
            Some(class) => refused = NameRefused::Address { address, class },
        }
    }
    if checked.is_empty() { Err(refused) } else { Ok(checked) }
}

/// The refusal of a name among the causes of an error.
pub(crate) fn refusal_in(error: &(dyn Error + 'static)) -> Option<NameRefused> {
    std::iter::successors(Some(error), |error| (**error).source()).find_map(|error| error.downcast_ref::<NameRefused>()).copied()
}

#[cfg(test)]
mod tests {
    use super::{NameRefused, check};
    use crate::address::AddressClass;
    use crate::allow::AllowList;

    fn checked(host: &str, found: &[&str], allow: &str) -> Result<Vec<String>, NameRefused> {
        let allow: AllowList = allow.parse().expect("a list");
        let found = found.iter().map(|text| text.parse().expect("an address"));
        Ok(check(host, found, &allow)?.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn only_addresses_that_may_be_called_are_given() {
        let mixed = ["10.0.0.1", "93.184.215.14", "64:ff9b::5db8:d70e", "2606:2800::1"];
        assert_eq!(checked("example.com", &mixed, "").expect("addresses"), ["93.184.215.14", "2606:2800::1"]);
        assert_eq!(checked("example.com", &mixed, "10.0.0.0/8").expect("addresses").len(), 3);
        assert_eq!(checked("erp.intern", &["10.0.0.1"], "erp.intern").expect("addresses"), ["10.0.0.1"]);
        let refused = checked("other.intern", &["10.0.0.1"], "erp.intern").expect_err("it is private");
        assert!(matches!(refused, NameRefused::Address { class: AddressClass::Private, .. }));
        assert!(matches!(checked("nowhere", &[], "").expect_err("it has no address"), NameRefused::Unknown));
    }
}
