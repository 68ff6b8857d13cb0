//! The search engine of Bulkhead: finds any part from whatever the buyer has, in process, on tantivy.
//!
//! - [`Index`] takes [`Document`]s from one writer, survives a kill at any moment, and is rebuilt while it serves.
//! - [`Index::find`] recognises what kind of question a text is (part number, specification, device, words) and ranks each kind its own
//!   way. Any text gets an answer; none costs more than its length limit allows.
//! - [`Index::rank`] does the same for a caller that joins titles, prices and stock itself.
//! - [`Index::complete`] finishes what is being typed; [`Index::match_identifiers`] resolves lists of part numbers.
//!
//! Not here: the database, HTTP, prices and stock, and any type of tantivy.

mod bits;
mod columns;
mod compatibility;
mod complete;
mod dimension;
mod document;
mod error;
mod explain;
mod facets;
mod filter;
mod find;
mod highlight;
mod identify;
mod index;
mod lexicon;
mod matched;
mod matching;
mod members;
mod moment;
mod normal;
mod pairs;
mod plan;
mod query;
mod rank;
mod recognise;
mod record;
mod schema;
mod score;
mod scratch;
mod sight;
mod snapshot;
mod synonyms;
mod terms;
mod title;
mod understand;
mod units;

pub use document::{Attribute, Category, Document, Lifecycle, Value, Visibility};
pub use error::{Error, Result};
pub use highlight::Highlighter;
pub use index::{Index, Rebuild};
pub use members::{Members, Weights};
pub use normal::{folded, phrase_key};
pub use query::{
    Audience, Candidate, Completion, CompletionKind, Facet, Filter, Group, Hit, Hits, IdentifierMatch, Kind, Meant, Pin, Query,
    Ranked, Ranking, Reading, Sort,
};
pub use sight::{Sight, Targets};
pub use synonyms::{SynonymGroup, Synonyms};
