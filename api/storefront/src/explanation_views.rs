//! How a question was read, on the wire, for staff who ask.

use poem_openapi::Object;
use serde::Serialize;

use merchandising::Guidance;

/// How a question was read and what staff decided for it.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct SearchExplanationView {
    /// Each thing asked for.
    pub concepts: Vec<ConceptView>,
    /// Phrases that were also looked for in other words.
    pub synonyms: Vec<SynonymUseView>,
    /// Codes of the search rules for this question, in the order they count.
    pub rules: Vec<String>,
    /// Codes of the search rules that count for every question.
    pub general_rules: Vec<String>,
}

/// A thing asked for.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct ConceptView {
    /// As it stands in the question.
    pub text: String,
    /// The part it plays: `word`, `brand`, `quantity`, `pair`, `device`, or `head`, which only raises what is found.
    pub role: String,
}

/// A phrase that was also looked for in other words.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct SynonymUseView {
    /// As it stands in the question.
    pub phrase: String,
    /// What it stands for.
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
