//! What the rows of a file refer to: accounts and products that exist.

use ahash::AHashSet;
use parking_lot::Mutex;

use catalog::{Categories, Products};
use identity::Accounts;
use kernel::problem::CommonError;
use store::database::Reader;

/// Accounts and products that exist, in memory. A server passes the ones it keeps up to date anyway.
#[derive(Clone, Debug, Default)]
pub struct References {
    pub accounts: Accounts,
    pub products: Products,
}

impl References {
    /// Loads all of them, for an import outside a server.
    pub async fn load(db: &Reader) -> Result<Self, CommonError> {
        let (accounts, categories) = (Accounts::load(db).await?, Categories::load(db).await?);
        let products = Products::load(db, &accounts, &categories).await?;
        Ok(Self { accounts, products })
    }
}

/// One run over a file, as those who write its rows see it.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) references: References,
    pub(super) dry: bool,
    /// Accounts that a dry run would have made in an earlier batch.
    pub(super) would_exist: Mutex<AHashSet<String>>,
}
