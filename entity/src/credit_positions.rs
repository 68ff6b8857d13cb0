//! Rows of `credit_positions`.

use sea_orm::entity::prelude::*;

use crate::{AccountId, Amount, CurrencyCode, Instant};

/// One row of `credit_positions`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit_positions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub currency: CurrencyCode,
    pub receivable: Amount,
    pub committed: Amount,
    pub oldest_due_at: Option<Instant>,
    pub updated_at: Instant,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
