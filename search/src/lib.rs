//! The search engine of Bulkhead: finds a product from whatever the buyer knows of it, in process, on tantivy.
//!
//! Promises:
//! - [`Index`] takes [`Document`]s from one writer, survives a kill at any moment, and is rebuilt while it serves.
//! - [`Index::find`] recognises the kind of a query (part number, specification, device, words) and ranks each kind its own
//!   way. Every text gets an answer, and its length limit bounds the cost.
//! - [`Index::rank`] does the same for a caller that joins titles, prices and stock itself.
//! - [`Index::complete`] completes what a user types; [`Index::match_identifiers`] resolves lists of part numbers.
//!
//! Not here: the database, HTTP, prices and stock. The public interface exposes no type of tantivy.

mod bit_set;
mod columns;
mod compatibility;
mod complete;
mod connectors;
mod dimension;
mod document;
mod error;
mod explain;
mod facets;
mod filter;
mod find;
mod highlight;
mod index;
mod lexicon;
mod match_identifiers;
mod match_products;
mod normalise;
mod parse;
mod parse_devices;
mod part_numbers;
mod plan;
mod product_sets;
mod query;
mod rank;
mod reader;
mod schema;
mod score;
mod scratch;
mod snapshot;
mod stored_product;
mod synonyms;
mod terms;
mod title;
mod units;
mod visibility;

pub use document::{Attribute, Category, Document, Lifecycle, Value, Visibility};
pub use error::{Error, Result};
pub use highlight::Highlighter;
pub use index::{Index, Rebuild};
pub use normalise::{fold_text, phrase_key};
pub use product_sets::{Boosts, ProductSet};
pub use query::{
    Audience, Candidate, Completion, CompletionKind, Facet, Filter, Hit, Hits, IdentifierMatch, NamedSet, Pin, Query,
    QueryExplanation, QueryKind, Ranked, Ranking, Sort, SynonymUse,
};
pub use synonyms::{SynonymGroup, Synonyms};
pub use visibility::{Targets, VisibilityFilter};
