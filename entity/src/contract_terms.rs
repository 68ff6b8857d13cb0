//! Rows of `contract_terms`.

use sea_orm::entity::prelude::*;

use crate::{AccountId, ContractId, ContractMode, CurrencyCode, Instant};

/// One row of `contract_terms`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contract_terms")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub contract_id: ContractId,
    pub name: String,
    pub account_id: AccountId,
    pub currency: CurrencyCode,
    pub valid_from: Option<Instant>,
    pub valid_until: Option<Instant>,
    pub mode: ContractMode,
    pub active: bool,
    pub recorded_at: Instant,
    pub superseded_at: Option<Instant>,
    pub change_id: i64,
    pub end_change_id: Option<i64>,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
