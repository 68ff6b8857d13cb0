//! Rows of `payments`.

use sea_orm::entity::prelude::*;

use crate::{AccountId, Amount, CurrencyCode, Instant, OrderId, PaymentId};

/// One row of `payments`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payments")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PaymentId,
    pub account_id: AccountId,
    pub currency: CurrencyCode,
    pub amount: Amount,
    pub unallocated: Amount,
    pub method: String,
    pub reference: String,
    pub order_id: Option<OrderId>,
    pub received_at: Instant,
    pub recorded_at: Instant,
    pub recorded_by: String,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
