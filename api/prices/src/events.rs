//! The event of prices. `price-admin` records it; it stands here because prices in memory follow it.

use serde::{Deserialize, Serialize};
use store::DomainEvent;

/// A price version was recorded. Read by [`Prices`](super::Prices), which reads the rows of that version.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PricesChanged {
    /// The version.
    pub version: i64,
    /// What was changed, as `price-list/STANDARD`.
    #[serde(default)]
    pub changed: String,
}

/// Public form of [`PricesChanged`].
#[derive(Clone, Debug, Serialize)]
pub struct PublicPriceVersion {
    version: i64,
}

impl DomainEvent for PricesChanged {
    const KIND: &'static str = "prices.changed";
    type Public<'a> = PublicPriceVersion;

    fn subject(&self) -> String {
        self.changed.clone()
    }

    fn public(&self) -> Option<PublicPriceVersion> {
        Some(PublicPriceVersion { version: self.version })
    }
}
