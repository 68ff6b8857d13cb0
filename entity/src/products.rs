//! Rows of `products`.

use sea_orm::entity::prelude::*;

use crate::{CategoryId, Instant, Lifecycle, ProductId, Quantity, Unit};

/// One row of `products`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "products")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProductId,
    pub sku: String,
    pub title: String,
    pub brand: String,
    pub category_id: Option<CategoryId>,
    pub stock_unit: Unit,
    pub fractional: bool,
    pub lifecycle: Lifecycle,
    pub backorder: bool,
    pub min_quantity: Option<Quantity>,
    pub max_quantity: Option<Quantity>,
    pub quantity_multiple: Option<Quantity>,
    pub lead_time_days: Option<i32>,
    pub weight_grams: Option<i64>,
    pub tax_class: String,
    pub mix_group: Option<String>,
    pub mpn: Option<String>,
    pub gtin: Option<String>,
    pub fingerprint: i64,
    pub version: i64,
    pub created_at: Instant,
    pub updated_at: Instant,
    pub description: String,
    pub attributes: String,
    pub keywords: String,
}

/// Rows are joined by explicit queries; there are no declared relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
