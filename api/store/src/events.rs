//! The event log: what happened, recorded in the transaction that caused it.
//!
//! Promises:
//! - An event exists if and only if its transaction committed.
//! - `seq` rises; events of one aggregate are numbered in the order they happened. Numbers are drawn when a transaction
//!   commits, while it still holds the locks of the rows it changed.
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

use entity::{AccountId, Instant};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement, Value};
use serde_json::value::RawValue;

use super::database::{Reader, Tx};
use super::feed::Feed;

/// An event about to be recorded.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// What happened, as `noun.happened`.
    pub kind: &'static str,
    /// The public name of the thing it happened to, as `order/SO-1`.
    pub subject: String,
    /// The account that may see it; none means the seller alone.
    pub account: Option<AccountId>,
    /// Details, a JSON object.
    pub data: serde_json::Value,
}

impl NewEvent {
    /// The event of a transaction, without its number.
    fn recorded(self, tx: &Tx) -> Result<Event, DbErr> {
        Ok(Event {
            seq: 0,
            kind: self.kind.to_owned(),
            subject: self.subject,
            account: self.account,
            actor: tx.actor().label.to_string(),
            occurred_at: tx.now(),
            data: RawValue::from_string(self.data.to_string()).map_err(|e| DbErr::Type(e.to_string()))?,
        })
    }
}

/// An event as it was recorded.
#[derive(Clone, Debug)]
pub struct Event {
    pub seq: i64,
    pub kind: String,
    pub subject: String,
    pub account: Option<AccountId>,
    pub actor: String,
    pub occurred_at: Instant,
    pub data: Box<RawValue>,
}

impl Event {
    /// The details as a value of `T`; an event of another shape gives `None`.
    pub fn read<T: serde::de::DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(self.data.get()).ok()
    }
}

/// Advisory locks of the event log are told from others by their upper bits.
const LOCK_SPACE: i64 = 0x00B4 << 48;
const ROWS_PER_STATEMENT: usize = 500;

/// Writes the events of a transaction that is about to commit; gives them as they were recorded.
pub(super) async fn write(tx: &Tx, events: Vec<NewEvent>) -> Result<Vec<Event>, DbErr> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let backend = tx.get_database_backend();
    if backend == DbBackend::Postgres {
        let announce = format!("select pg_advisory_xact_lock_shared({LOCK_SPACE} + last_value) from events_seq_seq");
        tx.query_one_raw(Statement::from_string(backend, announce)).await?;
    }
    let mut recorded: Vec<Event> = events.into_iter().map(|event| event.recorded(tx)).collect::<Result<_, _>>()?;
    for chunk in recorded.chunks_mut(ROWS_PER_STATEMENT) {
        let mut sql =
            String::from("insert into events (kind, subject, account_id, actor, ip, request_id, occurred_at, data) values ");
        let mut values: Vec<Value> = Vec::with_capacity(chunk.len() * 8);
        for (row, event) in chunk.iter().enumerate() {
            super::sql::push_row(&mut sql, backend, row, 8);
            let request = &tx.actor().request;
            values.extend([
                event.kind.as_str().into(),
                event.subject.as_str().into(),
                event.account.map(|a| a.0).into(),
                event.actor.as_str().into(),
                request.ip.as_ref().into(),
                request.id.as_ref().into(),
                event.occurred_at.0.into(),
                event.data.get().into(),
            ]);
        }
        sql.push_str(" returning seq");
        let rows = tx.query_all_raw(Statement::from_sql_and_values(backend, &sql, values)).await?;
        let mut numbers: Vec<i64> = rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
        // Rows are numbered in the order they are given, but not always told in it.
        numbers.sort_unstable();
        chunk.iter_mut().zip(numbers).for_each(|(event, seq)| event.seq = seq);
    }
    Ok(recorded)
}

/// The number up to which every event that will ever exist is visible. Must be asked in a statement of its own, before the
/// events are read.
pub async fn horizon(db: &impl ConnectionTrait) -> Result<i64, DbErr> {
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
pub struct Range {
    /// Only events after this number.
    pub after: i64,
    /// At most so many.
    pub limit: u64,
    /// Only what this account may see; none means everything.
    pub account: Option<AccountId>,
}

/// Events in order, up to the horizon.
pub async fn read(db: &impl ConnectionTrait, range: Range) -> Result<Vec<Event>, DbErr> {
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

/// The next events for a reader of this process: from memory when the process followed them lately, else from the log.
pub async fn next(db: &Reader, feed: &Feed, after: i64, limit: u64) -> Result<Vec<Arc<Event>>, DbErr> {
    if let Some(events) = feed.recent(after, limit as usize) {
        return Ok(events);
    }
    Ok(read(db, Range { after, limit, account: None }).await?.into_iter().map(Arc::new).collect())
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
pub async fn latest(db: &impl ConnectionTrait) -> Result<i64, DbErr> {
    let horizon = horizon(db).await?;
    let sql = "select coalesce(max(seq), 0) from events where seq <= $1";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [horizon.into()]);
    match db.query_one_raw(statement).await? {
        Some(row) => row.try_get_by_index(0),
        None => Ok(0),
    }
}
