//! Rows of `shipments`.

use sea_orm::entity::prelude::*;

use crate::{AccountId, Destination, Instant, OrderId, ShipmentId, ShipmentStage, WarehouseId};

/// One row of `shipments`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shipments")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ShipmentId,
    pub number: String,
    pub order_id: OrderId,
    pub account_id: AccountId,
    pub warehouse_id: WarehouseId,
    pub stage: ShipmentStage,
    pub carrier: String,
    pub service: String,
    pub ship_to: Destination,
    pub created_at: Instant,
    pub picked_at: Option<Instant>,
    pub packed_at: Option<Instant>,
    pub shipped_at: Option<Instant>,
    pub delivered_at: Option<Instant>,
    pub version: i64,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
