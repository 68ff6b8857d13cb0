//! Rows of `stock_movements`.

use sea_orm::entity::prelude::*;

use crate::{Instant, ProductId, Quantity, WarehouseId};

/// One row of `stock_movements`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_movements")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub product_id: ProductId,
    pub warehouse_id: WarehouseId,
    pub on_hand_delta: Quantity,
    pub reserved_delta: Quantity,
    pub reason: String,
    pub reference: String,
    pub actor: String,
    pub occurred_at: Instant,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
