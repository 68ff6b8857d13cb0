//! Rows of `product_relations`.

use sea_orm::entity::prelude::*;

use crate::{ProductId, Quantity, RelationKind};

/// One row of `product_relations`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_relations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: RelationKind,
    #[sea_orm(primary_key, auto_increment = false)]
    pub target_id: ProductId,
    pub quantity: Quantity,
    pub note: String,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
