//! Rows of `learned_baskets`.

use sea_orm::entity::prelude::*;

use crate::{AccountId, Instant, OrderId};

/// One row of `learned_baskets`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "learned_baskets")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: OrderId,
    pub account_id: AccountId,
    pub placed_at: Instant,
    pub lines: String,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
