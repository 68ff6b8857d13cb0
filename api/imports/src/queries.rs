//! Queries on import jobs.

use entity::{JobId, jobs};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use store::Db;

use super::error::ImportJobError;
use super::jobs::KIND;

/// The import with an id.
pub(super) async fn find_import(db: &impl Db, id: &str) -> Result<jobs::Model, ImportJobError> {
    let missing = || ImportJobError::NotFound(id.to_owned());
    let key: i64 = id.parse().map_err(|_| missing())?;
    let row = jobs::Entity::find_by_id(JobId(key)).filter(jobs::Column::Kind.eq(KIND)).one(db).await?;
    row.ok_or_else(missing)
}
