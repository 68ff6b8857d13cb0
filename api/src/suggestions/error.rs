//! What suggestions refuse.

use crate::catalog::CatalogError;
use crate::identity::IdentityError;
use crate::kernel::problem::{Trouble, refusals};

/// What suggestions refuse.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SuggestionError {
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

refusals! { SuggestionError {} delegates {
    Self::Catalog(inner) => inner: CatalogError,
    Self::Identity(inner) => inner: IdentityError,
    Self::Trouble(inner) => inner: Trouble,
} }
