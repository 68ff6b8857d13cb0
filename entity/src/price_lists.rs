//! Rows of `price_lists`.

use sea_orm::entity::prelude::*;

use crate::{AssignedKind, Instant, PriceListId};

/// One row of `price_lists`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "price_lists")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PriceListId,
    pub code: String,
    pub name: String,
    pub assigned_kind: AssignedKind,
    pub assigned_code: String,
    pub change_id: i64,
    pub created_at: Instant,
    pub updated_at: Instant,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
