//! What is asked for when an order is placed, read and checked as far as no database is needed.

use std::sync::Arc;

use entity::{Instant, PaymentMethod};
use pricing::Currency;

use super::expectation::{OnDrift, PriceExpectation};
use cart::{AskedLine, CheckedLine};
use entity::Destination;
use identity::Account;
use inventory::SourcingPreference;
use kernel::problem::FieldError;

/// An order that is asked for.
#[derive(Debug)]
pub(super) struct OrderRequest {
    pub(super) from: RequestedLines,
    /// The currency that is named, if one is.
    pub(super) currency: Option<Currency>,
    pub(super) ship_to: ShipTo,
    pub(super) terms: OrderTerms,
}

/// Where the lines come from.
#[derive(Debug)]
pub(super) enum RequestedLines {
    /// Lines of the request, each with its options.
    Direct(Vec<(AskedLine, LineOptions)>),
    /// A cart of this id.
    Cart(String),
    /// A quote of this number, in the version that was seen, if that is said.
    Quote(String, Option<i64>),
}

/// Where the goods go.
#[derive(Debug)]
pub(super) enum ShipTo {
    DefaultSite,
    /// The account's site of this code.
    Site(String),
    Address(Destination),
}

/// What an order says besides its lines.
#[derive(Debug)]
pub(super) struct OrderTerms {
    pub(super) purchase_order_number: String,
    /// How it is to be paid, if that is said.
    pub(super) payment_method: Option<PaymentMethod>,
    pub(super) coupons: Vec<String>,
    pub(super) note: String,
    pub(super) external_reference: Option<String>,
    pub(super) requested_at: Option<Instant>,
    /// What happens when a line of the cart costs something else than when it was seen.
    pub(super) on_cart_drift: OnDrift,
    /// Whether lines that cannot be ordered are left out; else they refuse the order.
    pub(super) partial: bool,
}

/// What a line carries besides product and quantity.
#[derive(Clone, Debug, Default)]
pub(super) struct LineOptions {
    pub(super) expectation: Option<PriceExpectation>,
    /// The customer's reference of the line.
    pub(super) reference: String,
}

/// An order as far as it can be prepared before its transaction begins.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) buyer: Buyer,
    pub(super) currency: Option<Currency>,
    pub(super) from: Origin,
}

/// Who orders, where to and on which terms.
#[derive(Debug)]
pub(super) struct Buyer {
    pub(super) account: Arc<Account>,
    pub(super) ship_to: Destination,
    pub(super) terms: OrderTerms,
}

impl Buyer {
    /// Which warehouses an order comes from if possible: those of the country it goes to.
    pub(super) fn sourcing(&self) -> SourcingPreference {
        SourcingPreference { warehouse: None, country: Some(self.ship_to.country.clone()) }
    }
}

/// What an order is made of.
#[derive(Debug)]
pub(super) enum Origin {
    Lines(DraftLines),
    Cart(String),
    Quote(String, Option<i64>),
}

/// Lines that may be ordered, and the problems of those that cannot.
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

/// Where a line comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineOrigin {
    Request,
    Cart,
    Quote,
}
