//! What every slice may use and which knows no slice: principals and the database they hand out, transactions, problems,
//! events, idempotency, jobs, paging, the clock, telemetry.

pub(crate) mod principal;
pub(crate) mod problem;
pub(crate) mod rate;
pub(crate) mod redis_link;
pub(crate) mod request;
pub(crate) mod scopes;
pub(crate) mod slow_requests;
pub(crate) mod telemetry;
pub(crate) mod tokens;
pub(crate) mod wire;

use rate::Rates;
use tokens::Keys;

use crate::store::database::Database;
use crate::store::feed::Feed;
use crate::store::system::System;

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

    /// The principal of background work in the part named.
    pub(crate) fn system(&self, part: &'static str) -> System {
        self.db.system(part)
    }

    /// The event feed of this process.
    pub(crate) fn feed(&self) -> &Feed {
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
