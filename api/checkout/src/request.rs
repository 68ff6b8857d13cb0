//! The request to place an order, and the draft that is made from it.

use std::sync::Arc;

use entity::{Instant, PaymentMethod};
use pricing::Currency;

use super::expectation::{OnDrift, PriceExpectation};
use cart::{CheckedLine, RequestedLine};
use entity::Destination;
use identity::Account;
use inventory::SourcingPreference;
use kernel::problem::FieldError;

/// A request to place an order.
#[derive(Debug)]
pub(super) struct OrderRequest {
    pub(super) from: LineSource,
    /// The currency, if one is given.
    pub(super) currency: Option<Currency>,
    pub(super) ship_to: ShipTo,
    pub(super) terms: OrderTerms,
}

/// The source of the requested lines.
#[derive(Debug)]
pub(super) enum LineSource {
    /// Lines of the request, each with its options.
    Direct(Vec<(RequestedLine, LineOptions)>),
    /// The cart with this id.
    Cart(String),
    /// The quote with this number, and the version that was seen, if it is given.
    Quote(String, i64),
}

/// The destination of the goods.
#[derive(Debug)]
pub(super) enum ShipTo {
    DefaultSite,
    /// The account's site with this code.
    Site(String),
    Address(Destination),
}

/// The terms of an order besides its lines.
#[derive(Debug)]
pub(super) struct OrderTerms {
    pub(super) purchase_order_number: String,
    /// Payment method, if one is given.
    pub(super) payment_method: Option<PaymentMethod>,
    pub(super) coupons: Vec<String>,
    pub(super) note: String,
    pub(super) external_reference: Option<String>,
    pub(super) requested_at: Option<Instant>,
    /// What to do when the price of a cart line changed since it was last seen.
    pub(super) on_cart_drift: OnDrift,
    /// Whether lines that cannot be ordered are left out; otherwise they reject the order.
    pub(super) partial: bool,
}

/// Options of a line.
#[derive(Clone, Debug, Default)]
pub(super) struct LineOptions {
    pub(super) expectation: Option<PriceExpectation>,
    /// The customer's reference of the line.
    pub(super) reference: String,
}

/// An order, prepared as far as possible before its transaction begins.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) buyer: Buyer,
    pub(super) currency: Option<Currency>,
    pub(super) from: PreparedLines,
}

/// The ordering account, the destination and the terms.
#[derive(Debug)]
pub(super) struct Buyer {
    pub(super) account: Arc<Account>,
    pub(super) ship_to: Destination,
    pub(super) terms: OrderTerms,
}

impl Buyer {
    /// The preferred warehouses: those in the destination country.
    pub(super) fn sourcing(&self) -> SourcingPreference {
        SourcingPreference { warehouse: None, country: Some(self.ship_to.country.clone()) }
    }
}

/// The lines of a prepared order, or the cart or quote they come from.
#[derive(Debug)]
pub(super) enum PreparedLines {
    Lines(DraftLines),
    Cart(String),
    Quote(String, i64),
}

/// Lines that may be ordered, and the errors of the others.
#[derive(Debug, Default)]
pub(super) struct DraftLines {
    pub(super) lines: Vec<DraftLine>,
    pub(super) problems: Vec<FieldError>,
}

/// A line that may be ordered.
#[derive(Clone, Debug)]
pub(super) struct DraftLine {
    pub(super) line: CheckedLine,
    pub(super) origin: LineOrigin,
    pub(super) options: LineOptions,
}

/// The source of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineOrigin {
    Request,
    Cart,
    Quote,
}
