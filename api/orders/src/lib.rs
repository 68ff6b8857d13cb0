//! Order management: place, hold, release, change, cancel, allocate.
//!
//! An order is its lines' quantities. Each line keeps, in its sales unit, what was ordered, cancelled, allocated, picked,
//! shipped, delivered, invoiced and returned; what is backordered and every status shown follow from these
//! ([`status`]) and are never stored beside them.
//!
//! Promises:
//! - An order is placed with its reservations, its credit commitment and its event, or not at all. Whoever places one has locked
//!   the stock before and says what each line gets ([`NewOrder`]), so placing does not fail for lack of stock.
//! - An order above the credit limit, or of an account overdue beyond its grace, is held, not lost. A held order keeps its
//!   stock and cannot be shipped.
//! - The open amount of an order is the sum over lines of unit price × (ordered − cancelled), each rounded once. Parts
//!   invoiced one after another add up to exactly that ([`amounts`]).
//! - Cancelling before shipment gives back stock and credit; what was freed or received goes to the oldest waiting lines.
//! - Locks are taken in the order: order rows by id, stock levels by product and warehouse, credit position. So no two commands
//!   deadlock, whatever their order.
//! - An order keeps all it was priced with ([`pricing_snapshot`]). Of an order made of a quote the quote is what it was priced
//!   with.
//!
//! Tables: `orders`, `order_lines`, `order_allocations`, `order_holds`, `order_pricings`, `order_cancellations`, `order_imports`,
//! `credit_positions`.
//! Reads: `stock_levels` (to recount what is reserved).
//! Events: `order.placed`, `order.held`, `order.released`, `order.changed`, `order.cancelled`, `order.allocated`,
//! `order.closed`; `orders.waiting` when more lines wait than one round serves.
//!
//! Not here: how an order came about and whether its prices are right (`checkout`, quotes, imports), what leaves the
//! warehouse (`fulfilment`), money (`billing`).

mod allocate;
pub mod amounts;
mod cancel;
mod change;
pub mod credit;
mod error;
mod holds;
mod import_past;
mod order;
mod place;
pub mod pricing_snapshot;
pub mod progress;
mod queries;
mod recount;
mod routes;
mod status;
mod views;

pub use allocate::{WaitingOrders, in_stock_unit};
pub use error::OrderError;
pub use holds::{active_holds, release as release_hold};
pub use import_past::{Imported, PastLine, PastOrder, import_past};
pub use order::AgreedPrice;
pub use order::NewLine;
pub use order::NewOrder;
pub use order::NewOrderHeader;
pub use order::Placed;
pub use place::place;
pub use queries::{allocations_of, find_order, lines_of, lock_order, lock_orders_by_id, numbers_of};
pub use recount::recount;
pub use routes::OrderRoutes;
pub use views::{AddressInput, DestinationView, OrderView};
