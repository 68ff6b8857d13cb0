//! What an order is: before it is placed, and as it is stored.

use std::sync::Arc;

use entity::{
    Amount, Destination, Instant, OrderId, PaymentMethod, PriceSource, Quantity, Terms, order_allocations, order_holds,
    order_lines, orders,
};
use pricing::{Currency, PeriodQuantity, UnitCode};

use catalog::Product;
use identity::Account;
use inventory::{LockedLevels, SourcingPreference, StockPlan};

/// The price a line is ordered at.
#[derive(Clone, Debug)]
pub struct AgreedPrice {
    pub unit_price: Amount,
    /// The unit price is for so many units.
    pub per: Quantity,
    pub line_amount: Amount,
    pub list_price: Option<Amount>,
    pub source: PriceSource,
    /// How the price came about, JSON.
    pub detail: String,
}

/// A line to be ordered.
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

/// An order to be placed.
#[derive(Debug)]
pub struct NewOrder {
    pub header: NewOrderHeader,
    pub lines: Vec<NewLine>,
    /// The levels of the lines' products, locked.
    pub levels: LockedLevels,
    /// What these levels give to each line; the key of an allocation is the place of its line.
    pub stock: StockPlan,
}

/// An order to be placed, without its lines.
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
    /// What had been ordered before, under contract lines that count it.
    pub ordered_before: Vec<PeriodQuantity>,
    pub requested_at: Option<Instant>,
    /// The quote it is made of, if it is.
    pub quote_number: Option<String>,
    /// Which warehouses the goods come from if possible.
    pub sourcing: SourcingPreference,
}

/// A placed order with everything that belongs to it.
#[derive(Debug)]
pub struct Placed {
    pub order: orders::Model,
    pub lines: Vec<order_lines::Model>,
    pub allocations: Vec<order_allocations::Model>,
    pub holds: Vec<order_holds::Model>,
}

/// The number people know an order by.
pub(super) fn number_of(id: OrderId) -> String {
    format!("SO{:08}", id.0)
}
