//! What a question is taken to mean: concepts to look up, with weights. Made by `understand`, carried out by `score`.

use tantivy::schema::Field;

use crate::query::{Kind, Meant};

/// More than this is not read from a text; a mask of 32 bits keeps who matched what.
pub(crate) const MOST_CONCEPTS: usize = 24;

#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) kind: Kind,
    pub(crate) concepts: Vec<Concept>,
    /// The text with unknown words corrected, when there were any.
    pub(crate) corrected: Option<String>,
    /// Stems and joined words to highlight.
    pub(crate) highlights: Vec<String>,
    /// Compact brand names in the text.
    pub(crate) brands: Vec<String>,
    /// Phrases that are looked for in other words too.
    pub(crate) synonyms: Vec<Meant>,
}

/// What part of the meaning a concept carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Word,
    Brand,
    Quantity,
    Pair,
    Device,
    /// Not asked for by itself: raises products that are the thing named last.
    Head,
}

/// One thing asked for, in any of the ways to say it.
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
    /// Whether the field counts how often and how long.
    pub(crate) counted: bool,
    /// Whether it says the same in other words, so that having both adds nothing.
    pub(crate) alternative: bool,
}

impl Lookup {
    pub(crate) fn counted(field: Field, term: &str, weight: f32) -> Self {
        Self { field, terms: vec![term.to_owned()], weight, counted: true, alternative: false }
    }

    pub(crate) fn synonym(field: Field, term: &str, weight: f32) -> Self {
        Self { alternative: true, ..Self::counted(field, term, weight) }
    }

    /// All of `terms` in one field.
    pub(crate) fn all(field: Field, terms: Vec<String>, weight: f32) -> Self {
        Self { field, terms, weight, counted: false, alternative: true }
    }

    pub(crate) fn listed(field: Field, term: String, weight: f32) -> Self {
        Self { field, terms: vec![term], weight, counted: false, alternative: true }
    }
}
