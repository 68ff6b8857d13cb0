//! Events of the settings.

use serde::{Deserialize, Serialize};
use store::DomainEvent;

/// The settings have a new version. Read by [`Settings`](super::Settings) of every process.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SettingsChanged {
    /// The version.
    pub version: i64,
}

impl DomainEvent for SettingsChanged {
    const KIND: &'static str = "settings.changed";
    type Public<'a> = &'a Self;

    fn subject(&self) -> String {
        "settings".to_owned()
    }

    fn public(&self) -> Option<&Self> {
        Some(self)
    }
}
