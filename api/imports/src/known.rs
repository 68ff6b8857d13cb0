//! What rows refer to: accounts and products that exist, and how a run is made.

use ahash::AHashSet;
use parking_lot::Mutex;

use catalog::{Categories, Products};
use identity::Accounts;
use kernel::problem::CommonError;
use store::database::Reader;

/// What exists, in memory. A server hands out what it follows anyway.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub accounts: Accounts,
    pub products: Products,
}

impl Known {
    /// Loads everything, for a run of its own.
    pub async fn load(db: &Reader) -> Result<Self, CommonError> {
        let (accounts, categories) = (Accounts::load(db).await?, Categories::load(db).await?);
        let products = Products::load(db, &accounts, &categories).await?;
        Ok(Self { accounts, products })
    }
}

/// One run over a file, as those see it who write its rows.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) known: Known,
    pub(super) dry: bool,
    /// Accounts that a dry run would have made in an earlier batch.
    pub(super) would_exist: Mutex<AHashSet<String>>,
}
