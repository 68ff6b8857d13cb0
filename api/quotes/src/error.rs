//! Errors of quotes.

use cart::CartError;
use identity::IdentityError;
use kernel::problem::CommonError;
use kernel::problem::FieldError;
use kernel::problem_types;
use prices::PriceError;

/// Why a command on quotes fails.
#[derive(Debug, thiserror::Error)]
pub enum QuoteError {
    #[error("there is no quote \"{0}\"")]
    NotFound(String),
    #[error("a quote must have at least one line")]
    Empty,
    #[error("{} lines cannot be quoted; see errors", .0.len())]
    Lines(Vec<FieldError>),
    #[error("{} fields of the offer are invalid; see errors", .0.len())]
    Offer(Vec<FieldError>),
    #[error("the quote must have an offer for its latest request")]
    NotOffered,
    #[error("the offer has expired; ask for a new one")]
    Expired,
    #[error("the offer was declined")]
    Declined,
    #[error("the quote was withdrawn")]
    Withdrawn,
    #[error("the quote was ordered as {0}")]
    Ordered(String),
    #[error("an amount or quantity is out of range; use a smaller quantity")]
    OutOfRange,
    #[error(transparent)]
    Cart(#[from] CartError),
    #[error(transparent)]
    Prices(#[from] PriceError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Common(#[from] CommonError),
}

problem_types! { QuoteError {
    Self::NotFound(_) => 404, "quote-not-found", "The quote does not exist";
    Self::Empty => 422, "quote-empty", "A quote must have at least one line";
    Self::Lines(_) => 422, "quote-lines-refused", "Lines cannot be quoted";
    Self::Offer(_) => 422, "quote-offer-refused", "Fields of the offer are invalid";
    Self::NotOffered => 409, "quote-not-offered", "The quote has no current offer";
    Self::Expired => 409, "quote-expired", "The offer has expired";
    Self::Declined => 409, "quote-declined", "The offer was declined";
    Self::Withdrawn => 409, "quote-withdrawn", "The quote was withdrawn";
    Self::Ordered(_) => 409, "quote-already-ordered", "The quote was ordered";
    Self::OutOfRange => 422, "out-of-range", "An amount or quantity is out of range";
} delegates {
    Self::Cart(inner) => inner: CartError,
    Self::Prices(inner) => inner: PriceError,
    Self::Identity(inner) => inner: IdentityError,
    Self::Common(inner) => inner: CommonError,
} fields {
    Self::Lines(fields) => fields,
    Self::Offer(fields) => fields,
} }
