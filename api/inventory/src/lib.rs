//! Warehouses, the stock ledger, reservations, inbound supply, promises.
//!
//! Promises:
//! - Every change of the quantity on hand or reserved is a row of the ledger, reservations included; [`verify`] finds any level
//!   that is not the sum of its ledger rows. Only [`LockedLevels`] writes levels.
//! - `0 <= reserved <= on_hand`, always. Safety stock is never reserved: the available quantity is
//!   `on_hand - reserved - safety`.
//! - Levels are locked by product and warehouse in rising order before they are read, so that concurrent commands wait for
//!   each other and neither oversell nor deadlock. A transaction should lock all levels it needs with one command.
//! - A command runs the same number of statements for one line and for ten thousand.
//! - A promised date comes from stock, from inbound supply that no backorder needs, or from the lead time, and is a shipping
//!   day of the warehouse: the instant of its cut-off.
//!
//! Buyers see the available quantity, the inbound quantity and the promised date; only the seller's staff see the quantities on
//! hand and reserved.
//!
//! Tables: `warehouses`, `stock_levels`, `stock_movements`, `inbound_supplies`.
//! Reads: `products`, `sites`, and of `order_lines` the backordered quantities.
//! Events: `stock.changed` (new levels, or the products to read again), `stock.received` (products with more on hand),
//! `stock.freed` (products whose reservation or safety stock was released), `warehouse.changed`, `inbound.changed`.
//!
//! Not here: which order a reservation belongs to. `orders` keeps the allocations; the ledger has the order number as reference.

mod availability;
mod availability_views;
mod batch;
mod batch_requests;
mod calendar;
mod error;
pub mod events;
mod inbound;
mod ledger;
mod locked_levels;
mod movements;
mod promise;
mod reservations;
mod reserve;
mod routes;
mod stock_levels;
#[cfg(test)]
mod tests;
mod views;
mod warehouses;

pub use calendar::Calendar;
pub use error::StockError;
pub use inbound::{NewInboundSupply, put_inbound_supplies};
pub use ledger::verify;
pub use locked_levels::LockedLevels;
pub use movements::{Reason, StockMovement, move_stock, set_levels};
pub use promise::{PromiseRequest, promise_reserved};
pub use reservations::{Reservation, issue, release};
pub use reserve::{Allocation, Demand, SourcingPreference, StockPlan, reserve};
pub use routes::InventoryRoutes;
pub use stock_levels::StockLevels;
pub use warehouses::{NewWarehouse, put_warehouse};
