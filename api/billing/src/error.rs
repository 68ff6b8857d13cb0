//! Errors of billing.

use ::orders::OrderError;
use identity::IdentityError;
use kernel::problem::CommonError;
use kernel::problem_types;

/// Why a command on invoices or payments fails.
#[derive(Debug, thiserror::Error)]
pub enum BillingError {
    #[error("there is no invoice \"{0}\"")]
    InvoiceNotFound(String),
    #[error("there is no payment \"{0}\"")]
    PaymentNotFound(String),
    #[error(transparent)]
    Order(#[from] OrderError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Common(#[from] CommonError),
}

problem_types! { BillingError {
    Self::InvoiceNotFound(_) => 404, "invoice-not-found", "The invoice does not exist";
    Self::PaymentNotFound(_) => 404, "payment-not-found", "The payment does not exist";
} delegates {
    Self::Order(inner) => inner: OrderError,
    Self::Identity(inner) => inner: IdentityError,
    Self::Common(inner) => inner: CommonError,
} }
