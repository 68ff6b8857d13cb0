//! Baskets of any size: one line or ten thousand, typed or uploaded.
//!
//! Promises:
//! - Adding lines is one act whatever their number: all identifiers resolved in one query, all lines written in a constant
//!   number of statements (save for batches), good lines accepted and bad ones reported with a pointer and candidates.
//! - Adding a line costs the same in a cart of ten and in a cart of a thousand lines: the lines of a cart are kept in memory
//!   per version, and totals are priced from there.
//! - Two people adding to one cart never collide: line numbers are drawn from the cart's row.
//! - A cart shows today's prices; what an order costs is settled when it is placed. Each line remembers the prices it was seen
//!   at, so what changed since, and why, can be told ([`drift`]).
//! - A product that is hidden from the account after it was put into a cart has no title and no price in what the account's
//!   people are shown of the cart, and counts towards no total and no volume break.
//!
//! Tables: `carts`, `cart_lines`. Events: `cart.created`, `cart.changed`, `cart.deleted`.
//!
//! Not here: stock (a cart reserves nothing), prices that are negotiated (`quotes`), ordering (`checkout`).

mod add_lines;
mod cart_cache;
mod cart_rows;
mod change_cart;
mod check_lines;
mod currency;
pub mod drift;
mod error;
mod events;
mod lines;
mod lines_body;
mod priced_cart;
mod queries;
mod recheck;
mod routes;
mod show;
mod views;

pub use cart_cache::CartCache;
pub use cart_rows::mark_ordered;
pub use check_lines::{AskedLine, CheckedLine, LineProblem, MAX_LINES, check_lines};
pub use currency::{currency, same_currency};
pub use error::CartError;
pub use lines::CartLine;
pub use queries::lock_open;
pub use recheck::check_again;
pub use routes::CartRoutes;
pub use views::Partial;
