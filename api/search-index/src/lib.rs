//! The search index of this process: built from the catalog, kept up to date, asked.
//!
//! Promises:
//! - The index follows the event log a fraction of a second behind. It is rebuilt when it is missing, damaged or of another
//!   database, and on request (`bulkhead reindex`) while the old one goes on serving. A process killed at any moment goes on
//!   from its last commit.
//! - Until the index holds the catalog, questions are refused with `search-not-ready`; names that nobody bears are then answered
//!   without candidates.
//! - No more questions are worked on at once than there are processors, or two where there is one.
//!
//! Tables: none of its own. Reads: `products`, `signing_keys` (whose
//! first tells databases apart). Events: `search.reindex_requested`. Follows `products.changed` and `categories.changed`.
//!
//! Not here: what is asked and how an answer is shown (`storefront`), what staff decide for a text (`merchandising`),
//! understanding and ranking of texts (the crate `search`), exact look-up of part numbers (`catalog::resolve`).

mod build;
mod documents;
mod error;
mod events;
mod index;
mod index_position;
mod index_sync;
#[cfg(test)]
mod tests;

pub use build::{Reindexed, build_now, reindex};
pub use error::SearchIndexError;
pub use index::{SearchIndex, bounded, candidates_of};
pub use index_sync::sync_index;
