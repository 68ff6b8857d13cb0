//! Rows of `search_tallies`.

use sea_orm::entity::prelude::*;

use crate::{AccountId, Instant, Quantity};

/// One row of `search_tallies`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_tallies")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub query: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    pub searches: i64,
    pub empty: i64,
    pub relaxed: i64,
    pub clicked: i64,
    pub clicks: i64,
    pub positions: i64,
    pub orders: i64,
    pub quantity: Quantity,
    pub lookup: bool,
    pub found: i64,
    pub last_at: Instant,
    pub updated_at: Instant,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
