//! What the catalog refuses.

use identity::IdentityError;
use kernel::problem::CommonError;
use kernel::problem_types;

/// What the catalog refuses.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    #[error("there is no product \"{0}\"")]
    ProductNotFound(String),
    #[error("there is no category \"{0}\"")]
    CategoryNotFound(String),
    #[error("category \"{0}\" would lie within itself, or too deep")]
    CategoryLoop(String),
    #[error("there is no visibility rule \"{0}\"")]
    VisibilityRuleNotFound(String),
    #[error("there are {0} visibility rules already")]
    TooManyVisibilityRules(u64),
    #[error("part numbers of an account are kept by the account's buyers or by the seller's catalog staff")]
    NotYourPartNumbers,
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Common(#[from] CommonError),
}

problem_types! { CatalogError {
    Self::ProductNotFound(_) => 404, "product-not-found", "The product does not exist";
    Self::CategoryNotFound(_) => 404, "category-not-found", "The category does not exist";
    Self::CategoryLoop(_) => 422, "category-loop", "Categories cannot lie within themselves";
    Self::VisibilityRuleNotFound(_) => 404, "visibility-rule-not-found", "The visibility rule does not exist";
    Self::TooManyVisibilityRules(_) => 422, "too-many-visibility-rules", "There are too many visibility rules";
    Self::NotYourPartNumbers => 403, "not-your-part-numbers", "The token may not keep part numbers";
} delegates { Self::Identity(inner) => inner: IdentityError, Self::Common(inner) => inner: CommonError } }
