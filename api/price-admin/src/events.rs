//! Events of price change sets. Of prices themselves the event is [`prices::events::PricesChanged`].

use serde::{Deserialize, Serialize};
use store::EventDetails;

/// A price change set after what happened to it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ChangeSetDetails {
    /// Its code.
    #[serde(default)]
    pub(crate) code: String,
    /// Its version.
    pub(crate) version: i64,
}

/// Public form of [`ChangeSetDetails`].
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PublicChangeSet {
    version: i64,
}

impl EventDetails for ChangeSetDetails {
    type Public<'a> = PublicChangeSet;

    fn subject(&self) -> String {
        format!("price-change-set/{}", self.code)
    }

    fn public(&self) -> Option<PublicChangeSet> {
        Some(PublicChangeSet { version: self.version })
    }
}

store::event_kinds! {
    ChangeSetDetails:
    /// The set was created, renamed or given other changes.
    pub(crate) ChangeSetChanged = "price-change-set.changed",
    /// Its changes became a price version.
    pub(crate) ChangeSetPublished = "price-change-set.published",
    /// It was dropped.
    pub(crate) ChangeSetDropped = "price-change-set.dropped",
}
