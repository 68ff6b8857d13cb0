//! Fulfilment: pick lists, picking, packing, shipping, tracking.
//!
//! Promises:
//! - A shipment contains at most what an order has allocated at one warehouse and is not on another pick list. Goods that
//!   are on a pick list can no longer be cancelled.
//! - A held order is neither picked nor shipped.
//! - Shipped goods are deducted from the stock and from the order's reservations in the same transaction.
//! - The goods of a shipment that is cancelled before it is shipped stay reserved for the order.
//! - A tracking event is stored once, however often and in whatever order it is reported. When every parcel is delivered, the
//!   shipment is delivered.
//!
//! Locks: the order first, then stock. Every command on a shipment locks its order, so two commands on one order wait for each
//! other.
//!
//! Tables: `shipments`, `shipment_lines`, `parcels`, `tracking_events`.
//! Reads: `orders`, `order_lines`, `order_allocations`, `order_holds` (what may be picked, and to recount).
//! Events: `shipment.created`, `shipment.picked`, `shipment.packed`, `shipment.shipped`, `shipment.tracked`,
//! `shipment.delivered`, `shipment.cancelled`.
//!
//! Not here: which warehouse an order is allocated to (`orders` and `inventory` decide when it is placed), invoices (`billing`
//! handles `shipment.shipped`).

mod create;
mod error;
pub mod events;
mod parcels;
mod queries;
mod reconcile;
mod routes;
mod steps;
mod tracking;
mod views;

pub use error::FulfilmentError;
pub use queries::{numbers_of, shipped};
pub use reconcile::reconcile;
pub use routes::FulfilmentRoutes;
