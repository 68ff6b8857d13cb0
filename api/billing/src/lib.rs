//! Billing: an invoice per shipment, payments and what they settle.
//!
//! Promises:
//! - A shipment that left is invoiced exactly once, within a second, on a number without gaps. The parts of an order line that are
//!   invoiced one after another add up to the line to the cent.
//! - An invoice is never paid by more than is open of it, a payment never settles more than was paid. A remittance is recorded
//!   whole or not at all.
//! - Paying within the window of the terms takes the discount off; what is paid on top stays on the payment until it is
//!   allocated.
//! - What the account owes (`orders::credit`) moves in the same transaction.
//! - A prepaid order is released when the payments that name it cover it, and its invoices are settled from them.
//! - An order is closed when everything of it is shipped, invoiced and paid.
//!
//! Locks: orders by id, payments by id, invoices by id, the credit position.
//!
//! Tables: `invoices`, `invoice_lines`, `payments`, `payment_allocations`.
//! Reads: `orders`, `order_lines` (to recount what is not invoiced yet).
//! Events: `invoice.issued`, `invoice.paid`, `payment.recorded`, `payment.allocated`.
//!
//! Not here: the credit limit and who is held (`orders`), reminders, tax.

mod account_statement;
mod allocation;
mod error;
mod events;
mod invoicing;
mod payments;
mod prepayment;
mod queries;
mod receivables;
mod recount;
mod routes;
mod settlement;
mod views;

pub use error::BillingError;
pub use invoicing::Invoicing;
pub use receivables::recount_credit;
pub use recount::recount;
pub use routes::BillingRoutes;
