//! Rows of `order_cancellations`.

use sea_orm::entity::prelude::*;

use crate::{Instant, OrderId, Quantity};

/// One row of `order_cancellations`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_cancellations")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub order_id: OrderId,
    pub line_no: i32,
    pub quantity: Quantity,
    pub cancelled_at: Instant,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
