//! Rows of `price_entries`.

use sea_orm::entity::prelude::*;

use crate::{Amount, CurrencyCode, Instant, Per, PriceEntryId, PriceListId, ProductId, Quantity, Unit};

/// One row of `price_entries`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "price_entries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PriceEntryId,
    pub list_id: PriceListId,
    pub product_id: ProductId,
    pub unit: Unit,
    pub currency: CurrencyCode,
    pub min_quantity: Quantity,
    pub unit_price: Amount,
    pub per: Per,
    pub valid_from: Option<Instant>,
    pub valid_until: Option<Instant>,
    pub recorded_at: Instant,
    pub superseded_at: Option<Instant>,
    pub change_id: i64,
    pub end_change_id: Option<i64>,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
