//! The main answers as types. Every member named here must be in the answer, those that may be null too.

use serde::{Deserialize, Deserializer};

use super::amount::{Decimal, Money};

/// A member that may be null and must be there, which `Option` alone does not ask for.
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}

/// One fault of a refusal, a batch or a partial order.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Fault {
    pub(crate) pointer: String,
    pub(crate) code: String,
    pub(crate) detail: String,
}

/// A refusal that names fields.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Problem {
    pub(crate) errors: Vec<Fault>,
}

/// An order.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Order {
    pub(crate) number: String,
    pub(crate) status: String,
    pub(crate) account: String,
    pub(crate) version: i64,
    pub(crate) payment: Payment,
    pub(crate) totals: OrderTotals,
    pub(crate) holds: Vec<Hold>,
    pub(crate) lines: Vec<OrderLine>,
    pub(crate) rejected: Vec<Fault>,
}

impl Order {
    /// Kinds of the holds that are active.
    pub(crate) fn held_for(&self) -> Vec<&str> {
        self.holds.iter().filter(|hold| hold.released_at.is_none()).map(|hold| hold.kind.as_str()).collect()
    }
}

/// How an order is paid.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Payment {
    pub(crate) method: String,
    pub(crate) terms: String,
}

/// The sums of an order.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct OrderTotals {
    pub(crate) goods: Money,
    pub(crate) total: Money,
    pub(crate) open: Money,
    pub(crate) invoiced: Money,
}

/// Why an order is or was held.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Hold {
    pub(crate) kind: String,
    pub(crate) reason: String,
    #[serde(deserialize_with = "nullable")]
    pub(crate) released_at: Option<String>,
}

/// A line of an order.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct OrderLine {
    pub(crate) line: i64,
    pub(crate) sku: String,
    pub(crate) quantities: Quantities,
    pub(crate) unit_price: Decimal,
    pub(crate) line_amount: Decimal,
    pub(crate) allocations: Vec<Allocation>,
}

/// How far a line is.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Quantities {
    pub(crate) ordered: Decimal,
    pub(crate) cancelled: Decimal,
    pub(crate) allocated: Decimal,
    pub(crate) backordered: Decimal,
    pub(crate) picked: Decimal,
    pub(crate) shipped: Decimal,
    pub(crate) delivered: Decimal,
    pub(crate) invoiced: Decimal,
}

/// What a warehouse gives of a line.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Allocation {
    pub(crate) warehouse: String,
    pub(crate) quantity: Decimal,
    pub(crate) shipped: Decimal,
}

/// A cart.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Cart {
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) lines: Vec<CartLine>,
}

/// A line of a cart.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct CartLine {
    pub(crate) sku: String,
    pub(crate) quantity: Decimal,
}

/// Prices asked for.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PriceQuote {
    pub(crate) lines: Vec<QuotedLine>,
}

/// The price of a line asked for; absent when it has none.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct QuotedLine {
    pub(crate) sku: String,
    pub(crate) unit_price: Option<Decimal>,
    pub(crate) line_amount: Option<Decimal>,
}

/// A shipment.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Shipment {
    pub(crate) number: String,
    pub(crate) order: String,
    pub(crate) account: String,
    pub(crate) warehouse: String,
    pub(crate) stage: String,
    pub(crate) carrier: String,
    pub(crate) service: String,
    pub(crate) version: i64,
    #[serde(deserialize_with = "nullable")]
    pub(crate) picked_at: Option<String>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) packed_at: Option<String>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) shipped_at: Option<String>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) delivered_at: Option<String>,
    pub(crate) lines: Vec<LineQuantity>,
    pub(crate) parcels: Vec<Parcel>,
    pub(crate) tracking: Vec<Tracking>,
}

/// A quantity of a line of an order.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct LineQuantity {
    pub(crate) line: i64,
    pub(crate) quantity: Decimal,
}

/// A parcel of a shipment.
#[derive(Clone, Debug, Deserialize)]
#[expect(clippy::struct_field_names, reason = "named as in the answer")]
pub(crate) struct Parcel {
    pub(crate) parcel: i64,
    pub(crate) tracking_number: String,
    #[serde(deserialize_with = "nullable")]
    pub(crate) weight_grams: Option<i64>,
    pub(crate) lines: Vec<LineQuantity>,
}

/// What a carrier reported.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Tracking {
    #[serde(deserialize_with = "nullable")]
    pub(crate) parcel: Option<i64>,
    pub(crate) code: String,
    pub(crate) occurred_at: String,
}

/// What a warehouse has to pick of an order.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PickList {
    pub(crate) order: String,
    pub(crate) account: String,
    pub(crate) lines: Vec<LineQuantity>,
}

/// An invoice.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Invoice {
    pub(crate) number: String,
    pub(crate) account: String,
    pub(crate) order: String,
    pub(crate) shipment: String,
    pub(crate) purchase_order_number: String,
    pub(crate) status: String,
    pub(crate) totals: InvoiceTotals,
    pub(crate) paid: Money,
    pub(crate) discounted: Money,
    pub(crate) open: Money,
    pub(crate) terms: String,
    pub(crate) issued_at: String,
    pub(crate) due_at: String,
    #[serde(deserialize_with = "nullable")]
    pub(crate) early_payment: Option<EarlyPayment>,
    pub(crate) lines: Vec<InvoiceLine>,
    pub(crate) payments: Vec<SettledBy>,
}

/// What an invoice comes to.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct InvoiceTotals {
    pub(crate) goods: Money,
    pub(crate) total: Money,
}

/// What paying early takes off.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct EarlyPayment {
    pub(crate) until: String,
    pub(crate) discount: Money,
    pub(crate) amount: Money,
}

/// A line of an invoice.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct InvoiceLine {
    pub(crate) order_line: i64,
    pub(crate) sku: String,
    pub(crate) quantity: Decimal,
    pub(crate) unit_price: Decimal,
    pub(crate) line_amount: Decimal,
}

/// A payment as its invoice shows it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct SettledBy {
    pub(crate) payment: String,
    pub(crate) amount: Money,
    pub(crate) discount: Money,
}

/// A payment that arrived.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Remittance {
    pub(crate) id: String,
    pub(crate) account: String,
    #[serde(deserialize_with = "nullable")]
    pub(crate) order: Option<String>,
    pub(crate) amount: Money,
    pub(crate) unallocated: Money,
    pub(crate) method: String,
    pub(crate) reference: String,
    pub(crate) allocations: Vec<Settles>,
}

/// An invoice as its payment shows it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Settles {
    pub(crate) invoice: String,
    pub(crate) amount: Money,
    pub(crate) discount: Money,
}

/// What an account owes.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Statement {
    pub(crate) account: String,
    pub(crate) balances: Vec<Balance>,
    pub(crate) invoices: Vec<OpenInvoice>,
    pub(crate) unallocated_payments: Vec<Remittance>,
    pub(crate) complete: bool,
}

/// What an account owes in one currency.
#[derive(Clone, Debug, Deserialize)]
#[expect(clippy::struct_field_names, reason = "named as in the answer")]
pub(crate) struct Balance {
    pub(crate) currency: String,
    pub(crate) open: Decimal,
    pub(crate) aging: Aging,
    pub(crate) unallocated: Decimal,
    pub(crate) balance: Decimal,
}

/// Open amounts by how late they are.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Aging {
    pub(crate) current: Decimal,
    pub(crate) days_1_30: Decimal,
    pub(crate) days_31_60: Decimal,
    pub(crate) days_61_90: Decimal,
    pub(crate) days_over_90: Decimal,
}

/// An open invoice of a statement.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct OpenInvoice {
    pub(crate) number: String,
    pub(crate) open: Money,
    pub(crate) days_late: i64,
}

/// The credit position of an account.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Credit {
    pub(crate) receivable: Money,
    pub(crate) committed: Money,
    pub(crate) exposure: Money,
    #[serde(deserialize_with = "nullable")]
    pub(crate) available: Option<Money>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) oldest_due_at: Option<String>,
}

/// What became of a batch about stock.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct StockBatch {
    pub(crate) accepted: Vec<StockLine>,
    pub(crate) rejected: Vec<Fault>,
}

/// A line of a batch that was done; levels only where stock was moved.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct StockLine {
    pub(crate) index: usize,
    pub(crate) sku: String,
    pub(crate) on_hand: Option<Decimal>,
    pub(crate) reserved: Option<Decimal>,
}

/// An import.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Import {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) status: String,
    pub(crate) dry_run: bool,
    pub(crate) read: i64,
    pub(crate) accepted: i64,
    pub(crate) rejected: i64,
    pub(crate) skipped: i64,
    /// Absent while nothing failed.
    pub(crate) error: Option<String>,
}

/// An event.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Event {
    pub(crate) seq: i64,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) subject: String,
}
