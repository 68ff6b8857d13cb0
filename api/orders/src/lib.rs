//! Order management: placing, holding, releasing, changing, cancelling and allocating orders.
//!
//! The state of an order is in the quantities of its lines. Each line has, in its sales unit, the quantities ordered, cancelled,
//! allocated, picked, shipped, delivered, invoiced and returned. The backordered quantity and every status are derived from them
//! ([`status`]) and are not stored.
//!
//! Promises:
//! - An order is placed with its reservations, its credit commitment and its event, or not at all. The caller has locked
//!   the stock before and passes the stock plan ([`NewOrder`]), so placing does not fail for lack of stock.
//! - An order above the credit limit, or of an account that is overdue beyond its grace period, is held. A held order is not shipped. It
//!   keeps its stock for a while ([`run_held_stock`]); then its lines become backorders, which take their turn when it is released. Holds
//!   for credit or payment are released by who keeps credit.
//! - What a change or a cancellation leaves of a line is nothing, or a quantity that could be ordered.
//! - The open amount of an order is the sum over lines of unit price × (ordered − cancelled), each rounded once. Parts that are
//!   invoiced one after another add up to exactly that ([`amounts`]).
//! - Cancelling before shipment releases stock and credit. Released and received stock goes to the oldest backordered lines.
//! - Locks are taken in this order: orders by id, stock levels by product and warehouse, the credit position. So two commands
//!   never deadlock.
//! - An order stores the inputs it was priced with ([`pricing_snapshot`]). For an order made from a quote, these are the quote's
//!   prices.
//!
//! Tables: `orders`, `order_lines`, `order_allocations`, `order_holds`, `order_pricings`, `order_cancellations`, `order_imports`,
//! `credit_positions`.
//! Reads: `stock_levels` (to recount what is reserved).
//! Events: `order.placed`, `order.held`, `order.released`, `order.changed`, `order.cancelled`, `order.allocated`,
//! `order.closed`; `orders.waiting` when more lines are backordered than one round allocates.
//!
//! Not here: where an order comes from and whether its prices are right (`checkout`, quotes, imports), shipments
//! (`fulfilment`), invoices and payments (`billing`).

mod allocate;
pub mod amounts;
mod cancel;
mod change;
pub mod credit;
mod error;
mod held_stock;
mod holds;
mod import_past;
mod line_row;
mod order;
mod place;
pub mod pricing_snapshot;
pub mod progress;
mod queries;
mod reconcile;
mod release_reserved;
mod remaining_quantity;
mod routes;
mod status;
mod views;

pub use allocate::{BackorderAllocation, in_stock_unit};
pub use error::OrderError;
pub use held_stock::run_held_stock;
pub use holds::{active_holds, release as release_hold};
pub use import_past::{ImportResult, PastLine, PastOrder, import_past};
pub use order::AgreedPrice;
pub use order::LoadedOrder;
pub use order::NewLine;
pub use order::NewOrder;
pub use order::NewOrderHeader;
pub use place::place;
pub use queries::{allocations_of, find_order, find_order_id, lines_of, lock_order, lock_orders_by_id, numbers_of};
pub use reconcile::reconcile;
pub use routes::OrderRoutes;
pub use views::{AddressInput, DestinationView, OrderView};
