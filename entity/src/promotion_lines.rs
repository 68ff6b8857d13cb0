//! Rows of `promotion_lines`.

use sea_orm::entity::prelude::*;

use crate::{PriceRuleKind, PromotionLineId, TargetKind, VolumeScope};

/// One row of `promotion_lines`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "promotion_lines")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PromotionLineId,
    pub terms_id: i64,
    pub target_kind: TargetKind,
    pub target_id: i64,
    pub target_code: String,
    pub kind: PriceRuleKind,
    pub value: Option<i64>,
    pub unit: Option<String>,
    pub per: i64,
    pub breaks: String,
    pub scope: VolumeScope,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
