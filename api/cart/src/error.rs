//! Errors of carts.

use catalog::CatalogError;
use identity::IdentityError;
use kernel::problem::CommonError;
use kernel::problem_types;
use prices::PriceError;

/// Why a command on carts fails.
#[derive(Debug, thiserror::Error)]
pub enum CartError {
    #[error("there is no cart \"{0}\"")]
    NotFound(String),
    #[error("the cart has no line {0}")]
    NoSuchLine(i32),
    #[error("the cart has become an order and can no longer be changed")]
    Ordered,
    #[error("a cart must have at most {0} lines")]
    Full(usize),
    #[error("a request must have at most {0} lines")]
    TooManyLines(usize),
    #[error("{0}")]
    UnreadableList(String),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Prices(#[from] PriceError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Common(#[from] CommonError),
}

problem_types! { CartError {
    Self::NotFound(_) => 404, "cart-not-found", "The cart does not exist";
    Self::NoSuchLine(_) => 404, "cart-line-not-found", "The cart has no such line";
    Self::Ordered => 409, "cart-ordered", "The cart has become an order and can no longer be changed";
    Self::Full(_) => 422, "cart-full", "The cart would have too many lines";
    Self::TooManyLines(_) => 422, "too-many", "The list must have fewer entries";
    Self::UnreadableList(_) => 422, "unreadable-list", "The uploaded list cannot be read";
} delegates {
    Self::Catalog(inner) => inner: CatalogError,
    Self::Prices(inner) => inner: PriceError,
    Self::Identity(inner) => inner: IdentityError,
    Self::Common(inner) => inner: CommonError,
} }
