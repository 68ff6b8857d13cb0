//! What the seller says of itself: its name, time zone, languages, currency and public address.
//!
//! Promises:
//! - Settings are versioned: a change adds a row and changes none, and every version stays to be read.
//! - Every process holds the latest version in memory and follows changes; reading it costs no statement.
//! - Addresses in documents and mails are built from the public address alone ([`SellerSettings::link`]), never from the `Host` of
//!   a request, which whoever sends the request chooses.
//!
//! Before anything was set, version 0 counts: time zone UTC, English, euro, no name and no public address.
//!
//! Tables: `seller_settings`. Events: `settings.changed`.
//!
//! Not here: settings of a process (`api::config`), time zones of warehouses (`inventory`).

mod change;
mod error;
pub mod events;
mod public_url;
mod queries;
mod routes;
mod seller;
#[cfg(test)]
mod tests;
mod views;

pub use error::SettingsError;
pub use public_url::PublicUrl;
pub use routes::SettingsRoutes;
pub use seller::{SellerSettings, Settings};
