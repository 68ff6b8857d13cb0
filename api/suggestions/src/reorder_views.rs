//! Reorder suggestions on the wire.

use poem_openapi::Object;
use pricing::Quantity;
use serde::Serialize;

use super::basket_items::ReorderSuggestion;
use kernel::wire::{QuantityText, Timestamp};

/// A product to reorder.
#[derive(Debug, Object, Serialize)]
pub(crate) struct ReorderView {
    /// SKU.
    pub sku: String,
    /// Title.
    pub title: String,
    /// How likely the account is to reorder it, from 0 to 1,000; the first has 1,000.
    pub score: u32,
    /// The reason, as a sentence.
    pub reason: String,
    /// The usual quantity, rounded up to what can be ordered, in `unit`.
    pub quantity: QuantityText,
    /// Stock unit.
    pub unit: String,
    /// The number of considered orders that contain it.
    pub orders: u32,
    /// When it was last ordered.
    pub last_ordered_at: Timestamp,
    /// When the next order is expected, if there is a regular interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
}

impl From<ReorderSuggestion> for ReorderView {
    fn from(again: ReorderSuggestion) -> Self {
        let ReorderSuggestion { item, pattern } = again;
        let usual = Quantity::from_micros((f64::from(pattern.usual_quantity()) * 1e6) as i64);
        let instant = |minute: u32| Timestamp(entity::Instant(i64::from(minute) * 60_000_000));
        Self {
            sku: item.product.sku.to_string(),
            title: item.product.title.to_string(),
            score: item.score,
            reason: item.reason,
            quantity: QuantityText(item.product.orderable_quantity(usual).unwrap_or(usual)),
            unit: item.product.stock_unit.to_string(),
            orders: pattern.orders,
            last_ordered_at: instant(pattern.last),
            due_at: pattern.due().map(instant),
        }
    }
}

/// Reorder suggestions.
#[derive(Debug, Object, Serialize)]
pub(crate) struct ReordersView {
    /// Products, most likely first.
    pub items: Vec<ReorderView>,
}
