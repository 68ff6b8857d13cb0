//! The search index of this process: built from the catalog, kept up to date, queried.
//!
//! Promises:
//! - The index follows the event log a fraction of a second behind. It is rebuilt when it is missing, damaged or belongs to
//!   another database, and on request (`bulkhead reindex`); the old index serves meanwhile. A killed process continues from its
//!   last commit.
//! - Until the index contains the catalog, queries fail with `search-not-ready`, and unknown part numbers get no candidates.
//! - At most as many queries run at once as there are processors, but at least two.
//!
//! Tables: none of its own. Reads: `products`, `signing_keys` (whose
//! first tells databases apart). Events: `search.reindex_requested`. Follows `products.changed` and `categories.changed`.
//!
//! Not here: search requests and how hits are shown (`storefront`), curation by staff (`merchandising`), parsing and ranking of
//! queries (the crate `search`), exact look-up of part numbers (`catalog::resolve`).

mod build;
mod documents;
mod error;
mod events;
mod index;
mod index_position;
mod index_sync;
#[cfg(test)]
mod tests;

pub use build::{ReindexOutcome, build_now, reindex};
pub use error::SearchIndexError;
pub use index::{SearchIndex, identifier_text, to_candidates};
pub use index_sync::sync_index;
