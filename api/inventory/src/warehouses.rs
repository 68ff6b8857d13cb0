//! Creating and changing warehouses.

use entity::{WarehouseId, warehouses};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::calendar::Calendar;
use super::error::StockError;
use super::events::WarehouseChanged;
use kernel::wire::{VersionMatch, check_version};
use store::database::{Lock, Tx};

/// The new state of a warehouse.
#[derive(Clone, Debug)]
pub struct NewWarehouse {
    pub code: String,
    pub name: String,
    /// ISO 3166 code of two letters.
    pub country: String,
    pub city: String,
    /// Stock is taken from warehouses with lower numbers first.
    pub priority: i32,
    pub calendar: Calendar,
}

/// Creates a warehouse or replaces its fields. `expected` is the `If-Match` of the request.
pub async fn put_warehouse(tx: &Tx, new: NewWarehouse, expected: Option<VersionMatch>) -> Result<warehouses::Model, StockError> {
    tx.lock(Lock::Warehouses).await?;
    let old = warehouses::Entity::find().filter(warehouses::Column::Code.eq(&new.code)).one(tx).await?;
    check_version(expected, old.as_ref().map(|o| o.version))?;
    let id = match &old {
        Some(old) => old.id,
        None => WarehouseId(tx.id().await?),
    };
    let row = warehouses::Model {
        id,
        code: new.code,
        name: new.name,
        country: new.country,
        city: new.city,
        priority: new.priority,
        working_days: new.calendar.working_days_stored(),
        holidays: new.calendar.holidays_stored(),
        cutoff_minutes: new.calendar.cutoff_minutes,
        utc_offset_minutes: new.calendar.utc_offset_minutes,
        version: old.as_ref().map_or(1, |o| o.version + 1),
    };
    let active = row.clone().into_active_model().reset_all();
    if old.is_some() {
        active.update(tx).await?;
    } else {
        warehouses::Entity::insert(active).exec_without_returning(tx).await?;
    }
    tx.record(&WarehouseChanged::from(&row));
    Ok(row)
}
