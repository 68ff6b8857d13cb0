//! Errors of inventory commands.

use identity::IdentityError;
use kernel::problem::CommonError;
use kernel::problem_types;

/// Why a command on stock fails.
#[derive(Debug, thiserror::Error)]
pub enum StockError {
    #[error("there is no warehouse \"{0}\"")]
    WarehouseNotFound(String),
    #[error("the quantity must be at most {reserved}, which is reserved of {sku} in {warehouse}")]
    NotReserved { sku: String, warehouse: String, reserved: pricing::Quantity },
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Common(#[from] CommonError),
}

problem_types! { StockError {
    Self::WarehouseNotFound(_) => 404, "warehouse-not-found", "The warehouse does not exist";
    Self::NotReserved { .. } => 409, "not-reserved", "The quantity must be at most what is reserved";
} delegates { Self::Identity(inner) => inner: IdentityError, Self::Common(inner) => inner: CommonError } }
