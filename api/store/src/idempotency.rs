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
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set, Value};

use super::clock;
use super::database::Tx;
use super::error::StoreError;
use super::row::Db;
use super::sql::insert_later;

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
        let (sql, values): (_, Vec<Value>) = if self.is_sqlite() {
            ("select true, request_hash, status, body from idempotency_keys where owner = $1 and key = $2", vec![])
        } else {
            // Another process may run the first request: whoever does not get the lock is told so at once. A response that
            // was stored after the statement began is not seen; storing a second one then fails.
            let sql = "select locked, request_hash, status, body from \
                       (select pg_try_advisory_xact_lock(hashtextextended($3, 7)) as locked) as l \
                       left join idempotency_keys on owner = $1 and key = $2";
            (sql, vec![name.into()])
        };
        let values = [owner.into(), key.into()].into_iter().chain(values);
        let Some(row) = self.row(self.statement(sql, values)).await? else { return Ok(None) };
        if !self.is_sqlite() && !row.get::<bool>(0)? {
            return Err(StoreError::KeyRunning);
        }
        match row.get::<Option<String>>(1)? {
            Some(hash) if hash == digest => {
                Ok(Some(Replay { status: u16::try_from(row.get::<i32>(2)?).unwrap_or(200), body: row.get(3)? }))
            }
            Some(_) => Err(StoreError::KeyReused),
            None => Ok(None),
        }
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
        Ok(insert_later(self, vec![row]).await?)
    }
}

/// Deletes responses that are older than [`RETENTION`]; the housekeeping of `server` calls it.
pub async fn purge_expired(tx: &Tx) -> Result<u64, StoreError> {
    let oldest = clock::later(tx.now(), -RETENTION);
    let done = rows::Entity::delete_many().filter(rows::Column::CreatedAt.lt(oldest)).exec(tx).await?;
    Ok(done.rows_affected)
}
