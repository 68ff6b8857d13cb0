//! Events of orders, which `orders` records. They are a separate crate because slices that `orders` depends on handle them too:
//! `suggestions` and `merchandising` learn from orders.
//!
//! Not here: the order itself (`orders`).

use entity::{AccountId, HoldKind, OrderId, ProductId, orders};
use serde::{Deserialize, Serialize};
use store::{DomainEvent, EventDetails, NoPublicForm};

use kernel::wire::{Money, QuantityText};

/// An order was placed. Suggestions learn from it, and merchandising counts it as a conversion of a search.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderPlaced {
    /// Row id of the order.
    pub order_id: OrderId,
    /// Number of the order.
    pub number: String,
    /// Account that ordered.
    pub account_id: AccountId,
    /// Number of the customer's purchase order.
    pub purchase_order_number: String,
    /// Total amount.
    pub total: Money,
    /// Number of lines.
    pub lines: usize,
}

/// Public form of [`OrderPlaced`].
#[derive(Clone, Debug, Serialize)]
pub struct PublicPlacedOrder<'a> {
    number: &'a str,
    purchase_order_number: &'a str,
    total: &'a Money,
    lines: usize,
}

impl DomainEvent for OrderPlaced {
    const KIND: &'static str = "order.placed";
    type Public<'a> = PublicPlacedOrder<'a>;

    fn subject(&self) -> String {
        subject(&self.number)
    }

    fn account(&self) -> Option<AccountId> {
        Some(self.account_id)
    }

    fn public(&self) -> Option<PublicPlacedOrder<'_>> {
        Some(PublicPlacedOrder {
            number: &self.number,
            purchase_order_number: &self.purchase_order_number,
            total: &self.total,
            lines: self.lines,
        })
    }
}

/// An order was cancelled in part or in full. Suggestions subtract the quantities, and billing checks whether prepayments now
/// cover the order or the order is complete.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderCancelled {
    /// Row id of the order.
    pub order_id: OrderId,
    /// Number of the order.
    pub number: String,
    /// Account that ordered.
    #[serde(default)]
    pub account_id: Option<AccountId>,
    /// Cancelled lines.
    pub lines: Vec<CancelledLine>,
    /// Reason.
    pub reason: String,
}

/// The cancelled quantity of a line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CancelledLine {
    /// Number of the line.
    pub line: i32,
    /// Quantity in the line's sales unit.
    pub quantity: QuantityText,
}

/// Public form of [`OrderCancelled`].
#[derive(Clone, Debug, Serialize)]
pub struct PublicCancelledOrder<'a> {
    number: &'a str,
    lines: &'a [CancelledLine],
    reason: &'a str,
}

impl DomainEvent for OrderCancelled {
    const KIND: &'static str = "order.cancelled";
    type Public<'a> = PublicCancelledOrder<'a>;

    fn subject(&self) -> String {
        subject(&self.number)
    }

    fn account(&self) -> Option<AccountId> {
        self.account_id
    }

    fn public(&self) -> Option<PublicCancelledOrder<'_>> {
        Some(PublicCancelledOrder { number: &self.number, lines: &self.lines, reason: &self.reason })
    }
}

/// Past orders were imported. Suggestions learn from them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrdersImported {
    /// Row ids of the orders.
    pub order_ids: Vec<OrderId>,
}

impl DomainEvent for OrdersImported {
    const KIND: &'static str = "order.imported";
    type Public<'a> = NoPublicForm;

    fn subject(&self) -> String {
        "orders".to_owned()
    }

    fn public(&self) -> Option<NoPublicForm> {
        None
    }
}

/// Destination, dates, texts or quantities of an order were changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderChanged {
    /// Row id of the order.
    pub order_id: OrderId,
    /// Number of the order.
    pub number: String,
    /// Account that ordered.
    #[serde(default)]
    pub account_id: Option<AccountId>,
    /// Version after the change.
    pub version: i64,
}

impl From<&orders::Model> for OrderChanged {
    fn from(order: &orders::Model) -> Self {
        let account_id = Some(order.account_id);
        Self { order_id: order.id, number: order.number.clone(), account_id, version: order.version }
    }
}

/// Public form of [`OrderChanged`].
#[derive(Clone, Debug, Serialize)]
pub struct PublicChangedOrder<'a> {
    number: &'a str,
    version: i64,
}

impl DomainEvent for OrderChanged {
    const KIND: &'static str = "order.changed";
    type Public<'a> = PublicChangedOrder<'a>;

    fn subject(&self) -> String {
        subject(&self.number)
    }

    fn account(&self) -> Option<AccountId> {
        self.account_id
    }

    fn public(&self) -> Option<PublicChangedOrder<'_>> {
        Some(PublicChangedOrder { number: &self.number, version: self.version })
    }
}

/// Stock was allocated to backordered lines of an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderAllocated {
    /// Row id of the order.
    pub order_id: OrderId,
    /// Number of the order.
    #[serde(default)]
    pub number: String,
    /// Account that ordered.
    #[serde(default)]
    pub account_id: Option<AccountId>,
    /// Numbers of the lines.
    pub lines: Vec<i32>,
}

/// Public form of [`OrderAllocated`].
#[derive(Clone, Debug, Serialize)]
pub struct PublicAllocatedOrder<'a> {
    number: &'a str,
    lines: &'a [i32],
}

impl DomainEvent for OrderAllocated {
    const KIND: &'static str = "order.allocated";
    type Public<'a> = PublicAllocatedOrder<'a>;

    fn subject(&self) -> String {
        subject(&self.number)
    }

    fn account(&self) -> Option<AccountId> {
        self.account_id
    }

    fn public(&self) -> Option<PublicAllocatedOrder<'_>> {
        Some(PublicAllocatedOrder { number: &self.number, lines: &self.lines })
    }
}

/// An order was closed: everything is shipped, invoiced and paid, or cancelled.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderClosed {
    /// Row id of the order.
    pub order_id: OrderId,
    /// Number of the order.
    pub number: String,
    /// Account that ordered.
    #[serde(default)]
    pub account_id: Option<AccountId>,
}

impl From<&orders::Model> for OrderClosed {
    fn from(order: &orders::Model) -> Self {
        Self { order_id: order.id, number: order.number.clone(), account_id: Some(order.account_id) }
    }
}

/// Public form of [`OrderClosed`].
#[derive(Clone, Debug, Serialize)]
pub struct PublicClosedOrder<'a> {
    number: &'a str,
}

impl DomainEvent for OrderClosed {
    const KIND: &'static str = "order.closed";
    type Public<'a> = PublicClosedOrder<'a>;

    fn subject(&self) -> String {
        subject(&self.number)
    }

    fn account(&self) -> Option<AccountId> {
        self.account_id
    }

    fn public(&self) -> Option<PublicClosedOrder<'_>> {
        Some(PublicClosedOrder { number: &self.number })
    }
}

/// A hold on an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderHold {
    /// Row id of the order.
    pub order_id: OrderId,
    /// Number of the order.
    #[serde(default)]
    pub number: String,
    /// Account that ordered.
    #[serde(default)]
    pub account_id: Option<AccountId>,
    /// Kind of hold; none for all holds.
    pub kind: Option<HoldKind>,
}

impl OrderHold {
    /// A hold on an order.
    pub fn new(order: &orders::Model, kind: Option<HoldKind>) -> Self {
        Self { order_id: order.id, number: order.number.clone(), account_id: Some(order.account_id), kind }
    }
}

/// Public form of [`OrderHold`].
#[derive(Clone, Debug, Serialize)]
pub struct PublicHold<'a> {
    number: &'a str,
    kind: Option<HoldKind>,
}

impl EventDetails for OrderHold {
    type Public<'a> = PublicHold<'a>;

    fn subject(&self) -> String {
        subject(&self.number)
    }

    fn account(&self) -> Option<AccountId> {
        self.account_id
    }

    fn public(&self) -> Option<PublicHold<'_>> {
        Some(PublicHold { number: &self.number, kind: self.kind })
    }
}

store::event_kinds! {
    OrderHold:
    /// An order was held; it is neither picked nor shipped.
    pub OrderHeld = "order.held",
    /// A hold was released.
    pub OrderReleased = "order.released",
}

/// More lines are backordered than one round allocated. `orders` begins the next round.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrdersWaiting {
    pub product_ids: Vec<ProductId>,
}

impl DomainEvent for OrdersWaiting {
    const KIND: &'static str = "orders.waiting";
    type Public<'a> = NoPublicForm;

    fn subject(&self) -> String {
        "orders".to_owned()
    }

    fn public(&self) -> Option<NoPublicForm> {
        None
    }
}

fn subject(number: &str) -> String {
    format!("order/{number}")
}
