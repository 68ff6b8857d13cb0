//! Errors of merchandising.

use identity::IdentityError;
use kernel::problem::CommonError;
use kernel::problem_types;

/// Errors of merchandising.
#[derive(Debug, thiserror::Error)]
pub enum MerchandisingError {
    #[error("there are no search synonyms \"{0}\"")]
    SynonymsNotFound(String),
    #[error("there is no search rule \"{0}\"")]
    RuleNotFound(String),
    #[error("there are {0} of them already; delete one first")]
    TooManyCurations(u64),
    #[error("there is no search \"{0}\" of this account, or it is no longer kept")]
    SearchNotFound(String),
    #[error("there is no product \"{0}\"")]
    ProductNotFound(String),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Common(#[from] CommonError),
}

problem_types! { MerchandisingError {
    Self::SynonymsNotFound(_) => 404, "search-synonyms-not-found", "The search synonyms do not exist";
    Self::RuleNotFound(_) => 404, "search-rule-not-found", "The search rule does not exist";
    Self::TooManyCurations(_) => 422, "too-many-search-curations", "There are as many search rules or synonyms as allowed";
    Self::SearchNotFound(_) => 404, "search-not-found", "The search does not exist";
    Self::ProductNotFound(_) => 404, "product-not-found", "The product does not exist";
} delegates {
    Self::Identity(inner) => inner: IdentityError,
    Self::Common(inner) => inner: CommonError,
} }
