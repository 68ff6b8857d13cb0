//! The principal of background work: it names the part of the product that works, and hands out the database.

use super::actor::Actor;
use super::database::{Database, Reader, Tx};
use super::error::StoreError;
use super::feed::Feed;
use super::jobs::EnqueuedSignal;

/// A part of the product that works without a request.
#[derive(Clone, Debug)]
pub struct System {
    database: Database,
    part: &'static str,
}

impl System {
    /// The part named, on this database.
    pub fn new(database: &Database, part: &'static str) -> Self {
        Self { database: database.clone(), part }
    }

    /// Reads outside a transaction.
    pub fn db(&self) -> Reader {
        self.database.reader()
    }

    /// Starts a transaction of the product itself.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        self.database.begin(Actor::system(self.part)).await
    }

    /// Tells workers of this process that jobs were enqueued.
    pub(super) fn enqueued(&self) -> &EnqueuedSignal {
        self.database.enqueued()
    }

    /// To be called after many rows were written at once; see [`Database::analyze`].
    pub async fn analyze(&self) -> Result<(), StoreError> {
        Ok(self.database.analyze().await?)
    }

    /// The event feed of this process.
    pub fn feed(&self) -> &Feed {
        self.database.feed()
    }
}
