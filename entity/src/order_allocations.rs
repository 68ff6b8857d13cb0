//! Rows of `order_allocations`.

use sea_orm::entity::prelude::*;

use crate::{OrderId, Quantity, WarehouseId};

/// One row of `order_allocations`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_allocations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: OrderId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub line_no: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub warehouse_id: WarehouseId,
    pub quantity: Quantity,
    pub released: Quantity,
    pub picked: Quantity,
    pub shipped: Quantity,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
