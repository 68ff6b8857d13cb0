//! Which addresses belong to the public internet, and what the others are.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is not one of the public internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressClass {
    /// `0.0.0.0/8`, `::`
    Unspecified,
    /// `127.0.0.0/8`, `::1`
    Loopback,
    /// `10.0.0.0/8`, `172.16.0.0/12`, `192.168.0.0/16`
    Private,
    /// `fc00::/7`
    UniqueLocal,
    /// `169.254.0.0/16`, `fe80::/10`
    LinkLocal,
    /// Where clouds tell machines their secrets: `169.254.169.254`, `168.63.129.16`, `100.100.100.200`, `fd00:ec2::254`
    Metadata,
    /// `100.64.0.0/10`, behind the address translation of a provider
    SharedByProvider,
    /// `224.0.0.0/4`, `ff00::/8`
    Multicast,
    /// Examples of manuals
    Documentation,
    /// An IPv4 address in the clothes of IPv6: mapped, compatible, translated (NAT64), tunnelled (6to4, Teredo)
    EmbeddedIpv4,
    /// Anything else that is not handed out
    Reserved,
}

impl fmt::Display for AddressClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unspecified => "unspecified",
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::UniqueLocal => "unique-local",
            Self::LinkLocal => "link-local",
            Self::Metadata => "metadata",
            Self::SharedByProvider => "shared by a provider",
            Self::Multicast => "multicast",
            Self::Documentation => "documentation",
            Self::EmbeddedIpv4 => "embedded IPv4",
            Self::Reserved => "reserved",
        })
    }
}

/// Addresses at which clouds answer their machines.
const METADATA: [IpAddr; 4] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];

/// What an address is if it is not public.
pub(crate) fn not_public(address: IpAddr) -> Option<AddressClass> {
    if METADATA.contains(&address) {
        return Some(AddressClass::Metadata);
    }
    match address {
        IpAddr::V4(address) => v4(address),
        IpAddr::V6(address) => v6(address),
    }
}

fn v4(address: Ipv4Addr) -> Option<AddressClass> {
    let class = match address.octets() {
        [0, ..] => AddressClass::Unspecified,
        [127, ..] => AddressClass::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => AddressClass::Private,
        [169, 254, ..] => AddressClass::LinkLocal,
        [100, 64..=127, ..] => AddressClass::SharedByProvider,
        [224..=239, ..] => AddressClass::Multicast,
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => AddressClass::Documentation,
        // Protocol assignments, the relays of 6to4, measurements, and what was never handed out with broadcast.
        [192, 0, 0, _] | [192, 88, 99, _] | [198, 18..=19, ..] | [240..=255, ..] => AddressClass::Reserved,
        _ => return None,
    };
    Some(class)
}

/// Of IPv6 only `2000::/3` is handed out; everything else is refused by what it is not.
fn v6(address: Ipv6Addr) -> Option<AddressClass> {
    let class = match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => AddressClass::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => AddressClass::Loopback,
        // Compatible, mapped, translated in three ways, 6to4, Teredo.
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0, 0, 0, 0, 0xffff, 0, ..] | [0x64, 0xff9b, ..] | [0x2002, ..] | [0x2001, 0, ..] => {
            AddressClass::EmbeddedIpv4
        }
        [0xfc00..=0xfdff, ..] => AddressClass::UniqueLocal,
        [0xfe80..=0xfebf, ..] => AddressClass::LinkLocal,
        [0xff00..=0xffff, ..] => AddressClass::Multicast,
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0x0fff, ..] => AddressClass::Documentation,
        // Protocol assignments.
        [0x2001, 0..=0x01ff, ..] => AddressClass::Reserved,
        [0x2000..=0x3fff, ..] => return None,
        _ => AddressClass::Reserved,
    };
    Some(class)
}

#[cfg(test)]
mod tests {
    use super::{AddressClass as Is, not_public};

    #[test]
    fn what_is_not_public_is_told_by_its_class() {
        let cases = [
            ("0.0.0.0", Is::Unspecified),
            ("0.1.2.3", Is::Unspecified),
            ("::", Is::Unspecified),
            ("127.0.0.1", Is::Loopback),
            ("127.255.255.254", Is::Loopback),
            ("::1", Is::Loopback),
            ("10.0.0.1", Is::Private),
            ("172.16.0.1", Is::Private),
            ("172.31.255.255", Is::Private),
            ("192.168.1.1", Is::Private),
            ("fc00::1", Is::UniqueLocal),
            ("fd12:3456::1", Is::UniqueLocal),
            ("169.254.1.1", Is::LinkLocal),
            ("fe80::1", Is::LinkLocal),
            ("febf::1", Is::LinkLocal),
            ("169.254.169.254", Is::Metadata),
            ("168.63.129.16", Is::Metadata),
            ("100.100.100.200", Is::Metadata),
            ("fd00:ec2::254", Is::Metadata),
            ("100.64.0.1", Is::SharedByProvider),
            ("100.127.255.255", Is::SharedByProvider),
            ("224.0.0.1", Is::Multicast),
            ("239.255.255.255", Is::Multicast),
            ("ff02::1", Is::Multicast),
            ("192.0.2.1", Is::Documentation),
            ("198.51.100.1", Is::Documentation),
            ("203.0.113.1", Is::Documentation),
            ("2001:db8::1", Is::Documentation),
            ("3fff:fff::1", Is::Documentation),
            ("::ffff:8.8.8.8", Is::EmbeddedIpv4),
            ("::ffff:0:8.8.8.8", Is::EmbeddedIpv4),
            ("::8.8.8.8", Is::EmbeddedIpv4),
            ("64:ff9b::8.8.8.8", Is::EmbeddedIpv4),
            ("64:ff9b:1::10.0.0.1", Is::EmbeddedIpv4),
            ("2002:7f00:1::", Is::EmbeddedIpv4),
            ("2001:0:1::1", Is::EmbeddedIpv4),
            ("192.0.0.8", Is::Reserved),
            ("198.18.0.1", Is::Reserved),
            ("240.0.0.1", Is::Reserved),
            ("255.255.255.255", Is::Reserved),
            ("100::1", Is::Reserved),
            ("fec0::1", Is::Reserved),
            ("4000::1", Is::Reserved),
            ("2001:10::1", Is::Reserved),
        ];
        for (text, class) in cases {
            assert_eq!(not_public(text.parse().expect("an address")), Some(class), "{text}");
        }
    }

    #[test]
    fn neighbours_of_what_is_refused_are_public() {
        let texts = "1.1.1.1 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 169.253.255.255 172.15.255.255 \
                     172.32.0.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255 2001:200::1 2606:4700::1111 \
                     2a00:1450::1 3ffe::1";
        for text in texts.split_whitespace() {
            assert_eq!(not_public(text.parse().expect("an address")), None, "{text}");
        }
    }
}
