//! What a buyer sees: products and search hits with the account's own price and stock.
//!
//! Promises:
//! - Once a product page was read, reading it again costs no database statement: description, price and stock are in memory.
//! - Prices and stock are attached after ranking and never indexed, so a hit shows the price that a quote would have. Filtering
//!   and sorting by them covers the best 2,000 products of a search.
//! - Every text gets an answer; no text makes a search fail or take long.
//! - A search without results suggests alternatives: fewer or corrected words, the number of results without filters, the
//!   nearest categories.
//! - Buyers never see drafts, nor prices and stock that their token may not read.
//!
//! Tables: none of its own. Events: none.
//!
//! Not here: building and updating the index (`search_index`), curation by staff and the log of searches (`merchandising`),
//! parsing and ranking of queries (the crate `search`), exact look-up of part numbers (`catalog::resolve`), promised dates
//! (`inventory`), full explanations of prices (`prices`).

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
