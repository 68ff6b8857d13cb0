//! Rows of `warehouses`.

use sea_orm::entity::prelude::*;

use crate::WarehouseId;

/// One row of `warehouses`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "warehouses")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WarehouseId,
    pub code: String,
    pub name: String,
    pub country: String,
    pub city: String,
    pub priority: i32,
    pub working_days: String,
    pub holidays: String,
    pub cutoff_minutes: i32,
    pub utc_offset_minutes: i32,
    pub version: i64,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
