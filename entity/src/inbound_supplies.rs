//! Rows of `inbound_supplies`.

use sea_orm::entity::prelude::*;

use crate::{InboundId, Instant, ProductId, Quantity, WarehouseId};

/// One row of `inbound_supplies`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inbound_supplies")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InboundId,
    pub product_id: ProductId,
    pub warehouse_id: WarehouseId,
    pub quantity: Quantity,
    pub received: Quantity,
    pub expected_at: Instant,
    pub reference: String,
    pub updated_at: Instant,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
