//! Rows of `quotes`.

use sea_orm::entity::prelude::*;

use crate::{AccountId, Amount, CurrencyCode, Instant, QuoteId};

/// One row of `quotes`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "quotes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: QuoteId,
    pub number: String,
    pub account_id: AccountId,
    pub requested_by: String,
    pub currency: CurrencyCode,
    pub note: String,
    pub line_count: i32,
    pub version: i64,
    pub round: i32,
    pub requested_at: Instant,
    pub price_version: i64,
    pub offer_round: Option<i32>,
    pub offered_at: Option<Instant>,
    pub offered_by: Option<String>,
    pub valid_until: Option<Instant>,
    pub offer_note: String,
    pub offer_total: Option<Amount>,
    pub declined_at: Option<Instant>,
    pub withdrawn_at: Option<Instant>,
    pub ordered_at: Option<Instant>,
    pub order_number: Option<String>,
    pub reason: String,
    pub created_at: Instant,
    pub updated_at: Instant,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
