//! Carts with up to 20,000 lines, typed or uploaded.
//!
//! Promises:
//! - Lines are added in one transaction: all identifiers are resolved in one query, all lines are written in a constant
//!   number of statements (except for batches), valid lines are accepted and invalid ones reported with a pointer and candidates.
//! - Adding a line costs the same in a cart of ten and in a cart of a thousand lines: the lines of a cart are cached in memory
//!   per version, and totals are priced from there.
//! - Two users who add lines to one cart at the same time both succeed: line numbers are reserved in the cart's row.
//! - A cart shows today's prices; the prices of an order are fixed when it is placed. Each line stores when its price was last
//!   seen, so that changes since then can be explained ([`drift`]).
//! - A product that is hidden from the account after it was put into a cart is shown to the account's users without title and
//!   price, and counts towards no total and no volume break.
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
pub use check_lines::{CheckedLine, LineProblem, MAX_LINES, RequestedLine, check_lines};
pub use currency::{currency, same_currency};
pub use error::CartError;
pub use lines::CartLine;
pub use queries::lock_open;
pub use recheck::recheck_lines;
pub use routes::CartRoutes;
pub use views::Partial;
