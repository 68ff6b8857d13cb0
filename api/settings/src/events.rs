//! The event of the settings.

use serde::{Deserialize, Serialize};
use store::DomainEvent;

/// A version of the settings was added. Read by [`Settings`](super::Settings), which reads the latest version.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SettingsChanged {
    /// The version.
    pub(crate) version: i64,
}

/// Public form of [`SettingsChanged`].
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PublicSettings {
    version: i64,
}

impl DomainEvent for SettingsChanged {
    const KIND: &'static str = "settings.changed";
    type Public<'a> = PublicSettings;

    fn subject(&self) -> String {
        "settings".to_owned()
    }

    fn public(&self) -> Option<PublicSettings> {
        Some(PublicSettings { version: self.version })
    }
}
