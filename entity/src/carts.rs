//! Rows of `carts`.

use sea_orm::entity::prelude::*;

use crate::{AccountId, CartId, CartStatus, CurrencyCode, Instant};

/// One row of `carts`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "carts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CartId,
    pub account_id: AccountId,
    pub name: String,
    pub currency: CurrencyCode,
    pub status: CartStatus,
    pub created_by: String,
    pub next_line: i32,
    pub line_count: i32,
    pub version: i64,
    pub created_at: Instant,
    pub updated_at: Instant,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
