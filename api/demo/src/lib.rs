//! Loading the demo distributor through the slices' bulk commands.
//!
//! Promises: what is loaded follows from the settings alone (secrets excepted). A row of `jobs` says what is being loaded
//! and whether it was finished, so that a half-loaded demo is never taken for a whole one: the next start loads it again,
//! which leaves alone what is there and adds what is missing.
//!
//! All people of the demo share one password, hashed once. That is for a demo only; real people get their own.
//!
//! | file | loads |
//! |---|---|
//! | `goods` | categories, products, relations, warehouses, stock, inbound supply |
//! | `trade` | accounts, sites, people, machine clients, part numbers |
//! | `deals` | price lists, entries, contracts, promotions, costs |
//! | `history` | a year of past orders, at the prices of their day |
//! | `quotes` | a few open quotes for what was ordered last |
//! | `marker` | what is loaded and whether it is whole |
//! | `credentials` | the logins, kept in the data directory |
//!
//! Tables: none of its own. Reads: `jobs`, `quotes`, `users` (whether something was loaded before).
//!
//! Not here: the data (`demo-data`), serving.

mod credentials;
mod deals;
mod goods;
mod history;
mod marker;
mod open_quotes;
mod produce;
mod trade;

use std::path::Path;
use std::sync::Arc;

use entity::ProductId;

pub use credentials::{Credentials, path as credentials_path};
pub use marker::{Loaded, State, state};

use catalog::{Categories, Products};
use demo_data::model::Settings;
use demo_data::{Day, Demo};
use identity::Accounts;
use kernel::Kernel;
use kernel::problem::CommonError;
use store::database::Reader;
use store::system::System;

/// Told how far loading is.
pub trait Progress: Send + Sync {
    /// A part begins; `steps` is how many steps it has.
    fn part(&self, name: &'static str, steps: u64);
    /// So many steps of the part are done.
    fn advance(&self, steps: u64);
}

/// Why a demo was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error(transparent)]
    Settings(#[from] demo_data::SkusOutOfRange),
    #[error("writing the demo failed: {0:?}")]
    Common(#[from] CommonError),
    #[error("the demo cannot be stored: {0}")]
    Refused(String),
    #[error("{0}")]
    Credentials(String),
}

impl From<sea_orm::DbErr> for LoadError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Common(error.into())
    }
}

impl From<store::StoreError> for LoadError {
    fn from(error: store::StoreError) -> Self {
        Self::Common(error.into())
    }
}

/// A refusal of what the demo itself made up.
fn refused(error: impl std::fmt::Display) -> LoadError {
    LoadError::Refused(error.to_string())
}

/// The distributor while it is loaded.
struct Loader<'a> {
    system: System,
    demo: Arc<Demo>,
    progress: &'a dyn Progress,
    /// Ids of products by their index.
    ids: Vec<ProductId>,
}

impl Loader<'_> {
    fn id(&self, item: demo_data::model::Item) -> ProductId {
        self.ids.get(item as usize).copied().unwrap_or(ProductId(0))
    }

    /// All products as the seller's side sees them.
    async fn load_products(&self, db: &Reader) -> Result<Products, LoadError> {
        let (accounts, categories) = (Accounts::load(db).await?, Categories::load(db).await?);
        Ok(Products::load(db, &accounts, &categories).await?)
    }
}

/// Loads the distributor of `settings` and leaves the logins in `data_dir`. To be called before the database is served.
pub async fn load(
    kernel: &Kernel,
    settings: Settings,
    data_dir: &Path,
    progress: &dyn Progress,
) -> Result<Credentials, LoadError> {
    let system = kernel.system("demo");
    let demo = Arc::new(Demo::new(settings)?);
    let marker = marker::begin(&system, settings).await?;
    let mut logins = credentials::begin(data_dir, &demo)?;
    let mut loader = Loader { system, demo, progress, ids: Vec::new() };
    loader.goods().await?;
    // What follows finds products by their keys, many thousand times.
    loader.system.analyze().await?;
    let accounts = loader.trade(&mut logins).await?;
    loader.deals(&accounts).await?;
    loader.history(&accounts).await?;
    loader.system.analyze().await?;
    credentials::write(data_dir, &logins)?;
    marker::end(&loader.system, marker).await?;
    Ok(logins)
}

/// Midnight of a day in UTC.
fn midnight(day: Day) -> entity::Instant {
    entity::Instant(i64::from(day.0) * store::clock::DAY)
}
