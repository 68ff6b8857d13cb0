//! Synonyms and search rules on the wire.

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

/// A group of synonyms.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchSynonymsInput {
    /// Words or phrases of at most 5 words: synonyms of each other, or of what is in `means`.
    #[oai(validator(max_items = 50))]
    pub terms: Vec<Text<500>>,
    /// When given, the terms have these as synonyms, but not the other way round.
    #[serde(default)]
    #[oai(validator(max_items = 50))]
    pub means: Vec<Text<500>>,
    /// Whether they apply. Default true.
    #[serde(default)]
    pub active: Option<bool>,
    /// From when on they apply.
    #[serde(default)]
    pub valid_from: Option<Timestamp>,
    /// When they cease to apply.
    #[serde(default)]
    pub valid_until: Option<Timestamp>,
}

/// Pins, boosts and a redirect for some queries.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchRuleInput {
    /// The queries it is for, whatever their case, accents and word endings. Without phrases its boosts apply to every search.
    #[serde(default)]
    #[oai(validator(max_items = 50))]
    pub phrases: Vec<Text<500>>,
    /// Products at positions.
    #[serde(default)]
    #[oai(validator(max_items = 20))]
    pub pins: Vec<SearchPin>,
    /// Factors on scores.
    #[serde(default)]
    #[oai(validator(max_items = 100))]
    pub boosts: Vec<SearchBoost>,
    /// Where the client must go.
    #[serde(default)]
    pub redirect: Option<SearchRedirect>,
    /// Whether it applies. Default true.
    #[serde(default)]
    pub active: Option<bool>,
    /// From when on it applies.
    #[serde(default)]
    pub valid_from: Option<Timestamp>,
    /// When it ceases to apply.
    #[serde(default)]
    pub valid_until: Option<Timestamp>,
}

/// The fields that synonyms and rules have in common.
struct Common {
    kind: CurationKind,
    code: String,
    active: Option<bool>,
    valid_from: Option<Timestamp>,
    valid_until: Option<Timestamp>,
}

impl Common {
    fn into_new(self, definition: &impl Serialize, mut errors: Vec<FieldError>) -> Result<NewCuration, CommonError> {
        if self.valid_from.zip(self.valid_until).is_some_and(|(from, until)| until <= from) {
            errors.push(FieldError::new("/valid_until", FieldCode::EndsBeforeStart, "valid_until must be after valid_from"));
        }
        if !errors.is_empty() {
            return Err(CommonError::Invalid(errors));
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
    /// The synonyms to store; reports everything that is wrong with them.
    pub(super) fn into_new(self, code: String) -> Result<NewCuration, CommonError> {
        let Self { terms, means, active, valid_from, valid_until } = self;
        let definition = SynonymsDefinition { terms: texts(terms), means: texts(means) };
        let common = Common { kind: CurationKind::Synonyms, code, active, valid_from, valid_until };
        common.into_new(&definition, definition.errors())
    }
}

impl SearchRuleInput {
    /// The rule to store; reports everything that is wrong with it.
    pub(super) fn into_new(self, code: String, references: &CatalogReferences<'_>) -> Result<NewCuration, CommonError> {
        let Self { phrases, pins, boosts, redirect, active, valid_from, valid_until } = self;
        let definition = RuleDefinition { phrases: texts(phrases), pins, boosts, redirect };
        let common = Common { kind: CurationKind::Rule, code, active, valid_from, valid_until };
        common.into_new(&definition, definition.errors(references))
    }
}

/// Whether and when synonyms or a rule apply.
#[derive(Debug, Object, Serialize)]
pub(crate) struct CurationStateView {
    /// Whether it applies.
    pub active: bool,
    /// From when on it applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Timestamp>,
    /// When it ceases to apply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
    /// Increases with every change; the `ETag`.
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

/// A group of synonyms.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SearchSynonymsView {
    /// Code.
    pub code: String,
    /// Words or phrases.
    pub terms: Vec<String>,
    /// The synonyms of the terms; when empty, the terms are synonyms of each other.
    pub means: Vec<String>,
    /// Whether and when they apply.
    #[oai(flatten)]
    #[serde(flatten)]
    pub state: CurationStateView,
}

/// Pins, boosts and a redirect for some queries.
#[derive(Debug, Object, Serialize)]
pub(crate) struct SearchRuleView {
    /// Code.
    pub code: String,
    /// The queries it is for; every query when empty.
    pub phrases: Vec<String>,
    /// Products at positions.
    pub pins: Vec<SearchPin>,
    /// Factors on scores.
    pub boosts: Vec<SearchBoost>,
    /// Where the client must go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect: Option<SearchRedirect>,
    /// Whether and when it applies.
    #[oai(flatten)]
    #[serde(flatten)]
    pub state: CurationStateView,
}

/// A view of a stored row.
pub(super) trait CurationView: Sized {
    /// The kind of row it shows.
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
