//! Rows of `seller_settings`.

use sea_orm::entity::prelude::*;

use crate::Instant;

/// One row of `seller_settings`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "seller_settings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i64,
    pub name: String,
    pub time_zone: String,
    pub languages: String,
    pub default_currency: String,
    pub public_url: Option<String>,
    pub created_by: String,
    pub created_at: Instant,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
