//! How a query was parsed, on the wire, for staff.

use poem_openapi::Object;
use serde::Serialize;

use merchandising::Guidance;

/// How a query was parsed, and which rules applied to it.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct SearchExplanationView {
    /// Each thing the query asks for.
    pub concepts: Vec<ConceptView>,
    /// Phrases that were also searched by a synonym.
    pub synonyms: Vec<SynonymUseView>,
    /// Codes of the search rules for this query, in the order they apply.
    pub rules: Vec<String>,
    /// Codes of the search rules that apply to every query.
    pub general_rules: Vec<String>,
}

/// A thing the query asks for.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct ConceptView {
    /// Its text in the query.
    pub text: String,
    /// Its role: `word`, `brand`, `quantity`, `pair`, `device`, or `head`, which is not required and only raises scores.
    pub role: String,
}

/// A phrase that was also searched by a synonym.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct SynonymUseView {
    /// Its text in the query.
    pub phrase: String,
    /// The synonym.
    pub means: String,
    /// Code of the search synonyms; left out for the standard table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

impl SearchExplanationView {
    pub(super) fn new(explanation: search::QueryExplanation, guidance: &Guidance) -> Self {
        let concepts = explanation.concepts.into_iter().map(|(text, role)| ConceptView { text, role: role.to_owned() });
        let synonyms = explanation.synonyms.into_iter().map(|synonym| SynonymUseView {
            phrase: synonym.phrase,
            means: synonym.other,
            code: synonym.source.map(|code| code.to_string()),
        });
        let codes = |codes: &[std::sync::Arc<str>]| codes.iter().map(ToString::to_string).collect();
        Self {
            concepts: concepts.collect(),
            synonyms: synonyms.collect(),
            rules: codes(&guidance.rules),
            general_rules: codes(&guidance.general_rules),
        }
    }
}
