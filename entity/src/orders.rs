//! Rows of `orders`.

use sea_orm::entity::prelude::*;

use crate::{AccountId, Amount, CurrencyCode, Destination, Instant, OrderId, PaymentMethod, Terms};

/// One row of `orders`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "orders")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderId,
    pub number: String,
    pub account_id: AccountId,
    pub placed_by: String,
    pub purchase_order_number: String,
    pub currency: CurrencyCode,
    pub payment_method: PaymentMethod,
    pub terms: Terms,
    pub ship_to: Destination,
    pub site_code: Option<String>,
    pub note: String,
    pub external_reference: Option<String>,
    pub total: Amount,
    pub price_version: i64,
    pub priced_at: Instant,
    pub coupons: String,
    pub requested_at: Option<Instant>,
    pub placed_at: Instant,
    pub updated_at: Instant,
    pub version: i64,
    pub open: bool,
    pub quote_number: Option<String>,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
