//! What billing refuses.

use crate::identity::IdentityError;
use crate::kernel::problem::{Refusal as _, Trouble, refusals};
use crate::orders::OrderError;

/// What billing refuses.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BillingError {
    #[error("there is no invoice \"{0}\"")]
    InvoiceNotFound(String),
    #[error("there is no payment \"{0}\"")]
    PaymentNotFound(String),
    #[error(transparent)]
    Order(#[from] OrderError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

refusals! { BillingError {
    Self::InvoiceNotFound(_) => 404, "invoice-not-found", "The invoice does not exist";
    Self::PaymentNotFound(_) => 404, "payment-not-found", "The payment does not exist";
} delegates {
    Self::Order(inner) => inner: OrderError,
    Self::Identity(inner) => inner: IdentityError,
    Self::Trouble(inner) => inner: Trouble,
} }

impl BillingError {
    /// The error of work that nobody asked for: there is no one to tell but the log.
    pub(super) fn into_trouble(self) -> Trouble {
        match self {
            Self::Trouble(trouble) | Self::Order(OrderError::Trouble(trouble)) => trouble,
            other => Trouble::Internal(format!("{}: {other}", other.entry().code)),
        }
    }
}
