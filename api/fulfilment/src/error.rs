//! Errors of fulfilment.

use ::orders::OrderError;
use identity::IdentityError;
use inventory::StockError;
use kernel::problem::CommonError;
use kernel::problem_types;

/// Why a command on shipments fails.
#[derive(Debug, thiserror::Error)]
pub enum FulfilmentError {
    #[error("there is no shipment \"{0}\"")]
    NotFound(String),
    #[error("{0}")]
    NothingToShip(String),
    #[error("{0}")]
    WrongStage(String),
    #[error(transparent)]
    Order(#[from] OrderError),
    #[error(transparent)]
    Stock(#[from] StockError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Common(#[from] CommonError),
}

problem_types! { FulfilmentError {
    Self::NotFound(_) => 404, "shipment-not-found", "The shipment does not exist";
    Self::NothingToShip(_) => 409, "nothing-to-ship", "The order has no allocated goods that can be shipped";
    Self::WrongStage(_) => 409, "shipment-wrong-stage", "The shipment must be at another stage";
} delegates {
    Self::Order(inner) => inner: OrderError,
    Self::Stock(inner) => inner: StockError,
    Self::Identity(inner) => inner: IdentityError,
    Self::Common(inner) => inner: CommonError,
} }
