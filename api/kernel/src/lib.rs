//! HTTP's side of every slice, which knows no slice: principals and the database they hand out, tokens, problems and field codes,
//! wire types, paging, limits, telemetry.
//!
//! Tables: `signing_keys`, `token_revocations`.
//!
//! Not here: the database itself (`store`), and who may do what (`identity`).

pub mod body_memory;
pub mod common_problems;
pub mod connections;
pub mod events;
pub mod field_code;
pub mod places;
pub mod principal;
pub mod problem;
pub mod proxies;
pub mod rate;
pub mod redis_link;
pub mod request;
pub mod revocations;
pub mod rows;
pub mod scopes;
pub mod secret_key;
pub mod signing_keys;
pub mod slow_requests;
pub mod telemetry;
pub mod tokens;
pub mod wire;

pub use sea_orm::DbErr;
pub use store::StoreError;

use rate::Rates;
use tokens::Keys;

use store::database::Database;
use store::feed::Feed;
use store::system::System;

/// The parts every request needs.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// Private to the kernel: slices reach it through a principal.
    db: Database,
    /// Keys of access tokens.
    pub keys: Keys,
    /// Limits of requests.
    pub rates: Rates,
}

impl Kernel {
    /// Puts the parts together.
    pub fn new(db: Database, keys: Keys, rates: Rates) -> Self {
        Self { db, keys, rates }
    }

    /// The principal of background work in the part named.
    pub fn system(&self, part: &'static str) -> System {
        self.db.system(part)
    }

    /// The event feed of this process.
    pub fn feed(&self) -> &Feed {
        self.db.feed()
    }

    /// To be called after loading: gives back what that has left behind.
    pub fn release_memory(&self) {
        self.db.release_memory();
    }

    /// Closes the database; nothing may use the kernel afterwards.
    pub async fn close(self) {
        self.db.close().await;
    }
}
