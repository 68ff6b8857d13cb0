//! The event that synonyms or a search rule changed.

use entity::{CurationKind, search_curations};
use kernel::wire::Timestamp;
use serde::{Deserialize, Serialize};
use store::DomainEvent;

/// Synonyms or a search rule were put or deleted. Applied by [`Curation`](super::Curation), which reads all of them again. The
/// public form contains the change, so that staff find in the event log who changed what and when.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SearchCurationChanged {
    /// Id of the row.
    pub(crate) id: i64,
    /// Its code.
    pub(crate) code: String,
    /// Synonyms or a rule; none in events of earlier releases.
    #[serde(default)]
    kind: Option<CurationKind>,
    /// Its version; none when it was deleted.
    pub(crate) version: Option<i64>,
    /// Its content; only the public form stores it.
    #[serde(skip)]
    content: Content,
}

#[derive(Clone, Debug, Default)]
struct Content {
    active: bool,
    valid_from: Option<Timestamp>,
    valid_until: Option<Timestamp>,
    definition: serde_json::Value,
}

impl SearchCurationChanged {
    /// A row was written with this version, or deleted when there is none.
    pub(crate) fn new(row: &search_curations::Model, version: Option<i64>) -> Self {
        let content = Content {
            active: row.active,
            valid_from: row.valid_from.map(Timestamp),
            valid_until: row.valid_until.map(Timestamp),
            definition: serde_json::from_str(&row.definition).unwrap_or_default(),
        };
        Self { id: row.id, code: row.code.clone(), kind: Some(row.kind), version, content }
    }
}

/// Public form of [`SearchCurationChanged`].
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PublicCuration<'a> {
    code: &'a str,
    version: Option<i64>,
    active: bool,
    valid_from: Option<Timestamp>,
    valid_until: Option<Timestamp>,
    definition: &'a serde_json::Value,
}

impl DomainEvent for SearchCurationChanged {
    const KIND: &'static str = "search_curations.changed";
    type Public<'a> = PublicCuration<'a>;

    fn subject(&self) -> String {
        match self.kind {
            Some(CurationKind::Synonyms) => format!("search-synonyms/{}", self.code),
            _ => format!("search-rule/{}", self.code),
        }
    }

    fn public(&self) -> Option<PublicCuration<'_>> {
        Some(PublicCuration {
            code: &self.code,
            version: self.version,
            active: self.content.active,
            valid_from: self.content.valid_from,
            valid_until: self.content.valid_until,
            definition: &self.content.definition,
        })
    }
}
