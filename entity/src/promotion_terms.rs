//! Rows of `promotion_terms`.

use sea_orm::entity::prelude::*;

use crate::{AudienceKind, CurrencyCode, Instant, PromotionId};

/// One row of `promotion_terms`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "promotion_terms")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub promotion_id: PromotionId,
    pub name: String,
    pub audience_kind: AudienceKind,
    pub audience_id: i64,
    pub audience_code: String,
    pub currency: Option<CurrencyCode>,
    pub coupon: Option<String>,
    pub valid_from: Option<Instant>,
    pub valid_until: Option<Instant>,
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
