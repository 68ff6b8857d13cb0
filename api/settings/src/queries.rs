//! Reads the versions of the settings.

use entity::seller_settings as rows;
use sea_orm::{DbErr, EntityTrait as _, QueryOrder as _};
use store::Db;

use store::sql::fetch_one;

/// The row of the latest version, if anything was ever set.
pub(super) async fn latest(db: &impl Db) -> Result<Option<rows::Model>, DbErr> {
    fetch_one(db, rows::Entity::find().order_by_desc(rows::Column::Version)).await
}
