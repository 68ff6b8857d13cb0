//! What every slice may use and which knows no slice: principals and the database they hand out, transactions, problems,
//! events, idempotency, jobs, paging, the clock, telemetry.

pub(crate) mod bus;
pub(crate) mod clock;
pub(crate) mod companion;
pub(crate) mod database;
pub(crate) mod events;
pub(crate) mod feed;
pub(crate) mod follow;
pub(crate) mod idempotency;
pub(crate) mod long;
pub(crate) mod principal;
pub(crate) mod problem;
pub(crate) mod rate;
pub(crate) mod request;
pub(crate) mod scope;
pub(crate) mod sequence;
pub(crate) mod sql;
mod sqlite;
pub(crate) mod telemetry;
pub(crate) mod tokens;
pub(crate) mod wire;

pub(crate) use sqlite::SPARE_WORKERS;

use database::Database;
use rate::Rates;
use tokens::Keys;

/// The parts every request needs.
#[derive(Clone, Debug)]
pub(crate) struct Kernel {
    /// Private to the kernel: slices reach it through a principal.
    db: Database,
    /// Keys of access tokens.
    pub(crate) keys: Keys,
    /// Limits of requests.
    pub(crate) rates: Rates,
}

impl Kernel {
    /// Puts the parts together.
    pub(crate) fn new(db: Database, keys: Keys, rates: Rates) -> Self {
        Self { db, keys, rates }
    }

    /// The event feed of this process.
    pub(crate) fn feed(&self) -> &feed::Feed {
        self.db.feed()
    }

    /// To be called after loading: gives back what that has left behind.
    pub(crate) fn rest(&self) {
        self.db.rest();
    }

    /// Closes the database; nothing may use the kernel afterwards.
    pub(crate) async fn close(self) {
        self.db.close().await;
    }
}
