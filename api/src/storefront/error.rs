//! What the storefront refuses.

use crate::identity::IdentityError;
use crate::kernel::problem::{Trouble, refusals};
use crate::prices::PriceError;

/// What the storefront refuses.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StorefrontError {
    #[error("there is no product \"{0}\"")]
    ProductNotFound(String),
    #[error("this needs the scope {0}")]
    ScopeNeeded(&'static str),
    #[error("the search index of this process is not built yet; try again")]
    NotReady,
    #[error("{0}")]
    SellersOnly(&'static str),
    #[error(transparent)]
    Account(#[from] IdentityError),
    #[error(transparent)]
    Prices(#[from] PriceError),
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

refusals! { StorefrontError {
    Self::ProductNotFound(_) => 404, "product-not-found", "The product does not exist";
    Self::ScopeNeeded(_) | Self::SellersOnly(_) => 403, "forbidden", "The token does not carry the scope this needs";
    Self::NotReady => 503, "search-not-ready", "The search index is being built";
} delegates {
    Self::Account(inner) => inner: IdentityError,
    Self::Prices(inner) => inner: PriceError,
    Self::Trouble(inner) => inner: Trouble,
} }

impl From<search::Error> for StorefrontError {
    fn from(error: search::Error) -> Self {
        Trouble::Internal(error.to_string()).into()
    }
}
