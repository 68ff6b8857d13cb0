//! Rows of `order_lines`.

use sea_orm::entity::prelude::*;

use crate::{AccountId, Amount, Instant, OrderId, PriceSource, ProductId, Quantity, Unit};

/// One row of `order_lines`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_lines")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: OrderId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub line_no: i32,
    pub account_id: AccountId,
    pub product_id: ProductId,
    pub sku: String,
    pub title: String,
    pub unit: Unit,
    pub numerator: i64,
    pub denominator: i64,
    pub quantity: Quantity,
    pub cancelled: Quantity,
    pub allocated: Quantity,
    pub picked: Quantity,
    pub shipped: Quantity,
    pub delivered: Quantity,
    pub invoiced: Quantity,
    pub returned: Quantity,
    pub unit_price: Amount,
    pub per: Quantity,
    pub line_amount: Amount,
    pub list_price: Option<Amount>,
    pub price_source: PriceSource,
    pub price_detail: String,
    pub promised_at: Option<Instant>,
    pub note: String,
    pub reference: String,
    pub placed_at: Instant,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
