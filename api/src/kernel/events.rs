//! The event log: what happened, recorded in the transaction that caused it.
//!
//! Promises:
//! - An event exists if and only if its transaction committed.
//! - `seq` rises; events of one aggregate are numbered in the order they happened. Numbers are drawn when a transaction is
//!   kept, while it still holds the locks of the rows it changed.
//! - A reader that asks for what came after a number never misses an event, though transactions commit out of order:
//!   on PostgreSQL a transaction announces, by a shared advisory lock on the last number given out before its own, that
//!   numbers from there on may still appear, and [`horizon`] stays below all such announcements. Nobody waits for a lock.
//!   SQLite has one writer, so its numbers appear in order.
//! - Every reader tolerates a repeat.
//!
//! Events are also the audit trail: each says who caused it, from where and with which request.
//!
//! Not here: what events mean; slices record and follow them. Delivery to partners is a reader like any other.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use entity::{AccountId, Instant};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement, Value};
use serde_json::value::RawValue;
use tokio::sync::{Notify, watch};

use super::database::Tx;

/// An event about to be recorded.
#[derive(Clone, Debug)]
pub(crate) struct NewEvent {
    /// What happened, as `noun.happened`.
    pub(crate) kind: &'static str,
    /// The public name of the thing it happened to, as `order/SO-1`.
    pub(crate) subject: String,
    /// The account that may see it; none means the seller alone.
    pub(crate) account: Option<AccountId>,
    /// Details, a JSON object.
    pub(crate) data: serde_json::Value,
}

/// An event as it was recorded.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) seq: i64,
    pub(crate) kind: String,
    pub(crate) subject: String,
    pub(crate) account: Option<AccountId>,
    pub(crate) actor: String,
    pub(crate) occurred_at: Instant,
    pub(crate) data: Box<RawValue>,
}

impl Event {
    /// The details as a value of `T`; an event of another shape gives `None`.
    pub(crate) fn read<T: serde::de::DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(self.data.get()).ok()
    }
}

/// The number of a recorded event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    pub(super) seq: i64,
}

/// Advisory locks of the event log are told from others by their upper bits.
const LOCK_SPACE: i64 = 0x00B4 << 48;
const ROWS_PER_STATEMENT: usize = 500;

/// Writes the events of a transaction that is about to commit.
pub(super) async fn write(tx: &Tx, events: &[NewEvent]) -> Result<Vec<Written>, DbErr> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let backend = tx.get_database_backend();
    if backend == DbBackend::Postgres {
        let announce = format!("select pg_advisory_xact_lock_shared({LOCK_SPACE} + last_value) from events_seq_seq");
        tx.query_one_raw(Statement::from_string(backend, announce)).await?;
    }
    let mut written = Vec::with_capacity(events.len());
    for chunk in events.chunks(ROWS_PER_STATEMENT) {
        let mut sql =
            String::from("insert into events (kind, subject, account_id, actor, ip, request_id, occurred_at, data) values ");
        let mut values: Vec<Value> = Vec::with_capacity(chunk.len() * 8);
        for (row, event) in chunk.iter().enumerate() {
            super::sql::push_row(&mut sql, backend, row, 8);
            let actor = tx.actor();
            values.extend([
                event.kind.into(),
                event.subject.clone().into(),
                event.account.map(|a| a.0).into(),
                actor.label.as_ref().into(),
                actor.request.ip.as_ref().into(),
                actor.request.id.as_ref().into(),
                tx.now().0.into(),
                event.data.to_string().into(),
            ]);
        }
        sql.push_str(" returning seq");
        for row in tx.query_all_raw(Statement::from_sql_and_values(backend, &sql, values)).await? {
            written.push(Written { seq: row.try_get_by_index(0)? });
        }
    }
    written.sort_by_key(|w| w.seq);
    Ok(written)
}

/// The number up to which every event that will ever exist is visible. Must be asked in a statement of its own, before the
/// events are read.
pub(crate) async fn horizon(db: &impl ConnectionTrait) -> Result<i64, DbErr> {
    let backend = db.get_database_backend();
    if backend != DbBackend::Postgres {
        return Ok(i64::MAX);
    }
    // The scan of the locks must come after the last number was read, hence the materialised step.
    let sql = format!(
        "with top as materialized (select last_value as seq from events_seq_seq) \
         select least(top.seq, (select min((classid::bigint << 32 | objid::bigint) - {LOCK_SPACE}) from pg_locks \
           where locktype = 'advisory' and objsubid = 1 and top.seq >= 0 \
           and database = (select oid from pg_database where datname = current_database()) \
           and (classid::bigint << 32 | objid::bigint) between {LOCK_SPACE} and {LOCK_SPACE} + (1::bigint << 47))) from top"
    );
    match db.query_one_raw(Statement::from_string(backend, sql)).await? {
        Some(row) => row.try_get_by_index(0),
        None => Ok(0),
    }
}

/// Which events a reader wants.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    /// Only events after this number.
    pub(crate) after: i64,
    /// At most so many.
    pub(crate) limit: u64,
    /// Only what this account may see; none means everything.
    pub(crate) account: Option<AccountId>,
}

/// Events in order, up to the horizon.
pub(crate) async fn read(db: &impl ConnectionTrait, range: Range) -> Result<Vec<Event>, DbErr> {
    let backend = db.get_database_backend();
    let horizon = horizon(db).await?;
    let select = "select seq, kind, subject, account_id, actor, occurred_at, data from events";
    let statement = match range.account {
        None => Statement::from_sql_and_values(
            backend,
            format!("{select} where seq > $1 and seq <= $2 order by seq limit $3"),
            [range.after.into(), horizon.into(), (range.limit as i64).into()],
        ),
        Some(account) => Statement::from_sql_and_values(
            backend,
            format!("{select} where account_id = $4 and seq > $1 and seq <= $2 order by seq limit $3"),
            [range.after.into(), horizon.into(), (range.limit as i64).into(), account.0.into()],
        ),
    };
    db.query_all_raw(statement).await?.iter().map(from_row).collect()
}

fn from_row(row: &QueryResult) -> Result<Event, DbErr> {
    let data: String = row.try_get_by_index(6)?;
    Ok(Event {
        seq: row.try_get_by_index(0)?,
        kind: row.try_get_by_index(1)?,
        subject: row.try_get_by_index(2)?,
        account: row.try_get_by_index::<Option<i64>>(3)?.map(AccountId),
        actor: row.try_get_by_index(4)?,
        occurred_at: Instant(row.try_get_by_index(5)?),
        data: RawValue::from_string(data).map_err(|e| DbErr::Type(e.to_string()))?,
    })
}

/// The last number whose event and all before it are visible now: where a reader that needs no history starts.
pub(crate) async fn latest(db: &impl ConnectionTrait) -> Result<i64, DbErr> {
    let horizon = horizon(db).await?;
    let sql = "select coalesce(max(seq), 0) from events where seq <= $1";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [horizon.into()]);
    match db.query_one_raw(statement).await? {
        Some(row) => row.try_get_by_index(0),
        None => Ok(0),
    }
}

/// How long a writer waits for its own process to follow what it wrote. Following normally takes a millisecond; the bound
/// keeps a stuck follower from holding up answers.
const FOLLOW_PATIENCE: Duration = Duration::from_millis(1_500);

/// Where this process stands in the log: wakes its readers after a commit, lets writers wait for its follower.
#[derive(Clone, Debug)]
pub(crate) struct Feed {
    inner: Arc<FeedInner>,
}

#[derive(Debug)]
struct FeedInner {
    committed: Notify,
    latest: AtomicI64,
    followed: watch::Sender<i64>,
}

impl Default for Feed {
    fn default() -> Self {
        let (followed, _) = watch::channel(i64::MAX);
        Self { inner: Arc::new(FeedInner { committed: Notify::new(), latest: AtomicI64::new(0), followed }) }
    }
}

impl Feed {
    /// Says that an event was committed here or, by way of Redis, elsewhere.
    pub(crate) fn committed(&self, seq: i64) {
        self.inner.latest.fetch_max(seq, Ordering::AcqRel);
        self.inner.committed.notify_waiters();
    }

    /// The last number this process heard of.
    pub(crate) fn heard(&self) -> i64 {
        self.inner.latest.load(Ordering::Acquire)
    }

    /// Waits until something after `seq` was committed, or for `patience`.
    pub(crate) async fn wait_for_more(&self, seq: i64, patience: Duration) {
        let woken = self.inner.committed.notified();
        if self.heard() > seq {
            return;
        }
        let _ = tokio::time::timeout(patience, woken).await;
    }

    /// Says how far the follower of this process is. Before the first call nobody waits for it.
    pub(crate) fn followed(&self, seq: i64) {
        self.inner.followed.send_replace(seq);
    }

    /// How far the follower of this process is.
    pub(crate) fn position(&self) -> i64 {
        *self.inner.followed.borrow()
    }

    async fn wait_until(&self, seq: i64) {
        let mut followed = self.inner.followed.subscribe();
        let _ = followed.wait_for(|at| *at >= seq).await;
    }

    pub(super) async fn wait_until_followed(&self, seq: i64) {
        if tokio::time::timeout(FOLLOW_PATIENCE, self.wait_until(seq)).await.is_err() {
            tracing::warn!(event.seq = seq, "the follower is late");
        }
    }
}
