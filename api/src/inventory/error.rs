//! What inventory refuses.

use crate::kernel::problem::{Trouble, refusals};

/// What inventory refuses.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StockError {
    #[error("there is no warehouse \"{0}\"")]
    WarehouseNotFound(String),
    #[error("of {sku} in {warehouse} only {reserved} is reserved")]
    NotReserved { sku: String, warehouse: String, reserved: pricing::Quantity },
    #[error("a request has at most {0} lines")]
    TooManyLines(usize),
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

refusals! { StockError {
    Self::WarehouseNotFound(_) => 404, "warehouse-not-found", "The warehouse does not exist";
    Self::NotReserved { .. } => 409, "not-reserved", "Less is reserved than shall be given back or issued";
    Self::TooManyLines(_) => 422, "too-many-lines", "The request has too many lines";
} delegates { Self::Trouble(inner) => inner: Trouble } }
