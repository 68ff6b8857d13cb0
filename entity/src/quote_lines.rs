//! Rows of `quote_lines`.

use sea_orm::entity::prelude::*;

use crate::{Amount, Per, ProductId, Quantity, QuoteId, Unit};

/// One row of `quote_lines`. A `…_per` is a whole number of units, not millionths.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "quote_lines")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub quote_id: QuoteId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub line_no: i32,
    pub product_id: ProductId,
    pub unit: Unit,
    pub numerator: i64,
    pub denominator: i64,
    pub quantity: Quantity,
    pub note: String,
    pub target_unit_price: Option<Amount>,
    pub target_per: Option<Per>,
    pub asked_unit_price: Option<Amount>,
    pub asked_per: Option<Per>,
    pub asked_amount: Option<Amount>,
    pub offer_quantity: Option<Quantity>,
    pub offer_unit_price: Option<Amount>,
    pub offer_per: Option<Per>,
    pub offer_amount: Option<Amount>,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
