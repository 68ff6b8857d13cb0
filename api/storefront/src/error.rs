//! Errors of the storefront.

use identity::IdentityError;
use kernel::problem::CommonError;
use kernel::problem_types;
use prices::PriceError;
use search_index::SearchIndexError;

/// Errors of the storefront.
#[derive(Debug, thiserror::Error)]
pub enum StorefrontError {
    #[error("there is no product \"{0}\"")]
    ProductNotFound(String),
    #[error("the token must carry the scope {0}")]
    ScopeNeeded(&'static str),
    #[error("{0}")]
    SellersOnly(&'static str),
    #[error(transparent)]
    Account(#[from] IdentityError),
    #[error(transparent)]
    Prices(#[from] PriceError),
    #[error(transparent)]
    Index(#[from] SearchIndexError),
    #[error(transparent)]
    Common(#[from] CommonError),
}

problem_types! { StorefrontError {
    Self::ProductNotFound(_) => 404, "product-not-found", "The product does not exist";
    Self::ScopeNeeded(_) | Self::SellersOnly(_) => 403, "forbidden", "The access token lacks the scope of this operation";
} delegates {
    Self::Account(inner) => inner: IdentityError,
    Self::Prices(inner) => inner: PriceError,
    Self::Index(inner) => inner: SearchIndexError,
    Self::Common(inner) => inner: CommonError,
} }
