//! What keeping prices refuses.

use kernel::problem::CommonError;
use kernel::problem_types;
use prices::{BadInput, PriceError};

/// What keeping prices refuses.
#[derive(Debug, thiserror::Error)]
pub enum PriceAdminError {
    #[error("there is no price list \"{0}\"")]
    ListNotFound(String),
    #[error("the price list has no current entry {0}")]
    EntryNotFound(String),
    #[error("there is no contract \"{0}\"")]
    ContractNotFound(String),
    #[error("there is no promotion \"{0}\"")]
    PromotionNotFound(String),
    #[error("there is no product \"{0}\"")]
    ProductNotFound(String),
    #[error("the code \"{0}\" is taken; choose another")]
    CodeTaken(String),
    #[error("there is no price change set \"{0}\"")]
    ChangeSetNotFound(String),
    #[error("the price change set \"{0}\" is {1}")]
    ChangeSetClosed(String, &'static str),
    #[error("the upload cannot be read: {0}")]
    Unreadable(String),
    #[error(transparent)]
    Input(#[from] BadInput),
    #[error(transparent)]
    Prices(#[from] PriceError),
    #[error(transparent)]
    Account(#[from] identity::IdentityError),
    #[error(transparent)]
    Common(#[from] CommonError),
}

problem_types! { PriceAdminError {
    Self::ListNotFound(_) => 404, "price-list-not-found", "The price list does not exist";
    Self::EntryNotFound(_) => 404, "price-entry-not-found", "The price list has no such entry";
    Self::ContractNotFound(_) => 404, "contract-not-found", "The contract does not exist";
    Self::PromotionNotFound(_) => 404, "promotion-not-found", "The promotion does not exist";
    Self::ProductNotFound(_) => 404, "product-not-found", "The product does not exist";
    Self::CodeTaken(_) => 409, "code-taken", "The code is taken already";
    Self::ChangeSetNotFound(_) => 404, "price-change-set-not-found", "The price change set does not exist";
    Self::ChangeSetClosed(..) => 409, "price-change-set-closed", "The price change set was published or dropped";
    Self::Unreadable(_) => 400, "unreadable-upload", "The upload cannot be read";
} delegates {
    Self::Input(inner) => inner: BadInput,
    Self::Prices(inner) => inner: PriceError,
    Self::Account(inner) => inner: identity::IdentityError,
    Self::Common(inner) => inner: CommonError,
} }
