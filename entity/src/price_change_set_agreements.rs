//! Rows of `price_change_set_agreements`.

use sea_orm::entity::prelude::*;

use crate::{Instant, PriceChangeSetId};

/// One row of `price_change_set_agreements`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "price_change_set_agreements")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub set_id: PriceChangeSetId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    pub base_version: Option<i64>,
    pub body: String,
    pub recorded_by: String,
    pub recorded_at: Instant,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
