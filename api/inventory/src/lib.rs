//! Warehouses, the stock ledger, reservations, inbound supply, promises.
//!
//! Promises:
//! - Every change of what is on hand or reserved is a row of the ledger, reservations included; [`verify`] finds any level
//!   that is not the sum of its ledger. Nothing but the sheet in `sheet.rs` writes levels.
//! - `0 <= reserved <= on_hand`, always. Safety stock is never reserved, and what is available is
//!   `on_hand - reserved - safety`.
//! - Levels are locked by product and warehouse in rising order before they are read, so that concurrent commands wait for
//!   each other and neither oversell nor deadlock. One transaction should lock all it needs with one command.
//! - A command runs the same few statements for one line and for ten thousand.
//! - A promised date comes from stock, from inbound supply that no waiting order needs, or from the lead time, and is a
//!   shipping day of the warehouse: the instant of its cut-off.
//!
//! Buyers see what is available, what is coming and the promise; exact levels on hand and reserved are the seller's.
//!
//! Tables: `warehouses`, `stock_levels`, `stock_movements`, `inbound_supplies`.
//! Reads: `products`, `sites`, and of `order_lines` how much still waits for stock.
//! Events: `stock.changed` (new levels, or the products to read again), `stock.received` (products of which more is on hand),
//! `stock.freed` (products of which a reservation or safety stock was given back), `warehouse.changed`, `inbound.changed`.
//!
//! Not here: which order a reservation is for (`orders` keeps allocations; the ledger carries its number as reference).

mod availability;
mod availability_views;
mod batch;
mod board;
mod calendar;
mod error;
pub mod events;
mod held;
mod inbound;
mod intake;
mod ledger;
mod moves;
mod promise;
mod reserve;
mod routes;
mod sheet;
#[cfg(test)]
mod tests;
mod views;
mod warehouses;

pub use board::Board;
pub use calendar::Calendar;
pub use error::StockError;
pub use held::{Reservation, issue, release};
pub use inbound::{NewInbound, put_inbound};
pub use ledger::verify;
pub use moves::{Move, Reason, move_stock, set_levels};
pub use promise::{Ask, promise_reserved};
pub use reserve::{Allocation, Demand, SourcingPreference, StockPlan, reserve};
pub use routes::InventoryRoutes;
pub use sheet::LockedLevels;
pub use warehouses::{NewWarehouse, put_warehouse};
