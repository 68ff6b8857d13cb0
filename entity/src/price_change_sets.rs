//! Rows of `price_change_sets`.

use sea_orm::entity::prelude::*;

use crate::{ChangeSetStatus, Instant, PriceChangeSetId};

/// One row of `price_change_sets`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "price_change_sets")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PriceChangeSetId,
    pub code: String,
    pub name: String,
    pub status: ChangeSetStatus,
    pub version: i64,
    pub created_by: String,
    pub created_at: Instant,
    pub updated_at: Instant,
    pub closed_by: Option<String>,
    pub closed_at: Option<Instant>,
    pub price_version: Option<i64>,
    pub valid_from: Option<Instant>,
    pub outcome: String,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
