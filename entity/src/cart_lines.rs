//! Rows of `cart_lines`.

use sea_orm::entity::prelude::*;

use crate::{CartId, Instant, ProductId, Quantity, Unit};

/// One row of `cart_lines`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cart_lines")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub cart_id: CartId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub line_no: i32,
    pub product_id: ProductId,
    pub unit: Unit,
    pub quantity: Quantity,
    pub note: String,
    pub seen_at: Option<Instant>,
    pub seen_as_of: Option<Instant>,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
