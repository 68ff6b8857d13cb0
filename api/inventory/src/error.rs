//! What inventory refuses.

use identity::IdentityError;
use kernel::problem::CommonError;
use kernel::problem_types;

/// What inventory refuses.
#[derive(Debug, thiserror::Error)]
pub enum StockError {
    #[error("there is no warehouse \"{0}\"")]
    WarehouseNotFound(String),
    #[error("of {sku} in {warehouse} only {reserved} is reserved")]
    NotReserved { sku: String, warehouse: String, reserved: pricing::Quantity },
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Common(#[from] CommonError),
}

problem_types! { StockError {
    Self::WarehouseNotFound(_) => 404, "warehouse-not-found", "The warehouse does not exist";
    Self::NotReserved { .. } => 409, "not-reserved", "Less is reserved than would be released or issued";
} delegates { Self::Identity(inner) => inner: IdentityError, Self::Common(inner) => inner: CommonError } }
