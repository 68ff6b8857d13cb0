//! Billing: invoices, payments and their allocation.
//!
//! Promises:
//! - A shipment is invoiced exactly once, within a second, with a number without gaps. The parts of an order line that are
//!   invoiced one after another add up exactly to the line.
//! - The allocations of an invoice never exceed its total, those of a payment never exceed its amount. A remittance is recorded
//!   whole or not at all.
//! - A payment within the discount period of the terms takes the discount. An overpaid amount stays on the payment until it is
//!   allocated.
//! - The credit position of the account (`orders::credit`) changes in the same transaction.
//! - A prepaid order is released when the payments for it cover it, and its invoices are settled from them.
//! - An order is closed when everything is shipped, invoiced and paid.
//!
//! Locks: orders by id, payments by id, invoices by id, the credit position.
//!
//! Tables: `invoices`, `invoice_lines`, `payments`, `payment_allocations`.
//! Reads: `orders`, `order_lines` (to recount what is not invoiced yet).
//! Events: `invoice.issued`, `invoice.paid`, `payment.recorded`, `payment.allocated`.
//!
//! Not here: credit limits and holds (`orders`), reminders, tax.

mod account_statement;
mod allocation;
mod error;
mod events;
mod invoicing;
mod payments;
mod prepayment;
mod queries;
mod receivables;
mod reconcile;
mod routes;
mod settlement;
mod views;

pub use error::BillingError;
pub use invoicing::Invoicing;
pub use receivables::reconcile_credit;
pub use reconcile::reconcile;
pub use routes::BillingRoutes;
