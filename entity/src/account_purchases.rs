//! Rows of `account_purchases`.

use sea_orm::entity::prelude::*;

use crate::{AccountId, Instant, ProductId, Quantity};

/// One row of `account_purchases`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account_purchases")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    pub orders: i64,
    pub quantity: Quantity,
    pub first_at: Instant,
    pub last_at: Instant,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
