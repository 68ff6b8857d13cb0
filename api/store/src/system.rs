//! The principal of background work: it names the part of the product that works, and hands out the database.

use sea_orm::ConnectionTrait as _;

use super::actor::{Actor, RequestFacts};
use super::database::{Database, Reader, Tx};
use super::error::StoreError;
use super::feed::Feed;
use super::jobs::EnqueuedSignal;
use super::row::Db as _;

/// A part of the product that works without a request.
#[derive(Clone, Debug)]
pub struct System {
    database: Database,
    actor: Actor,
}

impl System {
    /// The part named, on this database.
    pub fn new(database: &Database, part: &'static str) -> Self {
        Self { database: database.clone(), actor: Actor::system(part) }
    }

    /// The same for work that somebody asked for: what it changes is theirs. `task` stands where the request's id does.
    pub fn on_behalf_of(&self, label: &str, task: &str) -> Self {
        let request = RequestFacts { id: task.into(), ..RequestFacts::default() };
        Self { database: self.database.clone(), actor: Actor { label: label.into(), request } }
    }

    /// Reads outside a transaction.
    pub fn db(&self) -> Reader {
        self.database.reader()
    }

    /// Starts a transaction of the product itself.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        self.database.begin(self.actor.clone()).await
    }

    /// Tells workers of this process that jobs were enqueued.
    pub(super) fn enqueued(&self) -> &EnqueuedSignal {
        self.database.enqueued()
    }

    /// To be called after many rows were written at once; see [`Database::analyze`].
    pub async fn analyze(&self) -> Result<(), StoreError> {
        Ok(self.database.analyze().await?)
    }

    /// Fails unless the database can be read and written: a full disk is not ready.
    pub async fn probe(&self) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let sql = "insert into sequences (name, next) values ('readiness', $1) on conflict (name) do update set next = $1";
        tx.execute_raw(tx.statement(sql, [tx.now().0.into()])).await?;
        tx.commit(()).await
    }

    /// The event feed of this process.
    pub fn feed(&self) -> &Feed {
        self.database.feed()
    }
}
