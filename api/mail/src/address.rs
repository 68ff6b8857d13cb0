//! Addresses of mail.

use std::fmt;
use std::str::FromStr;

use lettre::message::Mailbox;
use serde::{Deserialize, Serialize};

/// An address with or without a name, as `ada@example.com` or `Ada Byron <ada@example.com>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MailAddress(Mailbox);

/// A text that is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an e-mail address such as name@example.com")]
pub struct NotAnAddress;

impl MailAddress {
    /// The same address; without a name of its own it gets this one.
    pub fn with_default_name(&self, name: &str) -> Self {
        let name = self.0.name.clone().or_else(|| Some(name.trim().to_owned()).filter(|name| is_one_line(name)));
        Self(Mailbox::new(name.filter(|name| !name.is_empty()), self.0.email.clone()))
    }

    /// What stands behind the `@`.
    pub fn domain(&self) -> &str {
        self.0.email.domain()
    }

    pub(crate) fn mailbox(&self) -> Mailbox {
        self.0.clone()
    }
}

impl FromStr for MailAddress {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        if !is_one_line(text) {
            return Err(NotAnAddress);
        }
        text.trim().parse().map(Self).map_err(|_| NotAnAddress)
    }
}

impl TryFrom<String> for MailAddress {
    type Error = NotAnAddress;

    fn try_from(text: String) -> Result<Self, NotAnAddress> {
        text.parse()
    }
}

impl From<MailAddress> for String {
    fn from(address: MailAddress) -> Self {
        address.to_string()
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whether a text can stand in a header.
pub(crate) fn is_one_line(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::MailAddress;

    #[test]
    fn addresses_are_read_and_written_the_same() {
        for text in
            ["ada@example.com", "Ada Byron <ada@example.com>", "\"Byron, Ada\" <ada@example.com>", "Zoë <zoe@bücher.example>"]
        {
            let address: MailAddress = text.parse().expect(text);
            assert_eq!(address.to_string().parse::<MailAddress>().expect("the same"), address, "{text}");
        }
        let named = "a@b.example".parse::<MailAddress>().expect("an address").with_default_name("Shop, Ltd");
        assert_eq!(named.to_string(), "\"Shop, Ltd\" <a@b.example>");
        assert_eq!(named.with_default_name("Other"), named);
        let plain: MailAddress = "a@b.example".parse().expect("an address");
        assert_eq!(plain.with_default_name(""), plain);
    }

    #[test]
    fn what_is_no_address_or_would_be_a_header_is_refused() {
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "a@b.example\r\nBcc: c@d.example",
            "A\nB <a@b.example>",
            "a@b.example, c@d.example",
        ] {
            assert!(text.parse::<MailAddress>().is_err(), "{text}");
        }
    }
}
