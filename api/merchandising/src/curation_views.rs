//! Synonyms and rules on the wire.

use entity::{CurationKind, search_curations};
use poem_openapi::Object;
use serde::{Deserialize, Serialize};

use super::definition::{
    CatalogReferences, RuleDefinition, SearchBoost, SearchPin, SearchRedirect, SynonymsDefinition, read_definition,
};
use super::put_curation::NewCuration;
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use kernel::wire::{Text, Timestamp};

/// Words that mean the same.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchSynonymsInput {
    /// Words or phrases of at most 5 words: each stands for all others, or for what is in `means`.
    #[oai(validator(max_items = 50))]
    pub terms: Vec<Text<500>>,
    /// When given, the terms stand for these too, and these not for the terms.
    #[serde(default)]
    #[oai(validator(max_items = 50))]
    pub means: Vec<Text<500>>,
    /// Whether it counts. Default true.
    #[serde(default)]
    pub active: Option<bool>,
    /// From when on it counts.
    #[serde(default)]
    pub valid_from: Option<Timestamp>,
    /// From when on it counts no more.
    #[serde(default)]
    pub valid_until: Option<Timestamp>,
}

/// What a search is answered with besides what is found.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchRuleInput {
    /// The texts it is for, whatever their case, accents and endings. Without any its boosts count for every search.
    #[serde(default)]
    #[oai(validator(max_items = 50))]
    pub phrases: Vec<Text<500>>,
    /// Products at places.
    #[serde(default)]
    #[oai(validator(max_items = 20))]
    pub pins: Vec<SearchPin>,
    /// Factors on scores.
    #[serde(default)]
    #[oai(validator(max_items = 100))]
    pub boosts: Vec<SearchBoost>,
    /// Where the client should go.
    #[serde(default)]
    pub redirect: Option<SearchRedirect>,
    /// Whether it counts. Default true.
    #[serde(default)]
    pub active: Option<bool>,
    /// From when on it counts.
    #[serde(default)]
    pub valid_from: Option<Timestamp>,
    /// From when on it counts no more.
    #[serde(default)]
    pub valid_until: Option<Timestamp>,
}

/// What both kinds have in common.
struct Common {
    kind: CurationKind,
    code: String,
    active: Option<bool>,
    valid_from: Option<Timestamp>,
    valid_until: Option<Timestamp>,
}

impl Common {
    fn into_new(self, definition: &impl Serialize, mut faults: Vec<FieldError>) -> Result<NewCuration, CommonError> {
        if self.valid_from.zip(self.valid_until).is_some_and(|(from, until)| until <= from) {
            faults.push(FieldError::new("/valid_until", FieldCode::EndsBeforeStart, "valid_until must be after valid_from"));
        }
        if !faults.is_empty() {
            return Err(CommonError::Invalid(faults));
        }
        Ok(NewCuration {
            kind: self.kind,
            code: self.code,
            active: self.active.unwrap_or(true),
            valid_from: self.valid_from.map(|at| at.0),
            valid_until: self.valid_until.map(|at| at.0),
            definition: serde_json::to_string(definition).map_err(|e| CommonError::Internal(e.to_string()))?,
        })
    }
}

fn texts(texts: Vec<Text<500>>) -> Vec<String> {
    texts.into_iter().map(|text| text.into_inner().trim().to_owned()).collect()
}

impl SearchSynonymsInput {
    /// As it shall be; everything wrong with it is told at once.
    pub(super) fn into_new(self, code: String) -> Result<NewCuration, CommonError> {
        let Self { terms, means, active, valid_from, valid_until } = self;
        let definition = SynonymsDefinition { terms: texts(terms), means: texts(means) };
        let common = Common { kind: CurationKind::Synonyms, code, active, valid_from, valid_until };
        common.into_new(&definition, definition.faults())
    }
}

impl SearchRuleInput {
    /// As it shall be; everything wrong with it is told at once.
    pub(super) fn into_new(self, code: String, references: &CatalogReferences<'_>) -> Result<NewCuration, CommonError> {
        let Self { phrases, pins, boosts, redirect, active, valid_from, valid_until } = self;
        let definition = RuleDefinition { phrases: texts(phrases), pins, boosts, redirect };
        let common = Common { kind: CurationKind::Rule, code, active, valid_from, valid_until };
        common.into_new(&definition, definition.faults(references))
    }
}

/// Whether and when something staff said counts.
#[derive(Debug, Object, Serialize)]
pub(crate) struct CurationStateView {
    /// Whether it counts.
    pub active: bool,
    /// From when on it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Timestamp>,
    /// From when on it counts no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
    /// Rises with every change; the `ETag`.
    pub version: i64,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl From<&search_curations::Model> for CurationStateView {
    fn from(row: &search_curations::Model) -> Self {
        Self {
            active: row.active,
            valid_from: row.valid_from.map(Timestamp),
            valid_until: row.valid_until.map(Timestamp),
            version: row.version,
            updated_at: Timestamp(row.updated_at),
        }
    }
}

/// Words that mean the same.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SearchSynonymsView {
    /// Code.
    pub code: String,
    /// Words or phrases.
    pub terms: Vec<String>,
    /// What the terms stand for; each other when empty.
    pub means: Vec<String>,
    /// Whether and when it counts.
    #[oai(flatten)]
    #[serde(flatten)]
    pub state: CurationStateView,
}

/// What a search is answered with besides what is found.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SearchRuleView {
    /// Code.
    pub code: String,
    /// The texts it is for; every one when empty.
    pub phrases: Vec<String>,
    /// Products at places.
    pub pins: Vec<SearchPin>,
    /// Factors on scores.
    pub boosts: Vec<SearchBoost>,
    /// Where the client should go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect: Option<SearchRedirect>,
    /// Whether and when it counts.
    #[oai(flatten)]
    #[serde(flatten)]
    pub state: CurationStateView,
}

/// A stored row as it is shown.
pub(super) trait CurationView: Sized {
    /// Which rows it shows.
    const KIND: CurationKind;

    /// Fails when the stored definition cannot be read.
    fn read(row: search_curations::Model) -> Result<Self, CommonError>;
}

impl CurationView for SearchSynonymsView {
    const KIND: CurationKind = CurationKind::Synonyms;

    fn read(row: search_curations::Model) -> Result<Self, CommonError> {
        let definition: SynonymsDefinition = read_definition(&row)?;
        let state = CurationStateView::from(&row);
        Ok(Self { code: row.code, terms: definition.terms, means: definition.means, state })
    }
}

impl CurationView for SearchRuleView {
    const KIND: CurationKind = CurationKind::Rule;

    fn read(row: search_curations::Model) -> Result<Self, CommonError> {
        let definition: RuleDefinition = read_definition(&row)?;
        let state = CurationStateView::from(&row);
        Ok(Self {
            code: row.code,
            phrases: definition.phrases,
            pins: definition.pins,
            boosts: definition.boosts,
            redirect: definition.redirect,
            state,
        })
    }
}
