//! Rows of `search_curations`.

use sea_orm::entity::prelude::*;

use crate::{CurationKind, Instant};

/// One row of `search_curations`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_curations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub kind: CurationKind,
    pub code: String,
    pub active: bool,
    pub valid_from: Option<Instant>,
    pub valid_until: Option<Instant>,
    pub version: i64,
    pub created_at: Instant,
    pub updated_at: Instant,
    pub definition: String,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
