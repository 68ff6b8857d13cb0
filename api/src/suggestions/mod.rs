//! What else a buyer may need: what a product requires, what goes with it, what replaces it, what others bought with it.
//!
//! Promises:
//! - A suggestion can be ordered, is not in the basket, and comes with a reason a person understands.
//! - Orders are learnt from as they are placed, each exactly once, at a cost that a long order does not blow up: pairs are
//!   counted among its first 60 products.
//! - A buyer is told what others bought together only when several orders show it, or when their own account bought it:
//!   nobody reads a single order of somebody else from it.
//!
//! Tables: `bought_together`, `account_purchases`, `learned_orders`.
//! Listens to: `order.placed`.
//!
//! Not here: relations themselves (`catalog`), whether something is in stock (`inventory`).

mod basket;
mod conflicts;
mod error;
mod learn;
mod product;
mod routes;
mod together;
mod views;

pub(crate) use error::SuggestionError;
pub(crate) use learn::{Learner, learn_all};
pub(crate) use routes::SuggestionRoutes;

#[cfg(test)]
mod tests;
