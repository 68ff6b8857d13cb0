//! Rows of `order_holds`.

use sea_orm::entity::prelude::*;

use crate::{HoldKind, Instant, OrderId};

/// One row of `order_holds`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_holds")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: OrderId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: HoldKind,
    pub reason: String,
    pub placed_at: Instant,
    pub released_at: Option<Instant>,
    pub released_by: Option<String>,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
