//! Errors of suggestions.

use catalog::CatalogError;
use identity::IdentityError;
use kernel::problem::CommonError;
use kernel::problem_types;

/// Errors of suggestions.
#[derive(Debug, thiserror::Error)]
pub enum SuggestionError {
    #[error("there is no relation rule \"{0}\"")]
    RuleNotFound(String),
    #[error("there are {0} relation rules already; delete one first")]
    TooManyRules(usize),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Common(#[from] CommonError),
}

problem_types! { SuggestionError {
    Self::RuleNotFound(_) => 404, "relation-rule-not-found", "The relation rule does not exist";
    Self::TooManyRules(_) => 422, "too-many-relation-rules", "There are as many relation rules as allowed";
} delegates {
    Self::Catalog(inner) => inner: CatalogError,
    Self::Identity(inner) => inner: IdentityError,
    Self::Common(inner) => inner: CommonError,
} }
