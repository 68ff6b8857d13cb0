//! A parsed query: concepts to look up, with weights. `parse` makes it, `score` carries it out.

use tantivy::schema::Field;

use crate::query::{QueryKind, SynonymUse};

/// The most concepts of a query; a mask of 32 bits holds which of them a product matches.
pub(crate) const MAX_CONCEPTS: usize = 24;

/// A parsed query.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) kind: QueryKind,
    pub(crate) concepts: Vec<Concept>,
    /// The text with misspelt words corrected; none when no word was.
    pub(crate) corrected: Option<String>,
    /// Stemmer and joined words to highlight.
    pub(crate) highlights: Vec<String>,
    /// Compact brand names in the text.
    pub(crate) brands: Vec<String>,
    /// Phrases that are also searched by a synonym.
    pub(crate) synonyms: Vec<SynonymUse>,
}

/// The role of a concept in the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Word,
    Brand,
    Quantity,
    Pair,
    Device,
    /// Not required: raises products whose head noun is the last word of the query.
    Head,
}

/// One thing the query asks for, with all the ways to match it.
#[derive(Debug, Clone)]
pub(crate) struct Concept {
    pub(crate) label: String,
    pub(crate) role: Role,
    pub(crate) weight: f32,
    pub(crate) lookups: Vec<Lookup>,
}

/// One way to match a concept: a term, or all of several terms.
#[derive(Debug, Clone)]
pub(crate) struct Lookup {
    pub(crate) field: Field,
    pub(crate) terms: Vec<String>,
    pub(crate) weight: f32,
    /// Whether term frequency and field length count.
    pub(crate) counted: bool,
    /// Whether it is an alternative of other lookups, so that matching both adds nothing.
    pub(crate) alternative: bool,
}

impl Lookup {
    /// Matches a term, scored by its frequency and the length of the field.
    pub(crate) fn counted(field: Field, term: &str, weight: f32) -> Self {
        Self { field, terms: vec![term.to_owned()], weight, counted: true, alternative: false }
    }

    /// Like [`Lookup::counted`], as an alternative.
    pub(crate) fn synonym(field: Field, term: &str, weight: f32) -> Self {
        Self { alternative: true, ..Self::counted(field, term, weight) }
    }

    /// Matches all of `terms` in one field.
    pub(crate) fn all(field: Field, terms: Vec<String>, weight: f32) -> Self {
        Self { field, terms, weight, counted: false, alternative: true }
    }

    /// Matches a term of a field without frequencies.
    pub(crate) fn listed(field: Field, term: String, weight: f32) -> Self {
        Self { field, terms: vec![term], weight, counted: false, alternative: true }
    }
}
