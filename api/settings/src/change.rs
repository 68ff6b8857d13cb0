//! Changing the settings.

use entity::seller_settings as rows;
use sea_orm::{EntityTrait as _, Set};

use super::error::SettingsError;
use super::events::SettingsChanged;
use super::queries;
use super::seller::SellerSettings;
use kernel::problem::CommonError;
use kernel::wire::{VersionMatch, check_version};
use store::database::{Lock, Tx};

/// Adds a version, unless it says what the latest says. With `expected` the change happens only if that is still the latest.
pub(super) async fn change(
    tx: &Tx,
    new: SellerSettings,
    expected: Option<VersionMatch>,
) -> Result<SellerSettings, SettingsError> {
    tx.lock(Lock::Settings).await?;
    let latest = match queries::latest(tx).await? {
        Some(row) => SellerSettings::of_row(&row)?,
        None => SellerSettings::default(),
    };
    check_version(expected, Some(latest.version))?;
    let unchanged = SellerSettings { version: latest.version, ..new.clone() };
    if unchanged == latest {
        return Ok(latest);
    }
    let new = SellerSettings { version: latest.version + 1, ..new };
    let languages = serde_json::to_string(&new.languages).map_err(|e| CommonError::Internal(e.to_string()))?;
    let row = rows::ActiveModel {
        version: Set(new.version),
        name: Set(new.name.clone()),
        time_zone: Set(new.time_zone.name().to_owned()),
        languages: Set(languages),
        default_currency: Set(new.default_currency.code().to_owned()),
        public_url: Set(new.public_url.as_ref().map(|url| url.as_str().to_owned())),
        created_by: Set(tx.actor().label.to_string()),
        created_at: Set(tx.now()),
    };
    rows::Entity::insert(row).exec_without_returning(tx).await?;
    tx.record(&SettingsChanged { version: new.version });
    Ok(new)
}
