//! Rows of `noted_clicks`.

use sea_orm::entity::prelude::*;

use crate::ProductId;

/// One row of `noted_clicks`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "noted_clicks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub search_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    pub position: i64,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
