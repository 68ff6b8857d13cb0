//! Checkout: turns a cart, a list of lines or a quote into an order.
//!
//! The steps: products and quantities are checked; the cart or quote and the price version are locked, so that
//! no price can change before the commit; the stock of all lines is locked, and lines without stock are left out; the rest is
//! priced as one basket and compared with the expected prices, until every line is accepted; then the order is placed with its
//! stock and its credit. All steps are one transaction. Rejected lines count towards no volume break.
//!
//! Promises:
//! - An order never costs more than its caller expects without notice: a line with `expected_unit_price` is rejected, reported or
//!   accepted when today's price differs by more than its `tolerance`, as the caller chose. The expected price of a cart line is
//!   the price that was last seen.
//! - A quote is ordered at exactly the prices it offers, whatever prices were published since, and at most once.
//! - A dry run has the same response as the real call and writes nothing.
//! - With `partial: accept` valid lines are ordered and invalid ones reported; with `reject` one invalid line rejects the order.
//! - An order that is priced again with its original inputs costs exactly the same ([`price_audit`]).
//! - The same Idempotency-Key never creates a second order.
//!
//! Tables: none of its own. Reads: `sites`. Events: those of `orders`.
//!
//! Not here: the order itself (`orders`), how a price is found (`prices`), how an offer is made (`quotes`).

mod accept_lines;
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
mod views;

pub use context::Checkout;
pub use error::CheckoutError;
pub use price_audit_routes::PriceAuditRoutes;
pub use routes::CheckoutRoutes;
