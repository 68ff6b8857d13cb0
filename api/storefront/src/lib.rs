//! What a buyer sees: products and search hits with the account's own price and stock.
//!
//! Promises:
//! - A product page costs no database statement once it was asked for: description, price and stock stand in memory.
//! - Prices and stock are joined after ranking and never indexed, so a hit shows what a quote would say. Sorting and filtering
//!   by them look at the best 2,000 products of a search.
//! - Any text is answered; nothing a client writes makes a search fail or take long.
//! - What finds nothing is answered with what comes near: words given up or corrected, what there is without the filters, the
//!   nearest categories.
//! - Buyers never meet drafts, nor prices and stock their token does not allow them to read.
//!
//! Tables: none. Events: none.
//!
//! Not here: the life of the index (`search_index`), what staff decide for a text and the notes of searches (`merchandising`),
//! understanding and ranking of texts (the crate `search`), exact look-up of part numbers (`catalog::resolve`), promised dates
//! (`inventory`), full explanations of prices (`contracts`).

mod account_filters;
mod completions;
mod error;
mod explanation_views;
mod identifier_matches;
mod index_query;
mod offers;
mod routes;
mod search;
mod search_request;
mod viewer;
mod views;

pub use account_filters::AccountFilters;
pub use error::StorefrontError;
pub use offers::Offers;
pub use routes::StorefrontRoutes;
