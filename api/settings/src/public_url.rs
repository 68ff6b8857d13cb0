//! The address under which the outside reaches this installation.

use poem::http::Uri;

/// An `https` or `http` address, perhaps with a path, without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

const LONGEST: usize = 500;

impl PublicUrl {
    /// Reads an address; the error says what it must be.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.len() > LONGEST {
            return Err("must have at most 500 characters");
        }
        if text.contains(['#', '?']) {
            return Err("must have neither a query nor a fragment");
        }
        let uri: Uri = text.parse().map_err(|_| "must be an address such as https://shop.example.com")?;
        if !matches!(uri.scheme_str(), Some("https" | "http")) {
            return Err("must begin with https:// or http://");
        }
        let authority = uri.authority().ok_or("must name a host")?;
        if authority.as_str().contains('@') || authority.host().is_empty() {
            return Err("must name a host and no user");
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of a path of this installation; the path begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}/{}", self.0, path.trim_start_matches('/'))
    }
}
