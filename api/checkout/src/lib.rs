//! The conductor: from a cart, a list of lines or a quote to an order.
//!
//! What happens, in this order: products and quantities are checked; the cart or quote and the price version are locked, so that
//! no price can change between now and the commit; the stock of all lines is locked, and lines that lack it drop out; the rest is
//! priced as one basket, and prices the caller expected are compared, until every line stands; then the order is placed with its
//! stock and its credit. All of it is one transaction. Lines that are refused on the way count towards no volume break.
//!
//! Promises:
//! - An order never silently costs more than its caller expects: a line with `expected_unit_price` is refused, reported or
//!   accepted when today's price differs by more than its `tolerance`, as the caller chose. A line of a cart expects the price
//!   it was seen at.
//! - A quote is ordered at exactly the prices it offers, whatever was published since, or not at all; never twice.
//! - A dry run gives the same answer as the real call and writes nothing.
//! - With `partial: accept` good lines are ordered and bad ones reported; with `reject` one bad line refuses the order.
//! - An order priced again with what it was priced with costs the same to the cent ([`price_audit`]).
//! - The same Idempotency-Key never makes a second order.
//!
//! Tables: none of its own. Reads: `sites`. Events: those of `orders`.
//!
//! Not here: what an order is (`orders`), how a price is found (`contracts`), how an offer comes about (`quotes`).

mod context;
mod error;
mod expectation;
mod order;
mod price_audit;
mod price_audit_routes;
mod price_policy;
mod queries;
mod quote_prices;
mod request;
mod routes;
mod settle;
mod views;

pub use context::Checkout;
pub use error::CheckoutError;
pub use price_audit_routes::PriceAuditRoutes;
pub use routes::CheckoutRoutes;
