//! Rows of `promotion_lines`.

use sea_orm::entity::prelude::*;

use crate::{Instant, PriceRuleKind, PromotionId, PromotionLineId, Quantity, TargetKind, VolumeScope};

/// One row of `promotion_lines`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "promotion_lines")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PromotionLineId,
    pub promotion_id: PromotionId,
    pub target_kind: TargetKind,
    pub target_id: i64,
    pub target_code: String,
    pub kind: PriceRuleKind,
    pub value: i64,
    pub unit: Option<String>,
    pub per: Quantity,
    pub breaks: String,
    pub scope: VolumeScope,
    pub recorded_at: Instant,
    pub superseded_at: Option<Instant>,
    pub change_id: i64,
    pub end_change_id: Option<i64>,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
