//! Rows of `accounts`.

use sea_orm::entity::prelude::*;

use crate::{AccountId, AccountStatus, Amount, CurrencyCode, Instant, Terms};

/// One row of `accounts`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "accounts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountId,
    pub code: String,
    pub name: String,
    pub parent_id: Option<AccountId>,
    pub group_code: Option<String>,
    pub currency: CurrencyCode,
    pub credit_limit: Option<Amount>,
    pub terms: Terms,
    pub overdue_grace_days: i32,
    pub status: AccountStatus,
    pub version: i64,
    pub created_at: Instant,
    pub updated_at: Instant,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
