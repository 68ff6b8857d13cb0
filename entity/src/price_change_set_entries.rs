//! Rows of `price_change_set_entries`.

use sea_orm::entity::prelude::*;

use crate::{Amount, Instant, PriceChangeSetId, PriceEntryId, PriceListId, ProductId, Quantity};

/// One row of `price_change_set_entries`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "price_change_set_entries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub set_id: PriceChangeSetId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub list_id: PriceListId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub currency: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub min_quantity: Quantity,
    #[sea_orm(primary_key, auto_increment = false)]
    pub starts_at: i64,
    pub id: PriceEntryId,
    pub unit_price: Amount,
    pub per: i64,
    pub valid_until: Option<Instant>,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
