//! The address that is called, checked as far as it can be before its name is resolved.

use std::net::IpAddr;

use reqwest::Url;

use crate::address::not_public;
use crate::allow::AllowList;
use crate::error::OutboundError;

/// Characters of an address at most.
const LONGEST_URL: usize = 8_192;

/// An address that may be called, if its name turns out to have an allowed one.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) url: Url,
    /// For errors and logs.
    pub(crate) host: String,
}

impl Target {
    pub(crate) fn parse(text: &str, allow: &AllowList) -> Result<Self, OutboundError> {
        if text.len() > LONGEST_URL {
            return Err(OutboundError::BadUrl("it is too long"));
        }
        // The parser's own words might repeat parts of the text.
        let url = Url::parse(text).map_err(|_| OutboundError::BadUrl("it cannot be read"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(OutboundError::BadUrl("its scheme is neither https nor http"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OutboundError::BadUrl("credentials do not belong into an address"));
        }
        let host = url.host_str().ok_or(OutboundError::BadUrl("it has no host"))?.to_owned();
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
        let is_allowed = allow.has_host(&host) || literal.is_some_and(|address| allow.has_address(address));
        if let Some(address) = literal
            && !is_allowed
            && let Some(class) = not_public(address)
        {
            return Err(OutboundError::AddressRefused { host, address, class });
        }
        if url.scheme() == "http" && !is_allowed {
            return Err(OutboundError::HttpNotAllowed(host));
        }
        Ok(Self { url, host })
    }
}

#[cfg(test)]
mod tests {
    use super::Target;
    use crate::error::OutboundError;

    #[test]
    fn only_the_web_is_called_and_no_error_repeats_a_secret() {
        let allow = "erp.intern,10.0.0.0/8".parse().expect("a list");
        for text in
            ["https://example.com/x?y=z", "http://erp.intern/", "http://10.1.1.1:8080/", "https://8.8.8.8/", "https://10.0.0.1"]
        {
            assert!(Target::parse(text, &allow).is_ok(), "{text}");
        }
        let refused = [
            "ftp://example.com/hidden",
            "file:///hidden",
            "gopher://example.com/hidden",
            "https://me:hidden@example.com/",
            "https://hidden@example.com/",
            "http://example.com/hidden",
            "https://example.com:99999/hidden",
            "hidden",
            "",
        ];
        for text in refused {
            let error = Target::parse(text, &allow).expect_err(text);
            assert!(!format!("{error} {error:?}").contains("hidden"), "{error}");
        }
    }

    #[test]
    fn an_address_in_any_spelling_is_an_address() {
        for text in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://0x7f000001/",
            "https://2130706433/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.0.1/",
            "https://192.168.0.1/",
            "https://[fd00::1]/",
            "https://[fe80::1]/",
            "https://224.0.0.1/",
            "https://0.0.0.0/",
            "https://192.0.2.1/",
            "https://１２７.0.0.1/",
        ] {
            let error = Target::parse(text, &crate::AllowList::default()).expect_err(text);
            assert!(matches!(error, OutboundError::AddressRefused { .. }), "{text}: {error}");
        }
    }
}
