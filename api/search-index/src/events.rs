//! The event that requests a new index.

use serde::{Deserialize, Serialize};
use store::{DomainEvent, NoPublicForm};

/// A new search index was requested. The synchroniser of every process handles it by building one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ReindexRequested {}

impl DomainEvent for ReindexRequested {
    const KIND: &'static str = "search.reindex_requested";
    type Public<'a> = NoPublicForm;

    fn subject(&self) -> String {
        "search".to_owned()
    }

    fn public(&self) -> Option<NoPublicForm> {
        None
    }
}
