//! Rows of `invoice_lines`.

use sea_orm::entity::prelude::*;

use crate::{Amount, InvoiceId, OrderId, Quantity, Unit};

/// One row of `invoice_lines`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invoice_lines")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub invoice_id: InvoiceId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub line_no: i32,
    pub order_id: OrderId,
    pub order_line_no: i32,
    pub sku: String,
    pub title: String,
    pub unit: Unit,
    pub quantity: Quantity,
    pub unit_price: Amount,
    pub per: Quantity,
    pub line_amount: Amount,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
