//! Availability on the wire.

use poem_openapi::Object;
use serde::{Deserialize, Serialize};

use super::promise::{IncomingSupply, Promise, PromiseSource, PromisedQuantity};
use super::stock_levels::{Level, StockLevels};
use kernel::problem::FieldError;
use kernel::wire::{Code, QuantityText, Text, Timestamp};

/// Lines whose availability is requested.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AvailabilityInput {
    /// The lines, at most 5000.
    #[oai(validator(min_items = 1, max_items = 5000))]
    pub lines: Vec<AvailabilityLine>,
    /// Destination of the goods: a site of the account, or an ISO 3166 country code.
    pub ship_to: Option<Code>,
    /// Account that `ship_to` is a site of; for the seller's staff.
    pub account: Option<Code>,
}

/// One line.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AvailabilityLine {
    /// SKU of the product.
    pub sku: Code,
    /// Quantity; the smallest orderable quantity when left out.
    pub quantity: Option<QuantityText>,
    /// Unit of the quantity; the stock unit when left out.
    pub unit: Option<Text<8>>,
}

/// Availability of products.
#[derive(Debug, Object, Serialize)]
pub(crate) struct AvailabilityList {
    /// One per known SKU or line, in the order of the request.
    pub items: Vec<AvailabilityView>,
    /// Lines whose SKU is unknown or whose quantity is not valid.
    pub rejected: Vec<FieldError>,
}

/// Availability of one product, in its stock unit.
#[derive(Debug, Object, Serialize)]
pub(crate) struct AvailabilityView {
    /// SKU.
    pub sku: String,
    /// The stock unit.
    pub unit: String,
    /// The quantity that is promised.
    pub quantity: QuantityText,
    /// Quantity that can be reserved, over all warehouses.
    pub available: QuantityText,
    /// Quantity on hand over all warehouses; for the seller's staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_hand: Option<QuantityText>,
    /// Reserved quantity over all warehouses; for the seller's staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserved: Option<QuantityText>,
    /// Each warehouse with stock or inbound supply, in sourcing order.
    pub warehouses: Vec<LevelView>,
    /// All inbound supply, soonest first.
    pub incoming: Vec<IncomingView>,
    /// When the quantity can ship.
    pub promise: PromiseView,
}

/// Stock level of a product in one warehouse.
#[derive(Debug, Object, Serialize)]
pub(crate) struct LevelView {
    /// Code of the warehouse.
    pub warehouse: String,
    /// Quantity that can be reserved.
    pub available: QuantityText,
    /// Quantity on hand; for the seller's staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_hand: Option<QuantityText>,
    /// Reserved quantity; for the seller's staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserved: Option<QuantityText>,
    /// Safety stock, which is never reserved; for the seller's staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub safety: Option<QuantityText>,
    /// Inbound supply of this warehouse, soonest first.
    pub incoming: Vec<IncomingView>,
}

impl LevelView {
    /// The view of a level; with `exact` as the seller's staff see it.
    pub(super) fn new(code: String, level: Option<&Level>, incoming: Vec<IncomingView>, exact: bool) -> Self {
        let quantity = |of: fn(&Level) -> pricing::Quantity| QuantityText(level.map(of).unwrap_or_default());
        Self {
            warehouse: code,
            available: quantity(Level::available),
            on_hand: exact.then(|| quantity(|l| l.on_hand)),
            reserved: exact.then(|| quantity(|l| l.reserved)),
            safety: exact.then(|| quantity(|l| l.safety)),
            incoming,
        }
    }
}

/// Inbound supply.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct IncomingView {
    /// Code of the warehouse.
    pub warehouse: String,
    /// Quantity that is not received yet.
    pub quantity: QuantityText,
    /// Expected arrival.
    pub expected_at: Timestamp,
    /// Number of the purchase order to the supplier; for the seller's staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

impl IncomingView {
    pub(super) fn new(incoming: &IncomingSupply, stock_levels: &StockLevels, exact: bool) -> Self {
        Self {
            warehouse: stock_levels.code_of(incoming.warehouse),
            quantity: QuantityText(incoming.quantity),
            expected_at: Timestamp(incoming.expected_at),
            reference: exact.then(|| incoming.reference.clone()),
        }
    }
}

/// When a quantity can ship.
#[derive(Debug, Object, Serialize)]
pub(crate) struct PromiseView {
    /// When the last part ships; absent when the quantity cannot be promised in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Warehouse the last part ships from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warehouse: Option<String>,
    /// Whether the last part is in stock, inbound, or must be ordered from the supplier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<PromiseSource>,
    /// The parts of the quantity.
    pub quantities: Vec<PromisedPart>,
    /// Quantity that cannot be promised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uncovered: Option<QuantityText>,
}

/// A part of a promised quantity.
#[derive(Debug, Object, Serialize)]
pub(crate) struct PromisedPart {
    /// Quantity of the part.
    pub quantity: QuantityText,
    /// When it ships.
    pub at: Timestamp,
    /// Code of the warehouse.
    pub warehouse: String,
    /// Whether it is in stock, inbound, or must be ordered from the supplier.
    pub source: PromiseSource,
}

impl PromiseView {
    pub(super) fn new(promise: &Promise, stock_levels: &StockLevels) -> Self {
        let last = promise.last();
        let part = |part: &PromisedQuantity| PromisedPart {
            quantity: QuantityText(part.quantity),
            at: Timestamp(part.at),
            warehouse: stock_levels.code_of(part.warehouse),
            source: part.source,
        };
        Self {
            at: last.map(|p| Timestamp(p.at)),
            warehouse: last.map(|p| stock_levels.code_of(p.warehouse)),
            source: last.map(|p| p.source),
            quantities: promise.parts.iter().map(part).collect(),
            uncovered: promise.uncovered.is_positive().then_some(QuantityText(promise.uncovered)),
        }
    }
}
