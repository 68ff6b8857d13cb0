//! Rows of `product_identifiers`.

use sea_orm::entity::prelude::*;

use crate::{IdentifierKind, ProductId};

/// One row of `product_identifiers`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_identifiers")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: IdentifierKind,
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: i64,
    pub value: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub normalised: String,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
