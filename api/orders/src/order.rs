//! The types of an order before and after it is placed.

use std::sync::Arc;

use entity::{
    Amount, Destination, Instant, OrderId, PaymentMethod, PriceSource, Quantity, Terms, order_allocations, order_holds,
    order_lines, orders,
};
use pricing::{Currency, PeriodQuantity, UnitCode};

use catalog::Product;
use identity::Account;
use inventory::{LockedLevels, SourcingPreference, StockPlan};

/// The price of an order line.
#[derive(Clone, Debug)]
pub struct AgreedPrice {
    pub unit_price: Amount,
    /// Price basis: the number of units that `unit_price` is for.
    pub per: Quantity,
    pub line_amount: Amount,
    pub list_price: Option<Amount>,
    pub source: PriceSource,
    /// How the price was found, as JSON.
    pub detail: String,
}

/// A line of a new order.
#[derive(Clone, Debug)]
pub struct NewLine {
    pub product: Arc<Product>,
    pub unit: UnitCode,
    pub quantity: Quantity,
    pub price: AgreedPrice,
    pub note: String,
    /// The customer's own reference of the line.
    pub reference: String,
}

/// A new order.
#[derive(Debug)]
pub struct NewOrder {
    pub header: NewOrderHeader,
    pub lines: Vec<NewLine>,
    /// The levels of the lines' products, locked.
    pub levels: LockedLevels,
    /// How these levels serve the lines; the key of an allocation is the index of its line.
    pub stock: StockPlan,
}

/// A new order without its lines.
#[derive(Clone, Debug)]
pub struct NewOrderHeader {
    pub account: Arc<Account>,
    pub placed_by: String,
    pub purchase_order_number: String,
    pub currency: Currency,
    pub payment_method: PaymentMethod,
    pub terms: Terms,
    pub ship_to: Destination,
    pub note: String,
    pub external_reference: Option<String>,
    pub coupons: Vec<String>,
    pub price_version: i64,
    pub priced_at: Instant,
    /// Instant up to which price rows were considered.
    pub priced_as_of: Instant,
    /// Quantities ordered before this order, for contract lines that count them.
    pub ordered_before: Vec<PeriodQuantity>,
    pub requested_at: Option<Instant>,
    /// Number of the quote that the order is made from.
    pub quote_number: Option<String>,
    /// The preferred warehouses.
    pub sourcing: SourcingPreference,
}

/// An order with its lines, allocations and holds.
#[derive(Debug)]
pub struct LoadedOrder {
    pub order: orders::Model,
    pub lines: Vec<order_lines::Model>,
    pub allocations: Vec<order_allocations::Model>,
    pub holds: Vec<order_holds::Model>,
}

/// The public number of an order.
pub(super) fn order_number(id: OrderId) -> String {
    format!("SO{:08}", id.0)
}
