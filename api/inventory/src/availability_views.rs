//! Availability on the wire.

use poem_openapi::Object;
use serde::{Deserialize, Serialize};

use super::board::{Board, Level};
use super::promise::{Incoming, Part, Promise, Source};
use kernel::problem::FieldError;
use kernel::wire::{Code, QuantityText, Text, Timestamp};

/// Lines of which it is asked when they can leave.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AvailabilityInput {
    /// The lines, at most 5000.
    #[oai(validator(min_items = 1, max_items = 5000))]
    pub lines: Vec<AvailabilityLine>,
    /// Where the goods go: a site of the account, or an ISO 3166 country code.
    pub ship_to: Option<Code>,
    /// Whose site `ship_to` is; on the seller's side.
    pub account: Option<Code>,
}

/// One line.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AvailabilityLine {
    /// SKU of the product.
    pub sku: Code,
    /// How many are wanted; the smallest that can be ordered when left out.
    pub quantity: Option<QuantityText>,
    /// Unit of the quantity; the stock unit when left out.
    pub unit: Option<Text<8>>,
}

/// Availability of products.
#[derive(Debug, Object, Serialize)]
pub(crate) struct AvailabilityList {
    /// One per SKU or line that is known, in the order asked.
    pub items: Vec<AvailabilityView>,
    /// What is unknown or cannot be ordered in the quantity asked.
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
    /// What may be reserved, over all warehouses.
    pub available: QuantityText,
    /// On hand over all warehouses; for the seller's side.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_hand: Option<QuantityText>,
    /// Allocation over all warehouses; for the seller's side.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserved: Option<QuantityText>,
    /// Each warehouse that has it or gets it, in the order they are asked.
    pub warehouses: Vec<LevelView>,
    /// All that is on its way, soonest first.
    pub incoming: Vec<IncomingView>,
    /// When the quantity can leave.
    pub promise: PromiseView,
}

/// What one warehouse has of a product.
#[derive(Debug, Object, Serialize)]
pub(crate) struct LevelView {
    /// Code of the warehouse.
    pub warehouse: String,
    /// What may be reserved.
    pub available: QuantityText,
    /// On hand; for the seller's side.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_hand: Option<QuantityText>,
    /// Allocation; for the seller's side.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserved: Option<QuantityText>,
    /// Never reserved; for the seller's side.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub safety: Option<QuantityText>,
    /// What is on its way here, soonest first.
    pub incoming: Vec<IncomingView>,
}

impl LevelView {
    /// A level as the seller's side sees it, or as buyers do.
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

/// Supply on its way.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct IncomingView {
    /// Code of the warehouse.
    pub warehouse: String,
    /// What has not arrived yet.
    pub quantity: QuantityText,
    /// When it is expected.
    pub expected_at: Timestamp,
    /// The supplier's order; for the seller's side.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

impl IncomingView {
    pub(super) fn new(incoming: &Incoming, board: &Board, exact: bool) -> Self {
        Self {
            warehouse: board.code_of(incoming.warehouse),
            quantity: QuantityText(incoming.quantity),
            expected_at: Timestamp(incoming.expected_at),
            reference: exact.then(|| incoming.reference.clone()),
        }
    }
}

/// When a quantity can leave.
#[derive(Debug, Object, Serialize)]
pub(crate) struct PromiseView {
    /// When the last of it leaves the warehouse; absent when not all of it can be promised.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Where that comes from.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warehouse: Option<String>,
    /// Whether that lies there, is on its way or must be ordered.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Every part of the quantity.
    pub quantities: Vec<PromisedPart>,
    /// What nobody can promise.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uncovered: Option<QuantityText>,
}

/// A part of a promised quantity.
#[derive(Debug, Object, Serialize)]
pub(crate) struct PromisedPart {
    /// How much.
    pub quantity: QuantityText,
    /// When it leaves the warehouse.
    pub at: Timestamp,
    /// Code of the warehouse.
    pub warehouse: String,
    /// Whether it lies there, is on its way or must be ordered.
    pub source: Source,
}

impl PromiseView {
    pub(super) fn new(promise: &Promise, board: &Board) -> Self {
        let last = promise.last();
        let part = |part: &Part| PromisedPart {
            quantity: QuantityText(part.quantity),
            at: Timestamp(part.at),
            warehouse: board.code_of(part.warehouse),
            source: part.source,
        };
        Self {
            at: last.map(|p| Timestamp(p.at)),
            warehouse: last.map(|p| board.code_of(p.warehouse)),
            source: last.map(|p| p.source),
            quantities: promise.parts.iter().map(part).collect(),
            uncovered: promise.uncovered.is_positive().then_some(QuantityText(promise.uncovered)),
        }
    }
}
