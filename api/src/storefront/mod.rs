//! What a buyer sees: products and search hits with the account's own price and stock.
//!
//! Promises:
//! - A product page costs no database statement once it was asked for: description, price and stock stand in memory.
//! - Prices and stock are joined after ranking and never indexed, so a hit shows what a quote would say. Sorting and filtering
//!   by them look at the best 2,000 products of a search.
//! - Any text is answered; nothing a client writes makes a search fail or take long.
//! - The index follows the event log a fraction of a second behind. It is rebuilt when it is missing, damaged or of another
//!   database, and on request (`bulkhead reindex`) while the old one goes on serving. A process killed at any moment goes on
//!   from its last commit.
//! - What finds nothing is answered with what comes near: words given up or corrected, what there is without the filters, the
//!   nearest categories.
//! - Buyers never meet drafts, nor prices and stock their token does not allow them to read.
//!
//! Tables: none. Events: `search.reindex_requested`. Follows `products.changed` and `categories.changed`.
//!
//! Not here: what staff decide for a text and the notes of searches (`merchandising`), understanding and ranking of texts (the
//! crate `search`), exact look-up of part numbers (`catalog::resolve`),
//! promised dates (`inventory`), full explanations of prices (`contracts`).

mod answer;
mod build;
mod complete;
mod documents;
mod error;
mod explanation_views;
mod filters;
mod identify;
mod index;
mod keep;
mod look;
mod offers;
mod own;
mod place;
mod routes;
#[cfg(test)]
mod tests;
mod views;

pub(crate) use build::{Reindexed, build_now, reindex};
pub(crate) use error::StorefrontError;
pub(crate) use index::SearchIndex;
pub(crate) use keep::keep_index;
pub(crate) use offers::Offers;
pub(crate) use own::OwnSets;
pub(crate) use routes::StorefrontRoutes;
