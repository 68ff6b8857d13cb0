//! Fulfilment: pick lists, picking, packing, shipping, tracking.
//!
//! Promises:
//! - A shipment takes from what an order has allocated at one warehouse and is not yet on another pick list; never more. What
//!   is on a pick list can no longer be cancelled.
//! - A held order is neither picked nor shipped.
//! - Goods that leave are taken off the stock and off the order's reservations in the transaction that says so.
//! - A shipment that is cancelled before it leaves gives its goods back to the order, which keeps them reserved.
//! - A report of a carrier is stored once, however often and in whatever order reports come. When every parcel has arrived, the
//!   shipment has.
//!
//! Locks: the order first, then stock. Every command on a shipment locks its order, so two commands on one order wait for each
//! other.
//!
//! Tables: `shipments`, `shipment_lines`, `parcels`, `tracking_events`.
//! Reads: `orders`, `order_lines`, `order_allocations`, `order_holds` (what may be picked, and to recount).
//! Events: `shipment.created`, `shipment.picked`, `shipment.packed`, `shipment.shipped`, `shipment.tracked`,
//! `shipment.delivered`, `shipment.cancelled`.
//!
//! Not here: which warehouse gives what (`orders` and `inventory` decide when the order is placed), invoices (`billing` listens).

mod create;
mod error;
pub mod events;
mod parcels;
mod queries;
mod recount;
mod routes;
mod steps;
mod tracking;
mod views;

pub use error::FulfilmentError;
pub use queries::{numbers_of, shipped};
pub use recount::recount;
pub use routes::FulfilmentRoutes;
