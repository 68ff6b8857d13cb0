//! The settings in the memory of every process.

use std::sync::Arc;

use chrono_tz::Tz;
use entity::{Instant, seller_settings};
use parking_lot::RwLock;
use pricing::Currency;

use super::events::SettingsChanged;
use super::public_url::PublicUrl;
use super::queries;
use kernel::problem::CommonError;
use store::BoxError;
use store::database::Reader;
use store::events::{Event, any_is};
use store::projections::Projection;

/// One version of the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SellerSettings {
    /// Rises with every change; 0 before the first.
    pub version: i64,
    /// Name of the company, as documents and mails show it.
    pub name: String,
    /// In whose days validity, due dates and delivery dates of the seller are counted.
    pub time_zone: Tz,
    /// Tags of the languages that pages and mails come in, as `en` or `de-AT`; the first is the default.
    pub languages: Vec<String>,
    /// Currency where none is asked for.
    pub default_currency: Currency,
    /// Where the outside reaches this installation.
    pub public_url: Option<PublicUrl>,
}

impl Default for SellerSettings {
    fn default() -> Self {
        Self {
            version: 0,
            name: String::new(),
            time_zone: Tz::UTC,
            languages: vec!["en".to_owned()],
            default_currency: DEFAULT_CURRENCY.parse().unwrap_or_else(|_| unreachable!("the euro is a currency")),
            public_url: None,
        }
    }
}

const DEFAULT_CURRENCY: &str = "EUR";

impl SellerSettings {
    /// The address of a path of this installation; none as long as no public address is set.
    pub fn link(&self, path: &str) -> Option<String> {
        self.public_url.as_ref().map(|url| url.join(path))
    }

    /// The day that an instant belongs to where the seller is.
    pub fn day_of(&self, at: Instant) -> Option<chrono::NaiveDate> {
        let utc = chrono::DateTime::from_timestamp_micros(at.0)?;
        Some(utc.with_timezone(&self.time_zone).date_naive())
    }

    /// The version of a row.
    pub(super) fn of_row(row: &seller_settings::Model) -> Result<Self, CommonError> {
        let broken = |what: &str| CommonError::Internal(format!("version {} of the settings has a bad {what}", row.version));
        Ok(Self {
            version: row.version,
            name: row.name.clone(),
            time_zone: row.time_zone.parse().map_err(|_| broken("time zone"))?,
            languages: serde_json::from_str(&row.languages).map_err(|_| broken("list of languages"))?,
            default_currency: row.default_currency.parse().map_err(|_| broken("currency"))?,
            public_url: row.public_url.as_deref().map(PublicUrl::parse).transpose().map_err(|_| broken("public address"))?,
        })
    }
}

/// The latest version of the settings. Cheap to clone; every clone is the same.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    held: Arc<RwLock<Arc<SellerSettings>>>,
}

impl Settings {
    /// Loads the latest version.
    pub async fn load(db: &Reader) -> Result<Self, CommonError> {
        let settings = Self::default();
        settings.read(db).await?;
        Ok(settings)
    }

    /// The settings that count now.
    pub fn current(&self) -> Arc<SellerSettings> {
        self.held.read().clone()
    }

    async fn read(&self, db: &Reader) -> Result<(), CommonError> {
        let Some(row) = queries::latest(db).await? else { return Ok(()) };
        let latest = SellerSettings::of_row(&row)?;
        let mut held = self.held.write();
        if latest.version > held.version {
            *held = Arc::new(latest);
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl Projection for Settings {
    async fn apply(&self, db: &Reader, events: &[Event]) -> Result<(), BoxError> {
        if any_is::<SettingsChanged>(events) {
            self.read(db).await?;
        }
        Ok(())
    }
}
