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
    #[error("category \"{0}\" must not be placed below itself, nor more than the allowed number of levels deep")]
    CategoryLoop(String),
    #[error("there is no visibility rule \"{0}\"")]
    VisibilityRuleNotFound(String),
    #[error("there are {0} visibility rules already; delete one first")]
    TooManyVisibilityRules(u64),
    #[error("part numbers of an account can only be changed by the account's buyers or by the seller's catalog staff")]
    NotYourPartNumbers,
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Common(#[from] CommonError),
}

problem_types! { CatalogError {
    Self::ProductNotFound(_) => 404, "product-not-found", "The product does not exist";
    Self::CategoryNotFound(_) => 404, "category-not-found", "The category does not exist";
    Self::CategoryLoop(_) => 422, "category-loop", "A category must not be placed below itself";
    Self::VisibilityRuleNotFound(_) => 404, "visibility-rule-not-found", "The visibility rule does not exist";
    Self::TooManyVisibilityRules(_) => 422, "too-many-visibility-rules", "There are as many visibility rules as allowed";
    Self::NotYourPartNumbers => 403, "not-your-part-numbers", "The token may not change these part numbers";
} delegates { Self::Identity(inner) => inner: IdentityError, Self::Common(inner) => inner: CommonError } }
