//! Errors of order management.

use entity::HoldKind;
use identity::IdentityError;
use inventory::StockError;
use kernel::problem::CommonError;
use kernel::problem::FieldError;
use kernel::problem_types;

/// Why a command on orders fails.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    #[error("there is no order \"{0}\"")]
    NotFound(String),
    #[error("the order has no line {0}")]
    NoSuchLine(i32),
    #[error("an order must have at least one line")]
    Empty,
    #[error("{} lines are not in stock and cannot be backordered; order less of them or remove them", .0.len())]
    OutOfStock(Vec<FieldError>),
    #[error("{0}")]
    NotChangeable(String),
    #[error("the order must have an active hold")]
    NotHeld,
    #[error("a hold of the kind {} needs the scope credit:write; ask finance", .0.word())]
    NotYoursToRelease(HoldKind),
    #[error("the order is held: {0}")]
    Held(String),
    #[error("a new quantity must be at most the open quantity of the line; place another order for more")]
    QuantityIncrease,
    #[error("an amount or quantity is out of range; use a smaller quantity")]
    OutOfRange,
    #[error(transparent)]
    Stock(#[from] StockError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Common(#[from] CommonError),
}

problem_types! { OrderError {
    Self::NotFound(_) => 404, "order-not-found", "The order does not exist";
    Self::NoSuchLine(_) => 422, "order-line-not-found", "The order has no such line";
    Self::Empty => 422, "order-empty", "An order must have at least one line";
    Self::OutOfStock(_) => 409, "insufficient-stock", "Lines are not in stock in this quantity";
    Self::NotChangeable(_) => 409, "order-too-late", "The order can no longer be changed";
    Self::NotHeld => 409, "order-not-held", "The order is not held";
    Self::NotYoursToRelease(_) => 403, "hold-not-yours", "You may not release this hold";
    Self::Held(_) => 409, "order-held", "The order is held";
    Self::QuantityIncrease => 422, "order-increase", "A change must not order more";
    Self::OutOfRange => 422, "out-of-range", "An amount or quantity is out of range";
} delegates {
    Self::Stock(inner) => inner: StockError,
    Self::Identity(inner) => inner: IdentityError,
    Self::Common(inner) => inner: CommonError,
} fields { Self::OutOfStock(fields) => fields } }
