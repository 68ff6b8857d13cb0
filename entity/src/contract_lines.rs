//! Rows of `contract_lines`.

use sea_orm::entity::prelude::*;

use crate::{ContractId, ContractLineId, Instant, PriceRuleKind, TargetKind, VolumeScope};

/// One row of `contract_lines`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contract_lines")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ContractLineId,
    pub contract_id: ContractId,
    pub target_kind: TargetKind,
    pub target_id: i64,
    pub target_code: String,
    pub kind: PriceRuleKind,
    pub value: Option<i64>,
    pub unit: Option<String>,
    pub per: i64,
    pub breaks: String,
    pub scope: VolumeScope,
    pub recorded_at: Instant,
    pub superseded_at: Option<Instant>,
    pub change_id: i64,
    pub end_change_id: Option<i64>,
    pub valid_from: Option<Instant>,
    pub valid_until: Option<Instant>,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
