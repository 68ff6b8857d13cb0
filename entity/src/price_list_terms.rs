//! Rows of `price_list_terms`.

use sea_orm::entity::prelude::*;

use crate::{AssignedKind, Instant, PriceListId};

/// One row of `price_list_terms`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "price_list_terms")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub list_id: PriceListId,
    pub name: String,
    pub assigned_kind: AssignedKind,
    pub assigned_id: i64,
    pub assigned_code: String,
    pub recorded_at: Instant,
    pub superseded_at: Option<Instant>,
    pub change_id: i64,
    pub end_change_id: Option<i64>,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
