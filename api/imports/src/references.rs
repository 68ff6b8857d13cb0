//! The accounts and products that rows of a file refer to.

use ahash::AHashSet;
use parking_lot::Mutex;

use catalog::{Categories, Products};
use identity::Accounts;
use kernel::problem::CommonError;
use kernel::scopes::Scopes;
use store::database::Reader;

/// Existing accounts and products in memory. A server passes its projections.
#[derive(Clone, Debug, Default)]
pub struct References {
    pub accounts: Accounts,
    pub products: Products,
}

impl References {
    /// Loads all accounts and products, for an import outside a server.
    pub async fn load(db: &Reader) -> Result<Self, CommonError> {
        let (accounts, categories) = (Accounts::load(db).await?, Categories::load(db).await?);
        let products = Products::load(db, &accounts, &categories).await?;
        Ok(Self { accounts, products })
    }
}

/// The context of one import, for storing its rows.
#[derive(Debug)]
pub(super) struct ImportRun {
    pub(super) references: References,
    pub(super) dry_run: bool,
    /// What its author may do.
    pub(super) rights: Scopes,
    /// Accounts that a dry run would have created in an earlier batch.
    pub(super) accounts_of_dry_run: Mutex<AHashSet<String>>,
}
