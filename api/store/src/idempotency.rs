//! Safe retries: `Idempotency-Key` on every call that creates or moves something.
//!
//! Promises: same key and request, the same answer; same key and another request, 422; the first still running, 409. The
//! response is stored in the transaction of the effect: there is never one without the other. Keys are kept for
//! [`RETENTION`], per principal.
//!
//! Not here: the answer's content; a handler gives it as bytes ready to send.

use std::collections::HashSet;
use std::sync::LazyLock;

use entity::idempotency_keys as rows;
use parking_lot::Mutex;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, Set, Statement};

use super::clock;
use super::database::Tx;
use super::error::{StoreError, is_duplicate};

/// How long a response is stored, in microseconds: seven days.
pub const RETENTION: i64 = 7 * clock::DAY;

/// Keys whose first request runs in this process.
static RUNNING: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

/// A key held by a running request; given back when the transaction ends, committed or not.
#[derive(Debug)]
pub struct Claimed {
    name: String,
    key: String,
    digest: String,
}

impl Drop for Claimed {
    fn drop(&mut self) {
        RUNNING.lock().remove(&self.name);
    }
}

/// An answer given before.
#[derive(Debug)]
pub struct Replay {
    pub status: u16,
    pub body: String,
}

impl Tx {
    /// Claims the request's key for this transaction, or finds the answer given before. Without a key there is nothing to
    /// claim and nothing to find.
    pub async fn claim(&self, key: Option<&str>) -> Result<Option<Replay>, StoreError> {
        let Some(key) = key else { return Ok(None) };
        if key.is_empty() || key.len() > 255 || !key.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
            return Err(StoreError::KeyMalformed);
        }
        let owner = self.actor().label.to_string();
        let digest = self.actor().request.digest.as_deref().unwrap_or_default().to_owned();
        let name = format!("{owner} {key}");
        if !RUNNING.lock().insert(name.clone()) {
            return Err(StoreError::KeyRunning);
        }
        *self.claimed.lock() = Some(Claimed { name: name.clone(), key: key.to_owned(), digest: digest.clone() });
        self.lock_across_processes(&name).await?;
        let found = rows::Entity::find_by_id((owner, key.to_owned())).one(self).await?;
        match found {
            Some(row) if row.request_hash == digest => {
                Ok(Some(Replay { status: u16::try_from(row.status).unwrap_or(200), body: row.body }))
            }
            Some(_) => Err(StoreError::KeyReused),
            None => Ok(None),
        }
    }

    /// On PostgreSQL another process may run the first request: whoever does not get the lock is told so at once.
    async fn lock_across_processes(&self, name: &str) -> Result<(), StoreError> {
        if self.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let sql = "select pg_try_advisory_xact_lock(hashtextextended($1, 7))";
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [name.into()]);
        if self.first_value::<bool>(statement).await? { Ok(()) } else { Err(StoreError::KeyRunning) }
    }

    /// Stores the response with the effect, if a key was claimed.
    pub async fn store_response(&self, status: u16, body: &str) -> Result<(), StoreError> {
        let (key, digest) = match &*self.claimed.lock() {
            Some(claimed) => (claimed.key.clone(), claimed.digest.clone()),
            None => return Ok(()),
        };
        let row = rows::ActiveModel {
            owner: Set(self.actor().label.to_string()),
            key: Set(key),
            request_hash: Set(digest),
            status: Set(i32::from(status)),
            body: Set(body.to_owned()),
            created_at: Set(self.now()),
        };
        match rows::Entity::insert(row).exec_without_returning(self).await {
            Ok(_) => Ok(()),
            Err(error) if is_duplicate(&error) => Err(StoreError::KeyRunning),
            Err(error) => Err(error.into()),
        }
    }
}

/// Deletes responses that are older than [`RETENTION`]; the housekeeping of `server` calls it.
pub async fn purge_expired(tx: &Tx) -> Result<u64, StoreError> {
    let oldest = clock::later(tx.now(), -RETENTION);
    let done = rows::Entity::delete_many().filter(rows::Column::CreatedAt.lt(oldest)).exec(tx).await?;
    Ok(done.rows_affected)
}
