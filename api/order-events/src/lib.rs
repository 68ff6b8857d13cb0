//! Events of orders. `orders` records them. They are a crate of their own because slices before `orders` follow them as well:
//! `suggestions` and `merchandising` learn from what is ordered.
//!
//! Not here: what an order is (`orders`).

use entity::{AccountId, HoldKind, OrderId, ProductId, orders};
use serde::{Deserialize, Serialize};
use store::{DomainEvent, EventDetails, NoPublicForm};

use kernel::wire::{Money, QuantityText};

/// An order was placed. Read by suggestions, which learn from it, and by merchandising, which counts what followed a search.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderPlaced {
    /// Its row.
    pub order_id: OrderId,
    /// Its number.
    pub number: String,
    /// Whose it is.
    pub account_id: AccountId,
    /// The number the account gave it.
    pub purchase_order_number: String,
    /// What it costs.
    pub total: Money,
    /// How many lines it has.
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

/// Parts of an order were cancelled, or all of it. Read by suggestions, which forget them, and by billing, since less may have to
/// be paid before the order ships, or nothing may be left to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderCancelled {
    /// Its row.
    pub order_id: OrderId,
    /// Its number.
    pub number: String,
    /// Whose it is.
    #[serde(default)]
    pub account_id: Option<AccountId>,
    /// The parts.
    pub lines: Vec<CancelledLine>,
    /// Why.
    pub reason: String,
}

/// What was cancelled of a line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CancelledLine {
    /// The number of the line.
    pub line: i32,
    /// In its sales unit.
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

/// Orders of the past were imported. Read by suggestions, which learn from them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrdersImported {
    /// Their rows.
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

/// An order was given another delivery address, date or less of something.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderChanged {
    /// Its row.
    pub order_id: OrderId,
    /// Its number.
    pub number: String,
    /// Whose it is.
    #[serde(default)]
    pub account_id: Option<AccountId>,
    /// Its version after the change.
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

/// Lines of an order that waited for stock were given some.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderAllocated {
    /// Its row.
    pub order_id: OrderId,
    /// Its number.
    #[serde(default)]
    pub number: String,
    /// Whose it is.
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

/// Everything of an order is shipped, invoiced and paid, or cancelled.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderClosed {
    /// Its row.
    pub order_id: OrderId,
    /// Its number.
    pub number: String,
    /// Whose it is.
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
    /// The row of the order.
    pub order_id: OrderId,
    /// Its number.
    #[serde(default)]
    pub number: String,
    /// Whose it is.
    #[serde(default)]
    pub account_id: Option<AccountId>,
    /// Why it is held; none stands for all holds.
    pub kind: Option<HoldKind>,
}

impl OrderHold {
    /// A hold of some kind on an order.
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
    /// An order is held: nothing of it is picked or shipped.
    pub OrderHeld = "order.held",
    /// A hold was released.
    pub OrderReleased = "order.released",
}

/// More lines wait for products than one round served. Read by `orders`, which begins the next round.
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
