//! Rows of `invoices`.

use sea_orm::entity::prelude::*;

use crate::{AccountId, Amount, CurrencyCode, Instant, InvoiceId, OrderId, ShipmentId, Terms};

/// One row of `invoices`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invoices")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InvoiceId,
    pub number: String,
    pub account_id: AccountId,
    pub order_id: OrderId,
    pub shipment_id: ShipmentId,
    pub currency: CurrencyCode,
    pub total: Amount,
    pub paid: Amount,
    pub discounted: Amount,
    pub terms: Terms,
    pub issued_at: Instant,
    pub due_at: Instant,
    pub discount_until: Option<Instant>,
    pub discount_amount: Amount,
    pub purchase_order_number: String,
    pub version: i64,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
