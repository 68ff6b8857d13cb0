//! Errors of checkout.

use cart::CartError;
use identity::IdentityError;
use kernel::problem::{CommonError, FieldError};
use kernel::problem_types;
use orders::OrderError;
use prices::PriceError;
use quotes::QuoteError;

/// Why an order is not placed.
#[derive(Debug, thiserror::Error)]
pub enum CheckoutError {
    #[error("exactly one of cart_id, lines and quote_number must be given")]
    CartOrLines,
    #[error("the account has no site \"{0}\"")]
    UnknownSite(String),
    #[error("the account has no default site; name a site or give an address")]
    NoDestination,
    #[error("{} lines cannot be ordered; errors says why", .0.len())]
    Lines(Vec<FieldError>),
    #[error(transparent)]
    Cart(#[from] CartError),
    #[error(transparent)]
    Prices(#[from] PriceError),
    #[error(transparent)]
    Quotes(#[from] QuoteError),
    #[error(transparent)]
    Orders(#[from] OrderError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Common(#[from] CommonError),
}

problem_types! { CheckoutError {
    Self::CartOrLines => 422, "cart-or-lines", "Exactly one of a cart, lines and a quote must be given";
    Self::UnknownSite(_) => 422, "site-not-found", "The account has no such site";
    Self::NoDestination => 422, "no-destination", "The order must name where it is delivered";
    Self::Lines(_) => 422, "order-lines-refused", "Lines of the order cannot be ordered";
} delegates {
    Self::Cart(inner) => inner: CartError,
    Self::Prices(inner) => inner: PriceError,
    Self::Quotes(inner) => inner: QuoteError,
    Self::Orders(inner) => inner: OrderError,
    Self::Identity(inner) => inner: IdentityError,
    Self::Common(inner) => inner: CommonError,
} fields { Self::Lines(fields) => fields } }
